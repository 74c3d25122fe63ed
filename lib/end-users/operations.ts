/** Every change of an end user: one function each, with its audit event in the same transaction. */
import { eq, inArray } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { lockEndUsers } from "#db/queries/end-users.ts";
import { endUsers } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { requireBudget } from "#lib/budgets/operations.ts";
import { uniqueViolation } from "#lib/keys/store.ts";
import { namedColumns } from "#lib/people/named-columns.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import type { NewEndUserBody, UpdateEndUserBody } from "./schema.ts";
import type { EndUserRow } from "./view.ts";

/** Makes a row for an end user, who may have called before. @throws GatewayError invalid_request when there is one, or for an unknown tier */
export function createEndUser(
  operations: Operations,
  actor: Actor,
  body: NewEndUserBody,
): Promise<EndUserRow> {
  const { user_id: id, alias, ...fields } = body;
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    if (fields.budget_id) await requireBudget(tx, fields.budget_id);
    const columns = namedColumns(fields, null, nowMs, operations.timezone());
    const row = await refuseTaken(() =>
      tx
        .insert(endUsers)
        .values({ id, alias: alias ?? null, ...columns })
        .returning(),
    );
    await writeAudit(tx, actor, nowMs, {
      action: "end_user.create",
      target: target(id),
      before: null,
      after: row,
    });
    return { result: row, changes: [touched(id)] };
  });
}

async function refuseTaken(write: () => Promise<EndUserRow[]>): Promise<EndUserRow> {
  try {
    const [row] = await write();
    if (!row) throw new GatewayError("internal", "The end user was not stored.");
    return row;
  } catch (error) {
    if (uniqueViolation(error) === "end_users_pkey")
      throw new GatewayError(
        "invalid_request",
        "user_id is taken: change that end user with /customer/update",
        { param: "user_id", cause: error },
      );
    throw error;
  }
}

/** Changes what the body names and nothing else. @throws GatewayError not_found; invalid_request for an unknown tier */
export function updateEndUser(
  operations: Operations,
  actor: Actor,
  body: UpdateEndUserBody,
): Promise<EndUserRow> {
  const { user_id: id, alias, ...fields } = body;
  return change(operations, async (tx) => {
    const [before] = await lockEndUsers(tx, [id]);
    if (!before) throw noEndUser();
    const nowMs = operations.nowMs();
    if (fields.budget_id) await requireBudget(tx, fields.budget_id);
    const columns = {
      ...namedColumns(fields, before, nowMs, operations.timezone()),
      ...(alias === undefined ? {} : { alias }),
    };
    const [after] = await write(tx, id, columns, nowMs);
    if (!after) throw noEndUser();
    await writeAudit(tx, actor, nowMs, { action: "end_user.update", target: target(id), before, after });
    return { result: after, changes: [touched(id)] };
  });
}

/**
 * Blocks or unblocks. Whoever only ever called gets a row to be blocked by; unblocking needs none.
 * @returns the rows that are blocked, or not, now; ids without a row are left out when unblocking
 */
export function setEndUsersBlocked(
  operations: Operations,
  actor: Actor,
  ids: readonly string[],
  blocked: boolean,
): Promise<EndUserRow[]> {
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const sorted = [...ids].sort();
    if (blocked)
      await tx
        .insert(endUsers)
        .values(sorted.map((id) => ({ id })))
        .onConflictDoNothing();
    const rows = await lockEndUsers(tx, sorted);
    const changed: EndUserRow[] = [];
    for (const before of rows) {
      const [after] = await write(tx, before.id, { blocked }, nowMs);
      if (!after) continue;
      const action = blocked ? "end_user.block" : "end_user.unblock";
      await writeAudit(tx, actor, nowMs, { action, target: target(after.id), before, after });
      changed.push(after);
    }
    return { result: changed, changes: changed.map(({ id }) => touched(id)) };
  });
}

/** Deletes rows: their limits are gone, what they spent stays counted. Ids without a row are left out of the answer. */
export function deleteEndUsers(
  operations: Operations,
  actor: Actor,
  ids: readonly string[],
): Promise<string[]> {
  return change(operations, async (tx) => {
    const rows = await lockEndUsers(tx, ids);
    const found = rows.map((row) => row.id);
    if (found.length > 0) await tx.delete(endUsers).where(inArray(endUsers.id, found));
    for (const row of rows)
      await writeAudit(tx, actor, operations.nowMs(), {
        action: "end_user.delete",
        target: target(row.id),
        before: row,
        after: null,
      });
    return { result: found, changes: found.map(touched) };
  });
}

function write(tx: Tx, id: string, columns: Partial<EndUserRow>, nowMs: number): Promise<EndUserRow[]> {
  return tx
    .update(endUsers)
    .set({ ...columns, updatedAt: new Date(nowMs) })
    .where(eq(endUsers.id, id))
    .returning();
}

export function noEndUser(): GatewayError {
  return new GatewayError("not_found", "End user not found in database", { param: "user_id" });
}

function target(id: string) {
  return { kind: "end_user" as const, id };
}

function touched(id: string): Change {
  return { kind: "end_user", id };
}
