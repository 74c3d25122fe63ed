/** Limits of a team's members: from the fields of a body to columns, and from columns to what holds for a member. */
import type { Tx } from "#db/client.ts";
import type { budgets } from "#db/schema/keys.ts";
import type { MemberLimits, memberships } from "#db/schema/people.ts";
import { requireBudget } from "#lib/budgets/operations.ts";
import type { MemberDefaultFields, MemberLimitFields } from "./member-schema.ts";

type Row = typeof memberships.$inferSelect;
type Tier = typeof budgets.$inferSelect;
export type MemberColumns = Partial<
  Pick<Row, "maxBudgetNanoUsd" | "budgetDuration" | "rpmLimit" | "tpmLimit" | "budgetId">
>;

/** A member's own limits; only what was sent is set. @throws GatewayError invalid_request for a tier that does not exist */
export async function memberColumns(tx: Tx, fields: MemberLimitFields): Promise<MemberColumns> {
  const columns: MemberColumns = {};
  if (fields.max_budget_in_team !== undefined) columns.maxBudgetNanoUsd = fields.max_budget_in_team;
  if (fields.budget_duration !== undefined) columns.budgetDuration = fields.budget_duration;
  if (fields.rpm_limit !== undefined) columns.rpmLimit = fields.rpm_limit;
  if (fields.tpm_limit !== undefined) columns.tpmLimit = fields.tpm_limit;
  if (fields.budget_id !== undefined) columns.budgetId = fields.budget_id;
  if (fields.budget_id) await requireBudget(tx, fields.budget_id);
  return columns;
}

/** A team's defaults for members: what was sent replaces, null takes away, the rest stays. */
export function memberDefaults(before: MemberLimits, fields: MemberDefaultFields): MemberLimits {
  const { team_member_budget: budget } = fields;
  const merged = {
    maxBudgetNanoUsd: budget === undefined ? before.maxBudgetNanoUsd : budget?.toString(),
    budgetDuration: sent(fields.team_member_budget_duration, before.budgetDuration),
    rpm: sent(fields.team_member_rpm_limit, before.rpm),
    tpm: sent(fields.team_member_tpm_limit, before.tpm),
    keyDuration: sent(fields.team_member_key_duration, before.keyDuration),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

function sent<T>(value: T | null | undefined, before: T | undefined): T | undefined {
  return value === undefined ? before : (value ?? undefined);
}

/** What holds for a member: its own value, else its tier's, else the team's default; as the gate has it (subject-policy.ts). */
export function effectiveLimits(member: Row, tier: Tier | null, defaults: MemberLimits) {
  const byTeam = defaults.maxBudgetNanoUsd === undefined ? null : BigInt(defaults.maxBudgetNanoUsd);
  const ofTier = tier?.maxBudgetNanoUsd ?? null;
  const fallback = defaults.budgetDuration ?? null;
  const budget =
    member.maxBudgetNanoUsd !== null
      ? { maxBudgetNanoUsd: member.maxBudgetNanoUsd, budgetDuration: member.budgetDuration ?? fallback }
      : ofTier !== null
        ? { maxBudgetNanoUsd: ofTier, budgetDuration: tier?.budgetDuration ?? null }
        : { maxBudgetNanoUsd: byTeam, budgetDuration: fallback };
  return {
    ...budget,
    rpm: member.rpmLimit ?? tier?.rpmLimit ?? defaults.rpm ?? null,
    tpm: member.tpmLimit ?? tier?.tpmLimit ?? defaults.tpm ?? null,
  };
}
