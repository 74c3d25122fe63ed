/** Facts about the database for the console's settings pages. */
import type { Sql } from "../client.ts";

export interface DatabaseFacts {
  /** `18.4` */
  readonly version: string;
  readonly bytes: bigint;
}

export async function databaseFacts(sql: Sql): Promise<DatabaseFacts> {
  const [row] = await sql<{ version: string; bytes: bigint }[]>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes`;
  return { version: (row?.version ?? "unknown").split(" ")[0] ?? "unknown", bytes: row?.bytes ?? 0n };
}

export interface PartitionRow {
  /** `2026-11-23`; null: the partition of what no day covered. */
  readonly day: string | null;
  readonly bytes: bigint;
  /** As the database last counted; below 0 when it has not. */
  readonly rows: number;
}

/** The day partitions of the request records, the newest first. */
export async function recordPartitions(sql: Sql): Promise<PartitionRow[]> {
  const rows = await sql<{ name: string; bytes: bigint; rows: number }[]>`
    select c.relname as name, pg_total_relation_size(c.oid) as bytes, c.reltuples::float8 as rows
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'spend_records'::regclass order by c.relname !~ '[0-9]{8}$', c.relname desc`;
  return rows.map(({ name, bytes, rows: counted }) => {
    const [, year, month, day] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
    return { day: year === undefined ? null : `${year}-${month}-${day}`, bytes, rows: counted };
  });
}
