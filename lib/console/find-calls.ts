/** Calls by an id that somebody has in hand: ours, the client's, or the provider's. */
import type { Sql } from "#db/client.ts";
import { type CallRow, callsEverywhere, listCalls } from "#db/queries/console-records.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { idTimeMs } from "../ids.ts";

const DAY_MS = 86_400_000;

/**
 * Calls that have this id, the newest first. An id of our own form tells when it was made, and that day is looked at first:
 * records lie in a table a day. It may also be what another gateway in front called the call; then the time is the same.
 */
export async function callsOfId(
  sql: Sql,
  filter: CallFilter & { readonly requestId: string },
  size: number,
): Promise<CallRow[]> {
  const madeMs = idTimeMs("req", filter.requestId);
  if (madeMs !== null) {
    const near = { ...filter, fromMs: madeMs - DAY_MS, toMs: madeMs + DAY_MS };
    const rows = await listCalls(sql, near, 0, size);
    if (rows.length > 0) return rows;
  }
  return callsEverywhere(sql, filter, size);
}

/** One call by its id, or null. @param userId null: whoever's */
export async function findCall(sql: Sql, requestId: string, userId: string | null): Promise<CallRow | null> {
  const own = userId === null ? {} : { userId };
  const [call] = await callsOfId(sql, { fromMs: null, toMs: null, requestId, ...own }, 1);
  return call ?? null;
}
