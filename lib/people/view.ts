/** Users and teams as their API shows them: LiteLLM's names, dollars as numbers, nulls present. */

import type { ChargedSpend } from "#db/queries/subject-spend.ts";
import type { budgets } from "#db/schema/keys.ts";
import type { memberships, teams, users } from "#db/schema/people.ts";
import { periodSpend } from "#lib/admission/rules.ts";
import { nanoToUsd } from "../money.ts";
import { ceilingsView, periodOf, resetAt, usdOrNull } from "./ceilings-view.ts";
import { mainSpend } from "./charged-spend.ts";
import { effectiveLimits } from "./member-limits.ts";

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
    kind: row.kind,
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
  const { maxBudgetNanoUsd, budgetDuration, keyDuration, rpm, tpm } = row.memberDefaults;
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
    team_member_budget: maxBudgetNanoUsd === undefined ? null : nanoToUsd(BigInt(maxBudgetNanoUsd)),
    team_member_budget_duration: budgetDuration ?? null,
    team_member_rpm_limit: rpm ?? null,
    team_member_tpm_limit: tpm ?? null,
    team_member_key_duration: keyDuration ?? null,
    team_member_permissions: row.memberPermissions,
  };
}

/** What a membership is shown with. */
export interface MembershipBasis {
  readonly team: TeamRow;
  /** The tier that the membership names. */
  readonly tier: typeof budgets.$inferSelect | null;
  readonly spend: readonly ChargedSpend[];
}

/** A member's place in a team, LiteLLM's `team_memberships` entry: the limits are those that hold, wherever they come from. */
export function membershipView(
  member: MemberRow,
  { team, tier, spend }: MembershipBasis,
  nowMs: number,
  timezone: string,
): Record<string, unknown> {
  const limits = effectiveLimits(member, tier, team.memberDefaults);
  const period = periodOf(limits.budgetDuration, nowMs, timezone);
  const maxBudget = usdOrNull(limits.maxBudgetNanoUsd);
  return {
    user_id: member.userId,
    user_email: member.email,
    team_id: member.teamId,
    role: member.role,
    spend: nanoToUsd(mainSpend(spend, period?.startMs ?? null)),
    max_budget_in_team: maxBudget,
    budget_duration: limits.budgetDuration,
    budget_reset_at: resetAt(period),
    rpm_limit: limits.rpm,
    tpm_limit: limits.tpm,
    budget_id: member.budgetId,
    // Where LiteLLM's clients look for them.
    litellm_budget_table: {
      budget_id: member.budgetId,
      max_budget: maxBudget,
      budget_duration: limits.budgetDuration,
      rpm_limit: limits.rpm,
      tpm_limit: limits.tpm,
    },
    created_at: member.createdAt.toISOString(),
  };
}

function limitsView(row: UserRow | TeamRow, nowMs: number, timezone: string): Record<string, unknown> {
  const period = periodOf(row.budgetDuration, nowMs, timezone);
  const spend = periodSpend(
    { spendNanoUsd: row.spendNanoUsd, spendPeriodStartMs: row.spendPeriodStartedAt?.getTime() ?? null },
    period?.startMs ?? null,
  );
  return { spend: nanoToUsd(spend), ...ceilingsView(row, nowMs, timezone), model_spend: {} };
}
