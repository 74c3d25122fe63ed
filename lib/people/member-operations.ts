/** Who joins a team, on which terms, and who leaves it. */
import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { lockKeysOfTeams, lockTeam, membersOf } from "#db/queries/teams.ts";
import { memberships } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { deleteKeysIn } from "#lib/keys/operations.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { memberColumns } from "./member-limits.ts";
import type { MemberBody, MemberLimitFields, UpdateMemberBody } from "./member-schema.ts";
import { resolveMembers } from "./members.ts";
import { noTeam } from "./team-operations.ts";
import type { MemberRow, TeamRow } from "./view.ts";

export interface ChangedTeam {
  readonly row: TeamRow;
  readonly members: readonly MemberRow[];
  /** Those who joined, changed or left. */
  readonly changed: readonly MemberRow[];
}

/**
 * Adds members, all or none.
 * @param limits hold for each of them
 * @throws GatewayError not_found; invalid_request for one who is in the team already, or for an unknown tier
 */
export function addMembers(
  operations: Operations,
  actor: Actor,
  teamId: string,
  bodies: readonly MemberBody[],
  limits: MemberLimitFields,
): Promise<ChangedTeam> {
  return change(operations, async (tx) => {
    // The lock makes joining and leaving one after the other, so that nobody joins twice.
    const row = await lockTeam(tx, teamId);
    if (!row) throw noTeam();
    const joining = await resolveMembers(tx, bodies, "member");
    const ids = joining.map((member) => member.userId);
    const [already] = await tx
      .select()
      .from(memberships)
      .where(and(eq(memberships.teamId, teamId), inArray(memberships.userId, ids)));
    if (already)
      throw new GatewayError("invalid_request", `${already.userId} is a member of this team already`, {
        param: "member",
      });
    const columns = await memberColumns(tx, limits);
    await tx.insert(memberships).values(joining.map((member) => ({ teamId, ...member, ...columns })));
    const members = await membersIn(tx, teamId);
    const changed = members.filter((member) => ids.includes(member.userId));
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "team.member_add",
      target: { kind: "team", id: teamId },
      before: null,
      after: { members: changed.map(told) },
    });
    return { result: { row, members, changed }, changes: [{ kind: "team", id: teamId }] };
  });
}

/** Changes a member's role and limits: what the body names and nothing else. @throws GatewayError not_found, invalid_request */
export function updateMember(
  operations: Operations,
  actor: Actor,
  body: UpdateMemberBody,
): Promise<ChangedTeam> {
  const { team_id: teamId, user_id, user_email, role, ...limits } = body;
  return change(operations, async (tx) => {
    const row = await lockTeam(tx, teamId);
    if (!row) throw noTeam();
    const before = await memberNamed(tx, teamId, { user_id, user_email });
    const columns = { ...(await memberColumns(tx, limits)), ...(role ? { role } : {}) };
    const place = and(eq(memberships.teamId, teamId), eq(memberships.userId, before.userId));
    // A body that names nothing to change is no statement that Postgres would take.
    if (Object.keys(columns).length > 0) await tx.update(memberships).set(columns).where(place);
    const members = await membersIn(tx, teamId);
    const changed = members.filter((member) => member.userId === before.userId);
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "team.member_update",
      target: { kind: "team", id: teamId },
      before: { members: [told(before)] },
      after: { members: changed.map(told) },
    });
    return { result: { row, members, changed }, changes: [{ kind: "team", id: teamId }] };
  });
}

/** Takes a member out, and the member's keys in this team with it: who has left spends the team's money no more. @throws GatewayError not_found */
export function removeMember(
  operations: Operations,
  actor: Actor,
  teamId: string,
  body: MemberBody,
): Promise<ChangedTeam & { readonly keys: number }> {
  return change(operations, async (tx) => {
    const [named] = await resolveMembers(tx, [body], "member");
    const userId = named?.userId ?? "";
    const keys = await lockKeysOfTeams(tx, [teamId], userId);
    const row = await lockTeam(tx, teamId);
    if (!row) throw noTeam();
    const leaving = await memberNamed(tx, teamId, { user_id: userId });
    await tx.delete(memberships).where(and(eq(memberships.teamId, teamId), eq(memberships.userId, userId)));
    await deleteKeysIn(tx, operations, actor, keys);
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "team.member_delete",
      target: { kind: "team", id: teamId },
      before: { members: [told(leaving)] },
      after: null,
    });
    const members = await membersIn(tx, teamId);
    const changes: Change[] = [
      ...keys.map((key) => ({ kind: "key" as const, id: key.id })),
      { kind: "team", id: teamId },
    ];
    return { result: { row, members, changed: [leaving], keys: keys.length }, changes };
  });
}

async function membersIn(tx: Tx, teamId: string): Promise<MemberRow[]> {
  return (await membersOf(tx, [teamId])).get(teamId) ?? [];
}

/** @throws GatewayError invalid_request for nobody; not_found for who is no member */
async function memberNamed(tx: Tx, teamId: string, body: MemberBody): Promise<MemberRow> {
  const [named] = await resolveMembers(tx, [body], "member");
  const member = (await membersIn(tx, teamId)).find((one) => one.userId === named?.userId);
  if (!member)
    throw new GatewayError("not_found", `${named?.userId} is no member of this team`, { param: "user_id" });
  return member;
}

/** A member as an audit event tells it: the address is the user's, and JSON has no bigint. */
function told(member: MemberRow): Record<string, unknown> {
  const { maxBudgetNanoUsd } = member;
  return {
    userId: member.userId,
    role: member.role,
    ...(maxBudgetNanoUsd === null ? {} : { maxBudgetNanoUsd: maxBudgetNanoUsd.toString() }),
    ...(member.budgetDuration === null ? {} : { budgetDuration: member.budgetDuration }),
    ...(member.rpmLimit === null ? {} : { rpmLimit: member.rpmLimit }),
    ...(member.tpmLimit === null ? {} : { tpmLimit: member.tpmLimit }),
    ...(member.budgetId === null ? {} : { budgetId: member.budgetId }),
  };
}
