/**
 * Who opened what by break-glass, and until when it stands open. There is no table of it: the events of the audit log are
 * what opens, so nothing is open that the log does not tell.
 */
import type { GlassEvent } from "#db/queries/contents.ts";
import type { Unlock } from "./schema.ts";

/** An opened call is closed again after this. */
export const OPEN_MS = 15 * 60_000;
/** Nobody's approval comes later than this. */
export const WAIT_MS = 24 * 3_600_000;

/** @param events opened, the oldest first @returns the newest first */
export function unlocksOf(events: readonly GlassEvent[]): Unlock[] {
  const unlocks = new Map<string, Unlock>();
  for (const event of events) {
    const id = textOf(event.after?.["unlock"]);
    const known = unlocks.get(id);
    if (event.action === "content.unlock") unlocks.set(id, begun(id, event));
    else if (!known) continue;
    else if (event.action === "content.approve")
      unlocks.set(id, {
        ...known,
        approvedBy: event.actor_name ?? event.actor_id,
        approvedAt: event.at,
        openUntil: instantOf(event.after?.["openUntil"]),
      });
    else unlocks.set(id, { ...known, readAt: [...known.readAt, event.at] });
  }
  return [...unlocks.values()].reverse();
}

function begun(id: string, { actor_id, actor_kind, actor_name, after, at, reason, target_id }: GlassEvent) {
  const askedBy = after?.["askedBy"];
  return {
    id,
    callId: target_id,
    actor: { kind: actor_kind, id: actor_id },
    askedBy: typeof askedBy === "string" ? askedBy : null,
    name: actor_name,
    askedAt: at,
    reason: reason ?? "",
    approvedBy: null,
    approvedAt: null,
    openUntil: instantOf(after?.["openUntil"]),
    waitsUntil: instantOf(after?.["waitsUntil"]),
    readAt: [],
  } satisfies Unlock;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function instantOf(value: unknown): Date | null {
  const at = typeof value === "string" ? new Date(value) : null;
  return at === null || Number.isNaN(at.getTime()) ? null : at;
}
