/** `data_retention_days`: whole day partitions of spend records are dropped, which costs no vacuum and leaves no bloat. */
import type { Sql } from "#db/client.ts";

const DAY_MS = 86_400_000;

/** Drops the partitions whose every record is older than `days`; rollups stay. @returns the days dropped, `YYYYMMDD` */
export async function keepRetention(sql: Sql, nowMs: number, days: number): Promise<string[]> {
  const firstKept = new Date((Math.floor(nowMs / DAY_MS) - days) * DAY_MS)
    .toISOString()
    .slice(0, 10)
    .replaceAll("-", "");
  const partitions = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'spend_records'::regclass and c.relname ~ '^spend_records_[0-9]{8}$'`;
  const old = partitions.map(({ name }) => name.slice(-8)).filter((day) => day < firstKept);
  // The names are digits that the pattern above let through.
  for (const day of old) await sql.unsafe(`drop table if exists spend_records_${day}`);
  // The default partition holds what no day covered; it is small, so rows are deleted.
  await sql`delete from spend_records_default where started_at < ${new Date(nowMs - days * DAY_MS)}`;
  return old.sort();
}
