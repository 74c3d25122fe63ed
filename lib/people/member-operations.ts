/** Who joins and who leaves a team. */
import { and, eq, inArray } from "drizzle-orm";
import { lockKeysOfTeams, lockTeam, membersOf } from "#db/queries/teams.ts";
import { memberships } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { deleteKeysIn } from "#lib/keys/operations.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { resolveMembers } from "./members.ts";
import type { MemberBody } from "./schema.ts";
import { noTeam } from "./team-operations.ts";
import type { MemberRow, TeamRow } from "./view.ts";

export interface ChangedTeam {
  readonly row: TeamRow;
  readonly members: readonly MemberRow[];
  /** Those who joined or left. */
  readonly changed: readonly MemberRow[];
}

/** Adds members, all or none. @throws GatewayError not_found; invalid_request for one who is in the team already */
export function addMembers(
  operations: Operations,
  actor: Actor,
  teamId: string,
  bodies: readonly MemberBody[],
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
    await tx.insert(memberships).values(joining.map((member) => ({ teamId, ...member })));
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "team.member_add",
      target: { kind: "team", id: teamId },
      before: null,
      after: { members: joining },
    });
    const members = (await membersOf(tx, [teamId])).get(teamId) ?? [];
    const changed = members.filter((member) => ids.includes(member.userId));
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
    const [leaving] = await resolveMembers(tx, [body], "member");
    const userId = leaving?.userId ?? "";
    const keys = await lockKeysOfTeams(tx, [teamId], userId);
    const row = await lockTeam(tx, teamId);
    if (!row) throw noTeam();
    const changed = ((await membersOf(tx, [teamId])).get(teamId) ?? []).filter(
      (member) => member.userId === userId,
    );
    if (changed.length === 0)
      throw new GatewayError("not_found", `${userId} is no member of this team`, { param: "user_id" });
    await tx.delete(memberships).where(and(eq(memberships.teamId, teamId), eq(memberships.userId, userId)));
    await deleteKeysIn(tx, operations, actor, keys);
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "team.member_delete",
      target: { kind: "team", id: teamId },
      before: { members: changed.map((member) => ({ userId: member.userId, role: member.role })) },
      after: null,
    });
    const members = (await membersOf(tx, [teamId])).get(teamId) ?? [];
    const changes: Change[] = [
      ...keys.map((key) => ({ kind: "key" as const, id: key.id })),
      { kind: "team", id: teamId },
    ];
    return { result: { row, members, changed, keys: keys.length }, changes };
  });
}
