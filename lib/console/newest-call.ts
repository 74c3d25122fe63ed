/** Which call of a list is the newest: asked once a second, however many people watch the same list. */
import type { Sql } from "#db/client.ts";
import { listCalls } from "#db/queries/console-records.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { SharedReads } from "#lib/shared-reads.ts";

const newest = new SharedReads<string>(1_000);

/** Its id, or nothing when there is none. Lists of the same filter differ in where they begin by as much as they are apart. */
export async function newestCall(sql: Sql, filter: CallFilter, nowMs: number): Promise<string> {
  const { fromMs, ...rest } = filter;
  // The range's length tells lists apart, and whose calls they are stands in the filter.
  const name = JSON.stringify([fromMs === null ? null : nowMs - fromMs, rest]);
  return newest.read(sql, name, nowMs, async () => (await listCalls(sql, filter, 0, 1))[0]?.id ?? "");
}
