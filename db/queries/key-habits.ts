/** How much keys do now beside what they are used to, from the hourly rollups. */
import type { Sql } from "../client.ts";

export interface HabitRow {
  key_id: string;
  alias: string | null;
  calls: number;
  /** The average of the same hour in the last 14 days, of those days that the key is known for. */
  habit: number;
}

/** Keys known for three days or more. @param factor how many times its habit is too much @param floor calls that are never too much */
export async function keysAboveHabit(
  sql: Sql,
  now: Date,
  factor: number,
  floor: number,
): Promise<HabitRow[]> {
  return sql<HabitRow[]>`
    with this_hour as (
      select key_id, sum(requests)::int as calls from spend_hourly
      where hour = date_trunc('hour', ${now}::timestamptz) group by key_id having sum(requests) >= ${floor}),
    habits as (
      select h.key_id,
        least(14, greatest(1, ceil(extract(epoch from ${now}::timestamptz - min(h.hour)) / 86400))) as days,
        coalesce(sum(h.requests) filter (
          where mod(extract(epoch from date_trunc('hour', ${now}::timestamptz) - h.hour)::bigint, 86400) = 0), 0) as calls
      from spend_hourly h join this_hour t on t.key_id = h.key_id
      where h.hour >= ${now}::timestamptz - interval '14 days' and h.hour < date_trunc('hour', ${now}::timestamptz)
      group by h.key_id)
    select t.key_id, k.alias, t.calls, round(h.calls / h.days, 1)::float8 as habit
    from this_hour t join habits h on h.key_id = t.key_id left join virtual_keys k on k.id = t.key_id
    where h.days >= 3 and t.calls > ${factor} * h.calls / h.days`;
}
