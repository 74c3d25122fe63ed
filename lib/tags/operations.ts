/** Every change of a tag: one function each, with its audit event in the same transaction. */
import { eq } from "drizzle-orm";
import { lockTag } from "#db/queries/tags.ts";
import { tags } from "#db/schema/people.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { requireBudget } from "#lib/budgets/operations.ts";
import { uniqueViolation } from "#lib/keys/store.ts";
import { namedColumns } from "#lib/people/named-columns.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import type { NewTagBody, UpdateTagBody } from "./schema.ts";
import type { TagRow } from "./view.ts";

/** Makes a row for a tag, which calls may have named before. @throws GatewayError invalid_request when there is one, or for an unknown tier */
export function createTag(operations: Operations, actor: Actor, body: NewTagBody): Promise<TagRow> {
  const { name, description, ...fields } = body;
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    if (fields.budget_id) await requireBudget(tx, fields.budget_id);
    const columns = namedColumns(fields, null, nowMs, operations.timezone());
    const row = await refuseTaken(() =>
      tx
        .insert(tags)
        .values({ name, description: description ?? null, ...columns })
        .returning(),
    );
    await writeAudit(tx, actor, nowMs, {
      action: "tag.create",
      target: target(name),
      before: null,
      after: row,
    });
    return { result: row, changes: [touched(name)] };
  });
}

async function refuseTaken(write: () => Promise<TagRow[]>): Promise<TagRow> {
  try {
    const [row] = await write();
    if (!row) throw new GatewayError("internal", "The tag was not stored.");
    return row;
  } catch (error) {
    if (uniqueViolation(error) === "tags_pkey")
      throw new GatewayError("invalid_request", "name is taken: change that tag with /tag/update", {
        param: "name",
        cause: error,
      });
    throw error;
  }
}

/** Changes what the body names and nothing else. @throws GatewayError not_found; invalid_request for an unknown tier */
export function updateTag(operations: Operations, actor: Actor, body: UpdateTagBody): Promise<TagRow> {
  const { name, description, ...fields } = body;
  return change(operations, async (tx) => {
    const before = await lockTag(tx, name);
    if (!before) throw noTag();
    const nowMs = operations.nowMs();
    if (fields.budget_id) await requireBudget(tx, fields.budget_id);
    const [after] = await tx
      .update(tags)
      .set({
        ...namedColumns(fields, before, nowMs, operations.timezone()),
        ...(description === undefined ? {} : { description }),
        updatedAt: new Date(nowMs),
      })
      .where(eq(tags.name, name))
      .returning();
    if (!after) throw noTag();
    await writeAudit(tx, actor, nowMs, { action: "tag.update", target: target(name), before, after });
    return { result: after, changes: [touched(name)] };
  });
}

/** Deletes the row: its limits are gone; calls may go on naming the tag, and what it spent stays counted. @throws GatewayError not_found */
export function deleteTag(operations: Operations, actor: Actor, name: string): Promise<TagRow> {
  return change(operations, async (tx) => {
    const before = await lockTag(tx, name);
    if (!before) throw noTag();
    await tx.delete(tags).where(eq(tags.name, name));
    await writeAudit(tx, actor, operations.nowMs(), {
      action: "tag.delete",
      target: target(name),
      before,
      after: null,
    });
    return { result: before, changes: [touched(name)] };
  });
}

export function noTag(): GatewayError {
  return new GatewayError("not_found", "Tag not found in database", { param: "name" });
}

function target(id: string) {
  return { kind: "tag" as const, id };
}

function touched(id: string): Change {
  return { kind: "tag", id };
}
