/** `data_retention_days`: whole day partitions of spend records are dropped, which costs no vacuum and leaves no bloat. */
import type { Sql } from "#db/client.ts";
import { type Held, oldPartitions, type PartitionSize } from "#db/queries/retention.ts";

const DAY_MS = 86_400_000;
const NOBODY: Held = { users: [], endUsers: [] };

/** The first day whose records are kept, `YYYYMMDD` in UTC. */
export function firstDayKept(nowMs: number, days: number): string {
  return new Date((Math.floor(nowMs / DAY_MS) - days) * DAY_MS)
    .toISOString()
    .slice(0, 10)
    .replaceAll("-", "");
}

/**
 * Drops the partitions whose every record is older than `days`; rollups stay. Records of people under a legal hold move
 * to the partition that has no days, and stay there.
 * @returns the days dropped with their rows, and the rows deleted besides
 */
export async function keepRetention(
  sql: Sql,
  nowMs: number,
  days: number,
  held: Held = NOBODY,
): Promise<{ readonly dropped: readonly PartitionSize[]; readonly deleted: number }> {
  const old = await oldPartitions(sql, firstDayKept(nowMs, days));
  for (const { day } of old) await dropDay(sql, day, held);
  // The default partition holds what no day covered; it is small, so rows are deleted.
  const rows = await sql`
    delete from spend_records_default
    where started_at < ${new Date(nowMs - days * DAY_MS)} and not user_id = any(${[...held.users]})
      and (end_user is null or not end_user = any(${[...held.endUsers]}))`;
  return { dropped: old, deleted: rows.count };
}

async function dropDay(sql: Sql, day: string, held: Held): Promise<void> {
  const partition = `spend_records_${day}`;
  if (held.users.length + held.endUsers.length === 0) {
    await sql`drop table if exists ${sql(partition)}`;
    return;
  }
  await sql.begin(async (tx) => {
    await tx`
      create temporary table records_held on commit drop as
      select * from ${tx(partition)}
      where user_id = any(${[...held.users]}) or end_user = any(${[...held.endUsers]})`;
    await tx`drop table if exists ${tx(partition)}`;
    await tx`insert into spend_records select * from records_held`;
  });
}
