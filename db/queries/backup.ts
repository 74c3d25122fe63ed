/** The catalogue as a backup needs it: which tables there are, their columns, their order, sequences and sums. */
import type { Reader } from "../client.ts";

export interface TableFacts {
  readonly name: string;
  readonly columns: readonly string[];
  /** The partitioned table that this one is a part of; null for a table of its own. */
  readonly parent: string | null;
}

/** Every table that holds rows itself, by name; parents of partitions hold none. */
export async function tablesOf(sql: Reader): Promise<TableFacts[]> {
  const rows = await sql<{ name: string; columns: string[]; parent: string | null }[]>`
    select c.relname as name, p.relname as parent,
      array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    left join pg_inherits i on i.inhrelid = c.oid
    left join pg_class p on p.oid = i.inhparent
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    group by c.relname, p.relname order by c.relname`;
  return [...rows];
}

/** Which table leans on which, by foreign keys. */
export async function references(sql: Reader): Promise<{ from: string; to: string }[]> {
  const rows = await sql<{ from: string; to: string }[]>`
    select f.relname as from, t.relname as to from pg_constraint k
    join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and f.relnamespace = current_schema()::regnamespace and f.oid <> t.oid`;
  return [...rows];
}

export async function sequencesOf(sql: Reader): Promise<{ name: string; value: string | null }[]> {
  const rows = await sql<{ name: string; value: string | null }[]>`
    select sequencename as name, last_value::text as value from pg_sequences where schemaname = current_schema()
    order by sequencename`;
  return [...rows];
}

export interface LedgerSums {
  readonly records: string;
  readonly recordsNanoUsd: string;
  readonly rollupsNanoUsd: string;
  readonly keysNanoUsd: string;
}

/** What must be the same before and after. */
export async function ledgerSums(sql: Reader): Promise<LedgerSums> {
  const [row] = await sql<LedgerSums[]>`
    select (select count(*) from spend_records)::text as "records",
      (select coalesce(sum(cost_nano_usd), 0) from spend_records)::text as "recordsNanoUsd",
      (select coalesce(sum(cost_nano_usd), 0) from spend_hourly)::text as "rollupsNanoUsd",
      (select coalesce(sum(spend_nano_usd), 0) from virtual_keys)::text as "keysNanoUsd"`;
  return row ?? { records: "0", recordsNanoUsd: "0", rollupsNanoUsd: "0", keysNanoUsd: "0" };
}

/** The migrations that a database has had; null when it has none of our schema. */
export async function schemaOf(
  sql: Reader,
): Promise<{ readonly version: number; readonly tag: string }[] | null> {
  const [there] = await sql<{ there: boolean }[]>`select to_regclass('shin_migrations') is not null as there`;
  if (!there?.there) return null;
  return [
    ...(await sql<
      { version: number; tag: string }[]
    >`select version, tag from shin_migrations order by version`),
  ];
}

/** Gateways that are connected to this database now. */
export async function gatewaysConnected(sql: Reader): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(distinct application_name)::int as count from pg_stat_activity
    where datname = current_database() and application_name in ('shin', 'shin-admin', 'shin-ledger', 'shin-presence')`;
  return row?.count ?? 0;
}

/** Newest verified backup that still lies in its folder. */
export async function newestBackup(sql: Reader): Promise<{ at: Date; sizeBytes: bigint } | null> {
  const [row] = await sql<{ at: Date; size_bytes: bigint }[]>`
    select at, size_bytes from backups where verified_at is not null and removed_at is null order by at desc limit 1`;
  return row ? { at: row.at, sizeBytes: row.size_bytes } : null;
}
