/** Who sends: a virtual key with its owners, or the master key. Built once per lookup, frozen, shared by calls. */

/** Ceilings and spend of one owner, as the database had them when the caller was looked up. */
export interface SubjectPolicy {
  readonly id: string;
  readonly name: string;
  /** Empty: every model. */
  readonly models: readonly string[];
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly maxParallelRequests: number | null;
  readonly maxBudgetNanoUsd: bigint | null;
  readonly budgetDuration: string | null;
  readonly spendNanoUsd: bigint;
  readonly spendPeriodStartMs: number | null;
  readonly blocked: boolean;
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
  readonly key: SubjectPolicy;
  readonly user: SubjectPolicy | null;
  readonly team: SubjectPolicy | null;
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
  key: {
    id: "master",
    name: "master key",
    models: [],
    rpm: null,
    tpm: null,
    maxParallelRequests: null,
    maxBudgetNanoUsd: null,
    budgetDuration: null,
    spendNanoUsd: 0n,
    spendPeriodStartMs: null,
    blocked: false,
  },
  user: null,
  team: null,
};
