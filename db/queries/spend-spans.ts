/**
 * Days that are over, as one row for each value of a dimension instead of hundreds for each hour. What they hold is exact at
 * every moment: see the tables in db/schema/spend.ts. Hours that no such day covers are read themselves, in one statement.
 */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";

/** As the trigger `spend_hour_late` has it. */
const LOCK = 7_446_002;

/** What a day is summed by. own_user: calls that no team pays for, by user. all: the whole. */
export type Grouping = (typeof COLUMNS)[number] | "own_user" | "all";

const COLUMNS = ["key_id", "user_id", "team_id", "model_group", "provider"] as const;

/** The columns of an hour, in the order that all parts of a union have them. */
export const hourly = (sql: Sql): Fragment =>
  sql`hour, key_id, user_id, team_id, model_group, provider, ${amounts(sql)}`;

const amounts = (sql: Sql): Fragment => sql`requests, failures, refusals, prompt_tokens, completion_tokens,
  cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd`;

/**
 * The hours of a range, whole days as one row. @param hours full hours, null: open
 * @param by see `movements` @param edges see `movements`
 */
export function withSpans(
  sql: Sql,
  hours: { readonly fromMs: number | null; readonly toMs: number | null },
  by: Grouping,
  edges: string | undefined,
): Fragment {
  const from =
    hours.fromMs === null ? sql`'-infinity'::timestamptz` : sql`${new Date(hours.fromMs)}::timestamptz`;
  const to = hours.toMs === null ? sql`'infinity'::timestamptz` : sql`${new Date(hours.toMs)}::timestamptz`;
  const day = (at: Fragment) => sql`width_bucket(${at}, (select ${edges ?? ""}::text::timestamptz[]))`;
  const within =
    edges === undefined ? sql`true` : sql`${day(sql`starts_at`)} = ${day(sql`ends_at - interval '1 hour'`)}`;
  const values = COLUMNS.reduce<Fragment>(
    (all, column) =>
      sql`${all}, ${column === by || (column === "user_id" && by === "own_user") ? sql`id` : sql`''`} as ${sql(column)}`,
    sql`starts_at as hour`,
  );
  return sql`
    with spans as materialized (
      select starts_at, ends_at from spend_spans where starts_at >= ${from} and ends_at <= ${to} and ${within}
    ), gaps as materialized (
      select * from (
        select ends_at as from_at, lead(starts_at, 1, ${to}) over (order by ends_at) as to_at
        from (select starts_at, ends_at from spans union all select ${from}, ${from}) s
      ) g where from_at < to_at
    )
    select ${values}, ${amounts(sql)} from spans join spend_span_sums using (starts_at) where dimension = ${by}
    union all
    select ${hourly(sql)} from gaps join spend_hourly on hour >= from_at and hour < to_at`;
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** The first hour that has calls, and the end of what may be summed: what the database's own clock calls over. */
export async function summable(sql: Sql): Promise<{ fromMs: number; toMs: number } | null> {
  const [row] = await sql<{ first: Date | null; until: Date }[]>`
    select (select hour from spend_hourly order by hour limit 1) as first,
      least(now() - interval '2 hours', (select max(hour) from spend_hourly) + interval '1 day') as until`;
  return row?.first ? { fromMs: row.first.getTime(), toMs: row.until.getTime() } : null;
}

/** All days that are summed, oldest first. */
export async function summedSpans(sql: Sql): Promise<Span[]> {
  const rows = await sql<{ starts_at: Date; ends_at: Date }[]>`
    select starts_at, ends_at from spend_spans order by starts_at`;
  return rows.map((row) => ({ startMs: row.starts_at.getTime(), endMs: row.ends_at.getTime() }));
}

/** Sums one day that is over; others that overlap it (of another zone) go. */
export async function sumSpan(sql: Sql, { endMs, startMs }: Span): Promise<void> {
  const [start, end] = [new Date(startMs), new Date(endMs)];
  await sql.begin(async (tx) => {
    // Alone: whoever wrote into this day before has committed, and whoever comes later takes it away again.
    await tx`select pg_advisory_xact_lock(${LOCK})`;
    await tx`delete from spend_spans where starts_at < ${end} and ends_at > ${start}`;
    const open = await tx`
      insert into spend_spans select ${start}, ${end} where ${end}::timestamptz <= now() - interval '2 hours' returning 1`;
    if (open.length === 0) return;
    await tx`
      insert into spend_span_sums
      select ${start}, dimension, id, coalesce(requests, 0), coalesce(failures, 0), coalesce(refusals, 0),
        coalesce(prompt_tokens, 0), coalesce(completion_tokens, 0), coalesce(cache_read_tokens, 0),
        coalesce(cache_write_tokens, 0), coalesce(reasoning_tokens, 0), coalesce(cost_nano_usd, 0)
      from (
        select case grouping(key_id, user_id, team_id, model_group, provider, own_user)
            when 31 then 'key_id' when 47 then 'user_id' when 55 then 'team_id' when 59 then 'model_group'
            when 61 then 'provider' when 62 then 'own_user' else 'all' end as dimension,
          coalesce(key_id, user_id, team_id, model_group, provider, own_user, '') as id,
          sum(requests) as requests, sum(failures) as failures, sum(refusals) as refusals,
          sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens,
          sum(cache_read_tokens) as cache_read_tokens, sum(cache_write_tokens) as cache_write_tokens,
          sum(reasoning_tokens) as reasoning_tokens, sum(cost_nano_usd) as cost_nano_usd
        from (
          select *, case when team_id = '' then user_id else '' end as own_user
          from spend_hourly where hour >= ${start} and hour < ${end}
        ) h
        group by grouping sets ((), (key_id), (user_id), (team_id), (model_group), (provider), (own_user))
      ) s`;
  });
}

/** Sums of days that the ledger has nothing of any more. */
export async function forgetSpans(sql: Sql, beforeMs: number): Promise<void> {
  await sql`delete from spend_spans where ends_at <= ${new Date(beforeMs)}`;
}
