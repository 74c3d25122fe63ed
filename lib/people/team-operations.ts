/** Every change of a team but its members: one function each, with its audit event in the same transaction. */
import { eq, inArray } from "drizzle-orm";
import { lockKeysOfTeams, lockTeam, lockTeams } from "#db/queries/teams.ts";
import { memberships, teams } from "#db/schema/people.ts";
import { ownerColumns } from "#lib/admission/owner-columns.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { deleteKeysIn } from "#lib/keys/operations.ts";
import { uniqueViolation } from "#lib/keys/store.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { memberDefaults } from "./member-limits.ts";
import { resolveMembers } from "./members.ts";
import type { NewTeamBody, UpdateTeamBody } from "./schema.ts";
import type { TeamRow } from "./view.ts";

/** Makes a team with its first members. @throws GatewayError invalid_request when the id is taken or a member is nobody */
export function createTeam(operations: Operations, actor: Actor, body: NewTeamBody): Promise<TeamRow> {
  const nowMs = operations.nowMs();
  const id = body.team_id ?? newId("team", nowMs);
  return change(operations, async (tx) => {
    const members = await resolveMembers(tx, body.members_with_roles ?? [], "members_with_roles");
    const columns = ownerColumns(body, null, nowMs, operations.timezone());
    const row = await insert(() =>
      tx
        .insert(teams)
        .values({
          id,
          alias: body.team_alias ?? null,
          memberDefaults: memberDefaults({}, body),
          memberPermissions: body.team_member_permissions ?? [],
          ...columns,
        })
        .returning(),
    );
    if (members.length > 0)
      await tx.insert(memberships).values(members.map((member) => ({ teamId: id, ...member })));
    await writeAudit(tx, actor, nowMs, {
      action: "team.create",
      target: target(id),
      before: null,
      after: { ...row, members },
    });
    return { result: row, changes: [{ kind: "team", id }] };
  });
}

async function insert(write: () => Promise<TeamRow[]>): Promise<TeamRow> {
  try {
    const [row] = await write();
    if (!row) throw new GatewayError("internal", "The team was not stored.");
    return row;
  } catch (error) {
    if (uniqueViolation(error) === "teams_pkey")
      throw new GatewayError("invalid_request", "team_id is taken: change that team with /team/update", {
        param: "team_id",
        cause: error,
      });
    throw error;
  }
}

/** Changes what the body names and nothing else. @throws GatewayError not_found */
export function updateTeam(operations: Operations, actor: Actor, body: UpdateTeamBody): Promise<TeamRow> {
  const { team_id, team_alias, ...fields } = body;
  return changeTeam(operations, actor, "team.update", team_id, (before, nowMs) => ({
    ...ownerColumns(fields, before, nowMs, operations.timezone()),
    ...(team_alias === undefined ? {} : { alias: team_alias }),
    memberDefaults: memberDefaults(before.memberDefaults, fields),
    memberPermissions:
      fields.team_member_permissions === undefined
        ? before.memberPermissions
        : (fields.team_member_permissions ?? []),
  }));
}

/** Says which key routes members may use for the team; an empty list takes all of them away. @throws GatewayError not_found */
export function setMemberPermissions(
  operations: Operations,
  actor: Actor,
  id: string,
  memberPermissions: string[],
): Promise<TeamRow> {
  return changeTeam(operations, actor, "team.permissions", id, () => ({ memberPermissions }));
}

/** Blocks or unblocks: the keys of a blocked team are refused. @throws GatewayError not_found */
export function setTeamBlocked(
  operations: Operations,
  actor: Actor,
  id: string,
  blocked: boolean,
): Promise<TeamRow> {
  return changeTeam(operations, actor, blocked ? "team.block" : "team.unblock", id, () => ({ blocked }));
}

/** Deletes teams with their memberships and keys; spend records stay. Ids that lead to no team are left out of the answer. */
export function deleteTeams(
  operations: Operations,
  actor: Actor,
  ids: readonly string[],
): Promise<{ teamIds: string[]; keys: number }> {
  return change(operations, async (tx) => {
    // Keys first, as the ledger's statement locks them. A key whose team has no row is not this team's to delete.
    const keys = await lockKeysOfTeams(tx, ids);
    const rows = await lockTeams(tx, ids);
    const found = rows.map((row) => row.id);
    const theirs = keys.filter((key) => key.teamId !== null && found.includes(key.teamId));
    const nowMs = operations.nowMs();
    await deleteKeysIn(tx, operations, actor, theirs);
    if (found.length > 0) await tx.delete(teams).where(inArray(teams.id, found));
    for (const row of rows)
      await writeAudit(tx, actor, nowMs, {
        action: "team.delete",
        target: target(row.id),
        before: row,
        after: null,
      });
    const changes: Change[] = [
      ...theirs.map((key) => ({ kind: "key" as const, id: key.id })),
      ...found.map((id) => ({ kind: "team" as const, id })),
    ];
    return { result: { teamIds: found, keys: theirs.length }, changes };
  });
}

function changeTeam(
  operations: Operations,
  actor: Actor,
  action: string,
  id: string,
  columnsOf: (row: TeamRow, nowMs: number) => Partial<TeamRow>,
): Promise<TeamRow> {
  return change(operations, async (tx) => {
    const before = await lockTeam(tx, id);
    if (!before) throw noTeam();
    const nowMs = operations.nowMs();
    const columns = columnsOf(before, nowMs);
    const [after] = await tx
      .update(teams)
      .set({ ...columns, updatedAt: new Date(nowMs) })
      .where(eq(teams.id, id))
      .returning();
    if (!after) throw noTeam();
    await writeAudit(tx, actor, nowMs, { action, target: target(id), before, after });
    const spent = columns.spendNanoUsd;
    return {
      result: after,
      changes: [{ kind: "team", id, ...(spent === undefined ? {} : { spentNanoUsd: spent }) }],
    };
  });
}

export function noTeam(): GatewayError {
  return new GatewayError("not_found", "Team not found in database", { param: "team_id" });
}

function target(id: string) {
  return { kind: "team" as const, id };
}
