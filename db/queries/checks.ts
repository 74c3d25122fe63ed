/** Results of compliance checks, and what people said of them. */
import type { Sql } from "../client.ts";

export interface ResultRow {
  check_id: string;
  at: Date;
  run_id: string;
  result: string;
  evidence: Record<string, unknown>;
}

export async function insertResult(
  sql: Sql,
  row: { readonly checkId: string; readonly at: Date; readonly runId: string; readonly result: string },
  evidence: Readonly<Record<string, unknown>>,
): Promise<void> {
  // Two runs of one moment say the same.
  await sql`
    insert into check_results (check_id, at, run_id, result, evidence)
    values (${row.checkId}, ${row.at}, ${row.runId}, ${row.result}, ${sql.json(evidence as never)})
    on conflict (check_id, at) do update set run_id = excluded.run_id, result = excluded.result,
      evidence = excluded.evidence`;
}

/** The newest result of each check that was ever run. */
export function latestResults(sql: Sql, ids: readonly string[]): Promise<ResultRow[]> {
  return sql<ResultRow[]>`
    select r.check_id, r.at, r.run_id, r.result, r.evidence from unnest(${[...ids]}::text[]) as c (id)
    cross join lateral (select * from check_results where check_id = c.id order by at desc limit 1) r`;
}

/** The newest first. */
export function resultHistory(sql: Sql, checkId: string, limit: number): Promise<ResultRow[]> {
  return sql<ResultRow[]>`
    select check_id, at, run_id, result, evidence from check_results where check_id = ${checkId}
    order by at desc limit ${limit}`;
}

export interface DayRow {
  /** `2026-11-23` in the zone. */
  day: string;
  result: string;
  checks: number;
}

/** How the checks stood at the end of each day on which any was run. */
export function resultsByDay(
  sql: Sql,
  since: Date,
  timezone: string,
  ids: readonly string[],
): Promise<DayRow[]> {
  return sql<DayRow[]>`
    select day, result, count(*)::int as checks from (
      select distinct on (day, check_id) to_char(at at time zone ${timezone}, 'YYYY-MM-DD') as day, check_id, result
      from check_results where at >= ${since} and check_id = any(${[...ids]}) order by day, check_id, at desc) d
    group by day, result order by day`;
}

export async function deleteResultsBefore(sql: Sql, before: Date): Promise<number> {
  return (await sql`delete from check_results where at < ${before}`).count;
}

export interface WordRow {
  id: string;
  check_id: string;
  kind: "attestation" | "waiver";
  statement: string;
  document: string | null;
  by_user: string;
  by_name: string | null;
  at: Date;
  expires_at: Date;
  withdrawn_at: Date | null;
}

const wordColumns = (sql: Sql) => sql`
  w.id, w.check_id, w.kind, w.statement, w.document, w.by_user, coalesce(u.alias, u.email) as by_name, w.at, w.expires_at,
  w.withdrawn_at`;

/** The newest attestation and the newest waiver of each check that were not taken back, expired ones among them. */
export function standingWords(sql: Sql): Promise<WordRow[]> {
  return sql<WordRow[]>`
    select distinct on (w.check_id, w.kind) ${wordColumns(sql)}
    from attestations w left join users u on u.id = w.by_user
    where w.withdrawn_at is null order by w.check_id, w.kind, w.expires_at desc, w.at desc`;
}

/** All that was said of one check, the newest first. */
export function wordsOf(sql: Sql, checkId: string): Promise<WordRow[]> {
  return sql<WordRow[]>`
    select ${wordColumns(sql)} from attestations w left join users u on u.id = w.by_user
    where w.check_id = ${checkId} order by w.at desc, w.id desc limit 200`;
}

/** Marks alerts about a check as over. */
export async function resolveCheckAlerts(sql: Sql, checkId: string, at: Date): Promise<void> {
  await sql`
    update alerts set resolved_at = ${at}
    where kind = 'check_failed' and subject_id = ${checkId} and resolved_at is null`;
}
