/** What ends by time: counted for a dry run, and removed. Rows of people under a legal hold are left where they are. */
import { sql as raw } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";

export interface Held {
  readonly users: readonly string[];
  /** As they stand in records. */
  readonly endUsers: readonly string[];
}

export async function readSetting(sql: Sql, name: string): Promise<unknown> {
  const [row] = await sql<{ value: unknown }[]>`select value from settings where name = ${name}`;
  return row?.value ?? null;
}

export async function writeSetting(
  tx: Tx,
  name: string,
  value: unknown,
  by: string,
  now: Date,
): Promise<void> {
  await tx.execute(raw`
    insert into settings (name, value, updated_by, updated_at)
    values (${name}, ${JSON.stringify(value)}::jsonb, ${by}, ${now.toISOString()})
    on conflict (name) do update set value = excluded.value, updated_by = excluded.updated_by,
      updated_at = excluded.updated_at`);
}

/** Everybody under a legal hold that runs. */
export async function peopleHeld(sql: Sql): Promise<{ subject_kind: string; subject_id: string }[]> {
  return sql`select subject_kind, subject_id from privacy_holds where kind = 'hold' and ended_at is null`;
}

const BATCH = 5_000;

/** One statement a store; `limit` null counts. */
function olderSessions(sql: Sql, before: Date, held: Held) {
  return sql`from console_sessions where coalesce(ended_at, expires_at) < ${before}
    and not user_id = any(${[...held.users]})`;
}

function olderAlerts(sql: Sql, before: Date, held: Held) {
  return sql`from alerts where at < ${before}
    and not (subject_kind = 'user' and subject_id = any(${[...held.users]}))
    and not (subject_kind = 'end_user' and subject_id = any(${[...held.endUsers]}))`;
}

function olderRequests(sql: Sql, before: Date, held: Held) {
  return sql`from privacy_requests where finished_at < ${before}
    and not (subject_kind = 'user' and subject_id = any(${[...held.users]}))
    and not (subject_kind = 'end_user' and subject_id = any(${[...held.endUsers]}))`;
}

function olderKeys(sql: Sql, before: Date, held: Held) {
  return sql`from virtual_keys where deleted_at < ${before}
    and (alias is not null or tags <> '{}' or metadata <> '{}'::jsonb)
    and (user_id is null or not user_id = any(${[...held.users]}))`;
}

function olderContents(sql: Sql, before: Date, held: Held) {
  return sql`from call_contents where at < ${before} and not user_id = any(${[...held.users]})
    and (end_user is null or not end_user = any(${[...held.endUsers]}))`;
}

const OLDER = {
  content: olderContents,
  sessions: olderSessions,
  alerts: olderAlerts,
  requests: olderRequests,
  keys: olderKeys,
};
export type RowStore = keyof typeof OLDER;

export async function countOlder(sql: Sql, store: RowStore, before: Date, held: Held): Promise<number> {
  const [row] = await sql<{ rows: bigint }[]>`select count(*) as rows ${OLDER[store](sql, before, held)}`;
  return Number(row?.rows ?? 0n);
}

/** Removes a batch. @returns how many; fewer than a batch: there are no more */
export async function removeOlder(
  sql: Sql,
  store: RowStore,
  before: Date,
  held: Held,
): Promise<{ removed: number; more: boolean }> {
  const batch = OLDER[store](sql, before, held);
  const rows =
    store === "keys"
      ? await sql`update virtual_keys set alias = null, tags = '{}', metadata = '{}'
          where id in (select id ${batch} limit ${BATCH}) returning id`
      : store === "content"
        ? await sql`delete from call_contents where record_id in (select record_id ${batch} limit ${BATCH})
            returning record_id`
        : await sql`delete from ${sql(TABLES[store])} where id in (select id ${batch} limit ${BATCH}) returning id`;
  return { removed: rows.length, more: rows.length === BATCH };
}

const TABLES = { sessions: "console_sessions", alerts: "alerts", requests: "privacy_requests" } as const;

/** Links that were never used. */
export async function removeOldCodes(sql: Sql, before: Date): Promise<number> {
  const rows = await sql`delete from console_codes where expires_at < ${before} returning code_hash`;
  return rows.length;
}

export interface PartitionSize {
  /** `YYYYMMDD` */
  day: string;
  /** Exact where it was never analysed, else the database's own figure. */
  rows: number;
}

/** Days of spend records before `firstKept`, the oldest first. */
export async function oldPartitions(sql: Sql, firstKept: string): Promise<PartitionSize[]> {
  const rows = await sql<{ day: string; rows: number }[]>`
    select right(c.relname, 8) as day, c.reltuples::float8 as rows
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'spend_records'::regclass and c.relname ~ '^spend_records_[0-9]{8}$'
      and right(c.relname, 8) < ${firstKept}
    order by 1`;
  const sizes: PartitionSize[] = [];
  for (const { day, rows: estimate } of rows) {
    if (estimate >= 0) sizes.push({ day, rows: Math.round(estimate) });
    else {
      const [exact] = await sql<{ rows: bigint }[]>`
        select count(*) as rows from ${sql(`spend_records_${day}`)}`;
      sizes.push({ day, rows: Number(exact?.rows ?? 0n) });
    }
  }
  return sizes;
}

export async function countDefaultRecords(sql: Sql, before: Date, held: Held): Promise<number> {
  const [row] = await sql<{ rows: bigint }[]>`
    select count(*) as rows from spend_records_default
    where started_at < ${before} and not user_id = any(${[...held.users]})
      and (end_user is null or not end_user = any(${[...held.endUsers]}))`;
  return Number(row?.rows ?? 0n);
}
