/** What the checks about personal data ask of the database: counts and dates, no names. */
import type { Sql } from "../client.ts";

export interface RequestFacts {
  open: number;
  overdue: number;
  last_export: Date | null;
  last_erasure: Date | null;
}

/** Of requests of people in the data, drills among them. */
export async function requestFacts(sql: Sql, now: Date): Promise<RequestFacts> {
  const [row] = await sql<RequestFacts[]>`
    select (count(*) filter (where finished_at is null))::int as open,
      (count(*) filter (where finished_at is null and due_at < ${now}))::int as overdue,
      max(finished_at) filter (where step = 'done' and type in ('access', 'portability')) as last_export,
      greatest(max(finished_at) filter (where step = 'done' and type = 'erasure'),
        (select max(at) from erasures)) as last_erasure
    from privacy_requests`;
  return row ?? { open: 0, overdue: 0, last_export: null, last_erasure: null };
}

export interface SampleFacts {
  rows: number;
  /** Rows whose user or end user is not a pseudonym. */
  named: number;
  /** Rows with a whole address. */
  whole_addresses: number;
}

/** The newest spend records since then. @param since anonymising was on by then */
export async function sampleCalls(sql: Sql, since: Date, most: number): Promise<SampleFacts> {
  const [row] = await sql<SampleFacts[]>`
    select count(*)::int as rows,
      (count(*) filter (where end_user is not null and end_user <> '' and end_user not like 'anon\\_%'))::int as named,
      (count(*) filter (where ip is not null and ip <> '' and ip not like '%.0' and ip not like '%::'))::int
        as whole_addresses
    from (select end_user, ip from spend_records where started_at >= ${since}
      order by started_at desc limit ${most}) r`;
  return row ?? { rows: 0, named: 0, whole_addresses: 0 };
}

/** The oldest spend record; null: there is none. */
export async function oldestCall(sql: Sql): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }[]>`select min(started_at) as at from spend_records`;
  return row?.at ?? null;
}

/** Columns of every table and view, as SQL names them: `users.email`. */
export async function allColumns(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.table_name || '.' || c.column_name as name from information_schema.columns c
    join pg_class r on r.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
    where c.table_schema = current_schema() and not r.relispartition order by 1`;
  return rows.map(({ name }) => name);
}

/** Calls that the readable log shows since then, with all that the guide's query asks for. */
export async function loggedCalls(sql: Sql, since: Date): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from request_log
    where "timestamp" >= ${since} and model is not null and tokens is not null`;
  return row?.count ?? 0;
}
