/** Users and teams as their API shows them: LiteLLM's names, dollars as numbers, nulls present. */
import type { memberships, teams, users } from "#db/schema/people.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { periodSpend } from "#lib/admission/rules.ts";
import { nanoToUsd } from "../money.ts";

export type UserRow = typeof users.$inferSelect;
export type TeamRow = typeof teams.$inferSelect;
/** A membership with the user's address, where the user has a row. */
export type MemberRow = typeof memberships.$inferSelect & { readonly email: string | null };

/** @param teamIds the teams the user belongs to */
export function userView(
  row: UserRow,
  teamIds: readonly string[],
  nowMs: number,
  timezone: string,
): Record<string, unknown> {
  return {
    user_id: row.id,
    user_email: row.email,
    user_alias: row.alias,
    user_role: row.role,
    teams: teamIds,
    ...limitsView(row, nowMs, timezone),
    organization_memberships: null,
    sso_user_id: null,
  };
}

export function teamView(
  row: TeamRow,
  members: readonly MemberRow[],
  nowMs: number,
  timezone: string,
): Record<string, unknown> {
  return {
    team_id: row.id,
    team_alias: row.alias,
    organization_id: null,
    members_with_roles: members.map((member) => ({
      user_id: member.userId,
      user_email: member.email,
      role: member.role,
    })),
    admins: [],
    members: [],
    ...limitsView(row, nowMs, timezone),
  };
}

/** A member's place in a team, LiteLLM's `team_memberships` entry. */
export function membershipView(member: MemberRow): Record<string, unknown> {
  return {
    user_id: member.userId,
    team_id: member.teamId,
    role: member.role,
    budget_id: null,
    litellm_budget_table: null,
    created_at: member.createdAt.toISOString(),
  };
}

function limitsView(row: UserRow | TeamRow, nowMs: number, timezone: string): Record<string, unknown> {
  const period = row.budgetDuration === null ? null : budgetPeriod(row.budgetDuration, nowMs, timezone);
  const spend = periodSpend(
    { spendNanoUsd: row.spendNanoUsd, spendPeriodStartMs: row.spendPeriodStartedAt?.getTime() ?? null },
    period?.startMs ?? null,
  );
  return {
    models: row.models,
    spend: nanoToUsd(spend),
    max_budget: row.maxBudgetNanoUsd === null ? null : nanoToUsd(row.maxBudgetNanoUsd),
    soft_budget: row.softBudgetNanoUsd === null ? null : nanoToUsd(row.softBudgetNanoUsd),
    budget_duration: row.budgetDuration,
    budget_reset_at: period ? new Date(period.endMs).toISOString() : null,
    tpm_limit: row.tpmLimit,
    rpm_limit: row.rpmLimit,
    max_parallel_requests: row.maxParallelRequests,
    metadata: row.metadata,
    blocked: row.blocked,
    model_max_budget: {},
    model_spend: {},
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
