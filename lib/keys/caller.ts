/** Who sends: a virtual key with its owners, or the master key. Built once per lookup, frozen, shared by calls. */
import type { FinerLimits } from "#db/schema/columns.ts";
import { type Budget, type Limits, NO_LIMITS } from "#lib/config/config.ts";

/** Ceilings of one subject, as the database had them when it was looked up. */
export interface SubjectPolicy extends Limits {
  readonly id: string;
  readonly name: string;
  /** Empty: every model. */
  readonly models: readonly string[];
  readonly maxBudgetNanoUsd: bigint | null;
  readonly softBudgetNanoUsd: bigint | null;
  readonly budgetDuration: string | null;
  /** What the shared tier gives a subject that has no budget of its own; it is counted apart from the main budget. */
  readonly tierBudget: (Budget & { readonly softNanoUsd: bigint | null }) | null;
  /** Single models, further budgets, a raise; windows of an hour and a day stand among the limits already. */
  readonly finer: FinerLimits;
  readonly blocked: boolean;
  /** Processing of this person's data is restricted: no calls. */
  readonly restricted?: true;
}

export interface Caller {
  readonly kind: "master" | "key";
  readonly keyId: string;
  readonly secretHash: string;
  readonly alias: string | null;
  /** admin: master key, or a key whose owner is proxy_admin. viewer: reads all. user: its own. */
  readonly role: "admin" | "viewer" | "user";
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly organizationId: string | null;
  readonly expiresAtMs: number | null;
  readonly aliases: Readonly<Record<string, string>>;
  readonly allowedRoutes: readonly string[];
  readonly tags: readonly string[];
  /** Tiers that a change must reach this caller through. */
  readonly tierIds: readonly string[];
  readonly key: SubjectPolicy;
  readonly user: SubjectPolicy | null;
  readonly team: SubjectPolicy | null;
  /** The key's user as a member of the key's team. */
  readonly member: SubjectPolicy | null;
  /** That member's role in the team; null for whoever is none. */
  readonly teamRole: "admin" | "user" | null;
  /** Routes that members may call for the team. */
  readonly teamPermissions: readonly string[];
  /** Processing of the user's data is restricted: no calls. */
  readonly restricted?: true;
  /** What the metadata of key, team and user say to keeping prompts and answers; whoever refuses has the last word. */
  readonly contents?: "refused" | "wanted";
}

/** A subject without any ceiling. */
export function unlimited(id: string, name: string): SubjectPolicy {
  return {
    ...NO_LIMITS,
    id,
    name,
    models: [],
    maxBudgetNanoUsd: null,
    softBudgetNanoUsd: null,
    budgetDuration: null,
    tierBudget: null,
    finer: {},
    blocked: false,
  };
}

/** The master key's caller: LiteLLM's `default_user_id`, no limits of its own. */
export const MASTER: Caller = {
  kind: "master",
  keyId: "master",
  secretHash: "master",
  alias: "master key",
  role: "admin",
  userId: "default_user_id",
  teamId: null,
  organizationId: null,
  expiresAtMs: null,
  aliases: {},
  allowedRoutes: [],
  tags: [],
  tierIds: [],
  key: unlimited("master", "master key"),
  user: null,
  team: null,
  member: null,
  teamRole: null,
  teamPermissions: [],
};
