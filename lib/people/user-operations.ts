/** Every change of a user: one function each, with its audit event in the same transaction. */
import { eq, inArray } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findTeams } from "#db/queries/teams.ts";
import { lockKeysOfUsers, lockUser, lockUsers } from "#db/queries/users.ts";
import { memberships, users } from "#db/schema/people.ts";
import { ownerColumns } from "#lib/admission/owner-columns.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { type CreatedKey, createKeyIn, deleteKeysIn } from "#lib/keys/operations.ts";
import { uniqueViolation } from "#lib/keys/store.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { NewUserBody, UpdateUserBody } from "./schema.ts";
import { requireServiceAccount } from "./service-account.ts";
import type { UserRow } from "./view.ts";

/** LiteLLM's name for the whole gateway's spend in `/user/info`; no user may take it. */
export const WHOLE_GATEWAY = "litellm-proxy-budget";

export interface CreatedUser {
  readonly row: UserRow;
  readonly teamIds: readonly string[];
  /** Null when none was asked for. */
  readonly key: CreatedKey | null;
}

/** Makes a user, its memberships and its first key, all or none. @throws GatewayError invalid_request */
export function createUser(operations: Operations, actor: Actor, body: NewUserBody): Promise<CreatedUser> {
  const nowMs = operations.nowMs();
  const id = body.user_id ?? newId("usr", nowMs);
  if (id === WHOLE_GATEWAY)
    throw new GatewayError("invalid_request", `user_id ${id} is reserved: choose another`, {
      param: "user_id",
    });
  return change(operations, async (tx) => {
    const columns = ownerColumns(body, null, nowMs, operations.timezone());
    const [row] = await refuseTaken(() =>
      tx
        .insert(users)
        .values({
          id,
          email: body.user_email ?? null,
          alias: body.user_alias ?? null,
          role: body.user_role ?? "internal_user",
          kind: body.kind ?? "person",
          ...columns,
        })
        .returning(),
    );
    if (!row) throw new GatewayError("internal", "The user was not stored.");
    if (row.kind === "service") await requireServiceAccount(tx, row);
    const teamIds = await join(tx, id, body.teams ?? []);
    await writeAudit(tx, actor, nowMs, {
      action: "user.create",
      target: target(id),
      before: null,
      after: { ...row, teams: teamIds },
    });
    const key =
      body.auto_create_key === false ? null : await createKeyIn(tx, operations, actor, keyOf(id, body));
    const changes: Change[] = [{ kind: "user", id }];
    if (key) changes.push({ kind: "key", id: key.row.id });
    return { result: { row, teamIds, key }, changes };
  });
}

/** The limits are the user's and are held there; its key adds none of its own. */
function keyOf(userId: string, body: NewUserBody) {
  return { user_id: userId, key_alias: body.key_alias, duration: body.duration, aliases: body.aliases };
}

type Place = Partial<Exclude<NonNullable<NewUserBody["teams"]>[number], string>>;

async function join(tx: Tx, userId: string, teams: NonNullable<NewUserBody["teams"]>): Promise<string[]> {
  const places = new Map<string, Place>(
    teams.map((team) => (typeof team === "string" ? [team, {}] : [team.team_id, team])),
  );
  const ids = [...places.keys()].sort();
  if (ids.length === 0) return [];
  const known = new Set((await findTeams(tx, ids)).map((team) => team.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new GatewayError(
      "invalid_request",
      `teams names "${unknown}", which is no team: make it with /team/new first`,
      { param: "teams" },
    );
  }
  for (const [teamId, place] of places) {
    const said = {
      ...(place.user_role ? { role: place.user_role } : {}),
      ...(place.max_budget_in_team === undefined ? {} : { maxBudgetNanoUsd: place.max_budget_in_team }),
    };
    // An id may have been a member before it had a row: it stays one, on the terms that are said now.
    await tx
      .insert(memberships)
      .values({ teamId, userId, ...said })
      .onConflictDoUpdate({ target: [memberships.teamId, memberships.userId], set: { userId, ...said } });
  }
  return ids;
}

/** Changes what the body names and nothing else; without `user_id` the address names the user. @throws GatewayError not_found, invalid_request */
export function updateUser(operations: Operations, actor: Actor, body: UpdateUserBody): Promise<UserRow> {
  const { user_id, user_email, user_alias, user_role, ...fields } = body;
  const named = user_id ? { id: user_id } : user_email ? { email: user_email } : null;
  if (!named)
    throw new GatewayError("invalid_request", "user_id or user_email is missing: which user shall change?", {
      param: "user_id",
    });
  return change(operations, async (tx) => {
    const before = await lockUser(tx, named);
    if (!before)
      throw new GatewayError("not_found", "User not found in database", {
        param: "id" in named ? "user_id" : "user_email",
      });
    const nowMs = operations.nowMs();
    const columns: Partial<UserRow> = ownerColumns(fields, before, nowMs, operations.timezone());
    if (user_email !== undefined) columns.email = user_email;
    if (user_alias !== undefined) columns.alias = user_alias;
    if (user_role) columns.role = user_role;
    const [after] = await refuseTaken(() =>
      tx
        .update(users)
        .set({ ...columns, updatedAt: new Date(nowMs) })
        .where(eq(users.id, before.id))
        .returning(),
    );
    if (!after) throw new GatewayError("not_found", "User not found in database", { param: "user_id" });
    if (after.kind === "service") await requireServiceAccount(tx, after);
    await writeAudit(tx, actor, nowMs, { action: "user.update", target: target(after.id), before, after });
    const spent = columns.spendNanoUsd;
    return {
      result: after,
      changes: [{ kind: "user", id: after.id, ...(spent === undefined ? {} : { spentNanoUsd: spent }) }],
    };
  });
}

/** Deletes users with their memberships and keys; spend records stay. Ids that lead to no user are left out of the answer. */
export function deleteUsers(
  operations: Operations,
  actor: Actor,
  ids: readonly string[],
): Promise<{ userIds: string[]; keys: number }> {
  return change(operations, async (tx) => {
    // Keys first, as the ledger's statement locks them. A key whose user has no row is not this user's to delete.
    const keys = await lockKeysOfUsers(tx, ids);
    const rows = await lockUsers(tx, ids);
    const found = rows.map((row) => row.id);
    const theirs = keys.filter((key) => key.userId !== null && found.includes(key.userId));
    const nowMs = operations.nowMs();
    await deleteKeysIn(tx, operations, actor, theirs);
    if (found.length > 0) {
      await tx.delete(memberships).where(inArray(memberships.userId, found));
      await tx.delete(users).where(inArray(users.id, found));
    }
    for (const row of rows)
      await writeAudit(tx, actor, nowMs, {
        action: "user.delete",
        target: target(row.id),
        before: row,
        after: null,
      });
    const changes: Change[] = [
      ...theirs.map((key) => ({ kind: "key" as const, id: key.id })),
      ...found.map((id) => ({ kind: "user" as const, id })),
    ];
    return { result: { userIds: found, keys: theirs.length }, changes };
  });
}

/** Runs a write and turns a unique violation into the field at fault. */
async function refuseTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const constraint = uniqueViolation(error);
    if (constraint === "users_email")
      throw new GatewayError("invalid_request", "user_email is taken by another user", {
        param: "user_email",
        cause: error,
      });
    if (constraint === "users_pkey")
      throw new GatewayError("invalid_request", "user_id is taken: change that user with /user/update", {
        param: "user_id",
        cause: error,
      });
    throw error;
  }
}

function target(id: string) {
  return { kind: "user" as const, id };
}
