/** The Overview's figures that no spend query has: latency, refusals by rule, keys in use. */
import type { Sql } from "../client.ts";
import { guidedCalls, matching } from "./guided-calls.ts";
import { between, type SpendRange } from "./spend.ts";

/** At most so many of the newest calls: a percentile of them says as much as one of millions. */
const SAMPLE = 20_000;

export interface Latency {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly calls: number;
}

/** Of answered calls since then. @param userId null: everybody's */
export async function latencySince(
  sql: Sql,
  sinceMs: number,
  untilMs: number,
  userId: string | null,
): Promise<Latency> {
  const filter = {
    fromMs: sinceMs,
    toMs: untilMs,
    outcome: "ok" as const,
    ...(userId === null ? {} : { userId }),
  };
  // Ids sort by time. Who sees only their own calls has few of them among all: they are found by the rollups.
  const calls =
    userId === null
      ? sql`select * from spend_records where ${matching(sql, filter)}`
      : sql`select * from (${guidedCalls(sql, filter, SAMPLE)}) g`;
  const rows = await sql<{ p50: number | null; p95: number | null; calls: bigint }[]>`
    select percentile_cont(0.5) within group (order by duration_ms) as p50,
      percentile_cont(0.95) within group (order by duration_ms) as p95, count(*) as calls
    from (select duration_ms from (${calls}) c order by id desc limit ${SAMPLE}) r`;
  const [row] = rows;
  return { p50Ms: row?.p50 ?? null, p95Ms: row?.p95 ?? null, calls: Number(row?.calls ?? 0n) };
}

export interface KeyCounts {
  readonly active: number;
  /** Live keys that end within the next week. */
  readonly expiring: number;
  /** Live keys that no call has used. */
  readonly unused: number;
}

export async function countKeys(sql: Sql, nowMs: number, userId: string | null): Promise<KeyCounts> {
  const own = userId === null ? sql`true` : sql`user_id = ${userId}`;
  const now = new Date(nowMs);
  const week = new Date(nowMs + 7 * 86_400_000);
  const rows = await sql<{ active: bigint; expiring: bigint; unused: bigint }[]>`
    select count(*) as active, count(*) filter (where expires_at < ${week}) as expiring,
      count(*) filter (where last_used_at is null) as unused
    from virtual_keys where deleted_at is null and not blocked and (expires_at is null or expires_at > ${now}) and ${own}`;
  const [row] = rows;
  return {
    active: Number(row?.active ?? 0n),
    expiring: Number(row?.expiring ?? 0n),
    unused: Number(row?.unused ?? 0n),
  };
}

/** What a new gateway still lacks. */
export async function firstSteps(
  sql: Sql,
): Promise<{ keys: boolean; calls: boolean; people: boolean; teams: boolean }> {
  const rows = await sql<{ keys: boolean; calls: boolean; people: boolean; teams: boolean }[]>`
    select exists (select 1 from virtual_keys) as keys, exists (select 1 from spend_hourly where key_id <> 'master') as calls,
      (select count(*) > 1 from (select 1 from users where kind = 'person' limit 2) u) as people, exists (select 1 from teams) as teams`;
  return rows[0] ?? { keys: false, calls: false, people: false, teams: false };
}

export interface HourSums {
  readonly hourMs: number;
  readonly requests: number;
  readonly failures: number;
  readonly refusals: number;
}

/** Calls hour by hour from the rollups; hours without a call are absent. @param range full hours */
export async function hourlyOutcomes(
  sql: Sql,
  { fromMs, toMs }: SpendRange,
  userId: string | null,
): Promise<HourSums[]> {
  const own = userId === null ? sql`true` : sql`user_id = ${userId}`;
  const rows = await sql<{ hour: Date; requests: string; failures: string; refusals: string }[]>`
    select hour, sum(requests)::text as requests, sum(failures)::text as failures, sum(refusals)::text as refusals
    from spend_hourly where ${between(sql, "hour", fromMs, toMs)} and ${own} group by 1 order by 1`;
  return rows.map((row) => ({
    hourMs: row.hour.getTime(),
    requests: Number(row.requests),
    failures: Number(row.failures),
    refusals: Number(row.refusals),
  }));
}

/** Calls, failures and tokens of each model group since then, from the rollups. */
export async function modelActivity(
  sql: Sql,
  fromMs: number,
  userId: string | null,
): Promise<Map<string, { requests: number; bad: number }>> {
  const own = userId === null ? sql`true` : sql`user_id = ${userId}`;
  const rows = await sql<{ model_group: string; requests: string; bad: string }[]>`
    select model_group, sum(requests)::text as requests, sum(failures)::text as bad
    from spend_hourly where hour >= ${new Date(fromMs)} and ${own} group by 1`;
  return new Map(
    rows.map((row) => [row.model_group, { requests: Number(row.requests), bad: Number(row.bad) }]),
  );
}
