/** Day partitions of the spend records. A default partition catches what no day covers, so an insert never fails for want of one. */
import type { Sql } from "../client.ts";

const DAY_MS = 86_400_000;

/**
 * What a partition may fail of without harm: another gateway makes it at the same time (the second and third), or the
 * default partition holds rows of that day already, written under a wrong clock, and goes on to hold them (the first).
 */
const HARMLESS = new Set(["23514", "42P07", "23505"]);

/** Makes the partitions for `days` days from the day of `nowMs` (UTC); existing ones are left alone. */
export async function ensurePartitions(sql: Sql, nowMs: number, days: number): Promise<void> {
  for (let i = 0; i < days; i++) {
    const start = new Date(Math.floor(nowMs / DAY_MS) * DAY_MS + i * DAY_MS).toISOString().slice(0, 10);
    const end = new Date(Date.parse(start) + DAY_MS).toISOString().slice(0, 10);
    const name = `spend_records_${start.replaceAll("-", "")}`;
    try {
      // Both values are dates that we formatted: digits and dashes only.
      await sql.unsafe(
        `create table if not exists ${name} partition of spend_records for values from ('${start}') to ('${end}')`,
      );
    } catch (error) {
      if (!(error instanceof Error && "code" in error && HARMLESS.has(String(error.code)))) throw error;
    }
  }
}
