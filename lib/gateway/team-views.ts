/** Teams and memberships as the team routes answer them. */
import { findBudgets } from "#db/queries/budgets.ts";
import { latestSpend } from "#db/queries/subject-spend.ts";
import { membersOf } from "#db/queries/teams.ts";
import { type MemberRow, membershipView, type TeamRow, teamView } from "#lib/people/view.ts";
import type { GatewayDeps } from "./context.ts";

/** @param members read when they are not at hand */
export async function viewTeam(
  deps: GatewayDeps,
  row: TeamRow,
  members?: readonly MemberRow[],
): Promise<Record<string, unknown>> {
  const shown = members ?? (await membersOf(deps.db, [row.id])).get(row.id) ?? [];
  return teamView(row, shown, deps.clock.now(), deps.policy().config.timezone);
}

/** Members of one team with their limits and what they spent for it. Flush the ledger first. */
export async function viewMemberships(
  deps: GatewayDeps,
  team: TeamRow,
  members: readonly MemberRow[],
): Promise<Record<string, unknown>[]> {
  const tierIds = members.map((member) => member.budgetId).filter((id) => id !== null);
  const tiers = new Map((await findBudgets(deps.db, tierIds)).map((tier) => [tier.id, tier]));
  const subjectOf = (member: MemberRow) => `${team.id}/${member.userId}`;
  const spend = await latestSpend(deps.db, "team_member", members.map(subjectOf));
  const nowMs = deps.clock.now();
  const { timezone } = deps.policy().config;
  return members.map((member) => {
    const tier = (member.budgetId !== null && tiers.get(member.budgetId)) || null;
    return membershipView(member, { team, tier, spend: spend.get(subjectOf(member)) ?? [] }, nowMs, timezone);
  });
}
