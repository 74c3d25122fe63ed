/**
 * Sums of spend. Whole hours come from the hourly rollups, which move with every settled record; the pieces of an hour at
 * either end of a range come from the records themselves, so that every sum is exact.
 */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import { type Grouping, hourly, withSpans } from "./spend-spans.ts";

/** Instants; null: open. The end is exclusive. */
export interface SpendRange {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** What to count; several hold together. An owner that is absent is the empty text and equals no owner. */
export interface SpendFilter {
  readonly keyId?: string;
  readonly userId?: string;
  readonly teamIds?: readonly string[];
  /** Model group. */
  readonly model?: string;
}

export type SpendDimension = "key_id" | "user_id" | "team_id" | "model_group" | "provider";

export interface SpendSums {
  readonly requests: number;
  readonly failures: number;
  readonly refusals: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: bigint;
}

/** Postgres sums bigints to numeric, which arrives as text. */
export interface SumRow {
  requests: string;
  failures: string;
  refusals: string;
  prompt: string;
  completion: string;
  cache_read: string;
  cache_write: string;
  reasoning: string;
  cost: string;
}

const HOUR_MS = 3_600_000;

export async function totalOf(sql: Sql, range: SpendRange, filter: SpendFilter): Promise<bigint> {
  const rows = await sql<{ cost: string }[]>`
    select coalesce(sum(cost_nano_usd), 0)::text as cost from (${movements(sql, range, filter, "all")}) m`;
  return BigInt(rows[0]?.cost ?? "0");
}

/** Sums for each value of a dimension, the costliest first. @param limit null: all */
export async function spendBy(
  sql: Sql,
  dimension: SpendDimension,
  range: SpendRange,
  filter: SpendFilter,
  limit: number | null = null,
): Promise<{ id: string; sums: SpendSums }[]> {
  const rows = await sql<({ id: string } & SumRow)[]>`
    select ${sql(dimension)} as id, ${sums(sql)} from (${movements(sql, range, filter, dimension)}) m
    group by 1 order by sum(cost_nano_usd) desc, 1 ${limit === null ? sql`` : sql`limit ${limit}`}`;
  return rows.map((row) => ({ id: row.id, sums: readSums(row) }));
}

/**
 * The rows of `spend_hourly` (or of records, hour by hour) that make up a range. The one place where spend is read from.
 * @param by what they are grouped by: then days that are over come as one row for each of its values, in which the other
 *   columns are empty. Absent: hours alone, with all columns.
 * @param edges where the reader's own days begin, as an array's text: a day that is over counts only within one of them
 */
export function movements(
  sql: Sql,
  { fromMs, toMs }: SpendRange,
  filter: SpendFilter,
  by?: Grouping,
  edges?: string,
): Fragment {
  const firstHourMs = fromMs === null ? null : Math.ceil(fromMs / HOUR_MS) * HOUR_MS;
  const lastHourMs = toMs === null ? null : Math.floor(toMs / HOUR_MS) * HOUR_MS;
  const hours = { fromMs: firstHourMs, toMs: lastHourMs };
  const unfiltered = Object.values(filter).every((value) => value === undefined);
  const whole =
    by === undefined || !unfiltered
      ? sql`select ${hourly(sql)} from spend_hourly
          where ${between(sql, "hour", firstHourMs, lastHourMs)} and ${matching(sql, filter)}`
      : withSpans(sql, hours, by, edges);
  const pieces: Fragment[] = [];
  const piece = (startMs: number, endMs: number) =>
    pieces.push(pieceOfHour(sql, { fromMs: startMs, toMs: endMs }, filter));
  if (fromMs !== null && firstHourMs !== null && firstHourMs > fromMs)
    piece(fromMs, toMs === null ? firstHourMs : Math.min(firstHourMs, toMs));
  if (
    toMs !== null &&
    lastHourMs !== null &&
    lastHourMs < toMs &&
    (firstHourMs === null || lastHourMs >= firstHourMs)
  )
    piece(lastHourMs, toMs);
  return pieces.reduce<Fragment>((all, one) => sql`${all} union all (${one})`, sql`(${whole})`);
}

/** Records of a part of one hour: those of the keys that the hour's rollups name, for records have no index by time alone. */
function pieceOfHour(sql: Sql, when: { fromMs: number; toMs: number }, filter: SpendFilter): Fragment {
  const hour = new Date(Math.floor(when.fromMs / HOUR_MS) * HOUR_MS);
  return sql`select ${hour}::timestamptz, r.key_id, user_id, team_id, model_group, provider, 1,
      (outcome not in ('ok', 'refused'))::int, (outcome = 'refused')::int, prompt_tokens, completion_tokens,
      cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd
    from (select distinct key_id from spend_hourly where hour = ${hour} and ${matching(sql, filter)}) k
    cross join lateral (
      select * from spend_records where key_id = k.key_id and ${between(sql, "started_at", when.fromMs, when.toMs)}
        and state = 'settled' and ${matching(sql, filter)} offset 0
    ) r`;
}

/** @param fromMs null: since ever @param toMs exclusive; null: until now */
export function between(sql: Sql, column: string, fromMs: number | null, toMs: number | null): Fragment {
  const from = fromMs === null ? sql`true` : sql`${sql(column)} >= ${new Date(fromMs)}`;
  return toMs === null ? from : sql`${from} and ${sql(column)} < ${new Date(toMs)}`;
}

export function matching(sql: Sql, filter: SpendFilter): Fragment {
  const { keyId, userId, teamIds, model } = filter;
  const key = keyId === undefined ? sql`true` : sql`key_id = ${keyId}`;
  const user = userId === undefined ? sql`true` : sql`user_id = ${userId}`;
  const team = teamIds === undefined ? sql`true` : sql`team_id = any(${[...teamIds]})`;
  return sql`${key} and ${user} and ${team} and ${model === undefined ? sql`true` : sql`model_group = ${model}`}`;
}

export function sums(sql: Sql): Fragment {
  return sql`sum(requests)::text as requests, sum(failures)::text as failures, sum(refusals)::text as refusals,
    sum(prompt_tokens)::text as prompt, sum(completion_tokens)::text as completion,
    sum(cache_read_tokens)::text as cache_read, sum(cache_write_tokens)::text as cache_write,
    sum(reasoning_tokens)::text as reasoning, sum(cost_nano_usd)::text as cost`;
}

export function readSums(row: SumRow): SpendSums {
  return {
    requests: Number(row.requests),
    failures: Number(row.failures),
    refusals: Number(row.refusals),
    promptTokens: Number(row.prompt),
    completionTokens: Number(row.completion),
    cacheReadTokens: Number(row.cache_read),
    cacheWriteTokens: Number(row.cache_write),
    reasoningTokens: Number(row.reasoning),
    costNanoUsd: BigInt(row.cost),
  };
}
