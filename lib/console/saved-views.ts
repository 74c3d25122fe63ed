/** Keeping and removing the views of one person. */
import { countViews, deleteView, type SavedView, upsertView } from "#db/queries/saved-views.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";

/** More of them than this is a list that nobody reads. */
const MOST_VIEWS = 50;

export interface NewView {
  readonly page: string;
  readonly name: string;
  /** The query of the page's address. */
  readonly query: string;
}

/** @throws GatewayError conflict when the person has as many as there may be */
export function saveView(
  operations: Operations,
  actor: Actor,
  userId: string,
  view: NewView,
): Promise<SavedView> {
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const saved = await upsertView(tx, {
      id: newId("view", nowMs),
      userId,
      ...view,
      createdAt: new Date(nowMs),
    });
    if ((await countViews(tx, userId, view.page)) > MOST_VIEWS)
      throw new GatewayError("conflict", `You have ${MOST_VIEWS} views of this page. Remove one first.`, {
        param: "name",
      });
    await writeAudit(tx, actor, nowMs, {
      ...eventOf("view.save", userId),
      before: null,
      after: shown(saved),
    });
    return { result: saved, changes: [] };
  });
}

/** @throws GatewayError not_found */
export function removeView(
  operations: Operations,
  actor: Actor,
  userId: string,
  id: string,
): Promise<SavedView> {
  return change(operations, async (tx) => {
    const removed = await deleteView(tx, userId, id);
    if (!removed) throw new GatewayError("not_found", "You have no such view.", { param: "id" });
    const event = { ...eventOf("view.remove", userId), before: shown(removed), after: null };
    await writeAudit(tx, actor, operations.nowMs(), event);
    return { result: removed, changes: [] };
  });
}

function eventOf(action: string, userId: string) {
  return { action, target: { kind: "user" as const, id: userId } };
}

/** What was searched for stays private: the audit log is read by others. */
function shown({ page, name }: SavedView): Record<string, unknown> {
  return { page, view: name };
}
