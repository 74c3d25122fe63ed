/** Changes the budget of any owner, whoever it is: the same operations as the admin API's, for budgets alone. */
import type { Actor } from "#lib/audit/audit.ts";
import { endOf } from "#lib/budgets/until.ts";
import { updateEndUser } from "#lib/end-users/operations.ts";
import type { Caller } from "#lib/keys/caller.ts";
import { updateKey } from "#lib/keys/key-changes.ts";
import { updateMember } from "#lib/people/member-operations.ts";
import { updateTeam } from "#lib/people/team-operations.ts";
import { updateUser } from "#lib/people/user-operations.ts";
import { updateTag } from "#lib/tags/operations.ts";
import type { Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import type { BudgetChange } from "./budget-schema.ts";

const LONGEST_RAISE_MS = 31 * 86_400_000;

/**
 * Sets what the body names and nothing else.
 * @param caller may change any key
 * @throws GatewayError not_found, invalid_request
 */
export async function changeBudget(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  body: BudgetChange,
): Promise<void> {
  requireSensible(body, operations.nowMs());
  const { id, kind, start_anew, user_id, ...budget } = body;
  const fields = { ...budget, spend: start_anew ? 0n : undefined };
  // What is undefined stays as it is; these types want it said.
  const duration = undefined;
  if (kind === "key")
    await updateKey(operations, actor, caller, id, { ...fields, duration, rotation_interval: undefined });
  else if (kind === "user") await updateUser(operations, actor, { user_id: id, ...fields });
  else if (kind === "team") await updateTeam(operations, actor, { team_id: id, ...UNSAID, ...fields });
  else if (start_anew)
    throw invalid("start_anew", "what members, end users and tags have spent cannot be set back");
  else if (kind === "end_user") await updateEndUser(operations, actor, { user_id: id, ...budget });
  else if (kind === "tag") await updateTag(operations, actor, { name: id, ...budget });
  else await changeMember(operations, actor, body);
}

const UNSAID = {
  team_member_budget: undefined,
  team_member_budget_duration: undefined,
  rotation_interval: undefined,
  team_member_key_duration: undefined,
};

async function changeMember(operations: Operations, actor: Actor, body: BudgetChange): Promise<void> {
  if (!body.user_id) throw invalid("user_id", "is missing: whose budget in the team?");
  for (const name of ["soft_budget", "temp_budget_increase"] as const)
    if (body[name] !== undefined && body[name] !== null)
      throw invalid(name, "is not kept for members of a team");
  await updateMember(operations, actor, {
    team_id: body.id,
    user_id: body.user_id,
    max_budget_in_team: body.max_budget,
    budget_duration: body.budget_duration,
  });
}

/** @throws GatewayError invalid_request */
function requireSensible({ max_budget, soft_budget, temp_budget_expiry }: BudgetChange, nowMs: number): void {
  if (max_budget === 0n)
    throw invalid(
      "max_budget",
      "must be above 0; leave it empty for no budget. To stop calls, block the owner",
    );
  const both =
    max_budget !== undefined && max_budget !== null && soft_budget !== undefined && soft_budget !== null;
  if (both && soft_budget >= max_budget)
    throw invalid("soft_budget", "must be below the budget: it warns before calls are refused");
  const endMs = temp_budget_expiry ? endOf(temp_budget_expiry, nowMs) : null;
  if (endMs !== null && endMs - nowMs > LONGEST_RAISE_MS)
    throw invalid("temp_budget_expiry", "must lie within 31 days: for longer, change the budget itself");
}

function invalid(param: string, complaint: string): GatewayError {
  return new GatewayError("invalid_request", `${param} ${complaint}`, { param });
}
