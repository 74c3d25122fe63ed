/** Calls as the console lists them: the newest first, page by page, without ever counting all of them. */
import type { Fragment } from "postgres";
import type { Reader, Sql } from "../client.ts";
import { type CallFilter, guidedCalls, indexOrder, matching, matchingHours } from "./guided-calls.ts";
import { movements, type SpendRange } from "./spend.ts";
import type { StoredCall } from "./stored-call.ts";

const HOUR_MS = 3_600_000;

export interface CallRow extends StoredCall {
  state: string;
  key_start: string | null;
  key_last4: string | null;
  user_name: string | null;
}

/** One page; one row more than `size` tells that there is another. @param offset rows to pass over */
export async function listCalls(
  sql: Reader,
  filter: CallFilter,
  offset: number,
  size: number,
): Promise<CallRow[]> {
  return named(sql, sql`${newest(sql, filter, offset + size + 1)} limit ${size + 1} offset ${offset}`);
}

/**
 * Calls by an id, wherever they are. To plan a look at each day's three indexes takes longer than to have it, so that the
 * server keeps the plan from the first time on, whatever id is asked for.
 */
export async function callsEverywhere(
  sql: Sql,
  filter: CallFilter & { readonly requestId: string },
  size: number,
): Promise<CallRow[]> {
  return sql.begin(async (tx) => {
    await tx`set local plan_cache_mode = force_generic_plan`;
    return listCalls(tx, filter, 0, size);
  });
}

/** The newest first. Calls that still run are in no rollup, and there are never many. */
function newest(sql: Reader, filter: CallFilter, most: number): Fragment {
  const order = filter.requestId === undefined ? indexOrder(sql, filter) : sql`id desc`;
  if (order) return sql`select * from spend_records where ${matching(sql, filter)} order by ${order}`;
  return sql`select * from (
      ${guidedCalls(sql, filter, most)}
      union all select * from spend_records where state = 'started' and ${matching(sql, filter)}
    ) c order by id desc`;
}

/** The next `size` settled calls that are older than `beforeId`, for who reads all of them. @param beforeId null: from the newest */
export async function callsBefore(
  sql: Sql,
  filter: CallFilter,
  beforeId: string | null,
  size: number,
): Promise<CallRow[]> {
  const older = beforeId === null ? sql`true` : sql`id < ${beforeId}`;
  return named(
    sql,
    sql`select * from spend_records where state = 'settled' and ${older} and ${matching(sql, filter)}
      order by id desc limit ${size}`,
  );
}

/** How many settled calls match. */
export async function countCalls(sql: Sql, filter: CallFilter): Promise<number> {
  const [row] = await sql<{ calls: bigint }[]>`
    select count(*) as calls from spend_records where state = 'settled' and ${matching(sql, filter)}`;
  return Number(row?.calls ?? 0n);
}

/** Records with what their key, user and team are called. */
async function named(sql: Reader, records: Fragment): Promise<CallRow[]> {
  return sql<CallRow[]>`
    select r.*, k.alias as key_alias, k.secret_start as key_start, k.secret_last4 as key_last4,
      coalesce(u.alias, u.email) as user_name, t.alias as team_alias
    from (${records}) r
    left join virtual_keys k on k.id = r.key_id
    left join users u on u.id = r.user_id
    left join teams t on t.id = r.team_id
    order by r.id desc`;
}

/**
 * Settled calls by outcome in buckets of a range. Buckets that begin at full hours are counted by the rollups, others call
 * by call: those are for an hour.
 * @param startsMs where buckets begin, ascending; the filter's range begins with the first
 */
export async function callBuckets(
  sql: Sql,
  filter: CallFilter,
  startsMs: readonly number[],
): Promise<{ bucket: number; ok: number; refused: number; failed: number }[]> {
  const edges = `{${startsMs.map((ms) => new Date(ms).toISOString()).join(",")}}`;
  const counted = startsMs.every((ms) => ms % HOUR_MS === 0)
    ? sql`select hour as at, requests - failures - refusals as ok, refusals as refused, failures as failed
        from (${countedHours(sql, filter, edges)}) m`
    : sql`select started_at as at, (outcome = 'ok')::int as ok, (outcome = 'refused')::int as refused,
          (outcome not in ('ok', 'refused'))::int as failed
        from (${guidedCalls(sql, filter, null)}) r`;
  const rows = await sql<{ bucket: number; ok: string; refused: string; failed: string }[]>`
    select width_bucket(at, (select ${edges}::text::timestamptz[])) - 1 as bucket, sum(ok)::text as ok,
      sum(refused)::text as refused, sum(failed)::text as failed
    from (${counted}) c group by 1`;
  const only = (outcome: "ok" | "refused" | "failed", calls: string) =>
    filter.outcome === undefined || filter.outcome === outcome ? Number(calls) : 0;
  return rows.map(({ bucket, failed, ok, refused }) => ({
    bucket,
    ok: only("ok", ok),
    refused: only("refused", refused),
    failed: only("failed", failed),
  }));
}

/** Days that are over come in one row where one column alone is asked for. */
function countedHours(sql: Sql, filter: CallFilter, edges: string): Fragment {
  const { fromMs, keyId, model, provider, teamId, toMs, userId } = filter;
  const hour = { fromMs: Math.floor((fromMs ?? 0) / HOUR_MS) * HOUR_MS, toMs };
  if ([keyId, provider, teamId, userId].every((value) => value === undefined)) {
    if (model === undefined) return movements(sql, hour, {}, "all", edges);
    return sql`select * from (${movements(sql, hour, {}, "model_group", edges)}) m where model_group = ${model}`;
  }
  // Which outcome is asked for is a column of what comes back, and no way to find it.
  const { outcome: _, ...asked } = filter;
  return sql`select * from spend_hourly where ${matchingHours(sql, asked)}`;
}

/** The latest settled call with a key of a user. */
export async function latestCallOf(sql: Sql, userId: string, keyId: string): Promise<CallRow | null> {
  const rows = await sql<CallRow[]>`
    select * from spend_records where state = 'settled' and key_id = ${keyId} and user_id = ${userId}
    order by started_at desc limit 1`;
  return rows[0] ?? null;
}

/** Values to choose a filter from. @param range full hours */
export async function knownModels(sql: Sql, range: SpendRange): Promise<string[]> {
  const rows = await sql<{ model_group: string }[]>`
    select distinct model_group from (${movements(sql, range, {}, "model_group")}) m where model_group <> ''
    order by 1 limit 200`;
  return rows.map((row) => row.model_group);
}
