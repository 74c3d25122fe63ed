/** Spend day by day. */
import type { Sql } from "../client.ts";
import {
  movements,
  readSums,
  type SpendDimension,
  type SpendFilter,
  type SpendRange,
  type SpendSums,
  type SumRow,
  sums,
} from "./spend.ts";

export interface DailySums {
  /** Place of the day in `dayStartsMs`. */
  readonly day: number;
  /** Null: the day as a whole. */
  readonly by: { readonly dimension: SpendDimension; readonly id: string } | null;
  readonly sums: SpendSums;
}

type Row = SumRow & { day: number; level: number } & Record<SpendDimension, string | null>;

/** `grouping(...)` has a bit for each column that a row is not grouped by, the first column's the highest. */
const LEVELS: ReadonlyMap<number, SpendDimension> = new Map<number, SpendDimension>([
  [0b01111, "key_id"],
  [0b10111, "user_id"],
  [0b11011, "team_id"],
  [0b11101, "model_group"],
  [0b11110, "provider"],
]);

/**
 * Sums of each day, and of each key, user, team, model group and provider within it, the costliest first;
 * days without a call are absent. An
 * hour belongs to the day it begins in, which in zones off the full hour is up to 45 minutes off.
 * @param dayStartsMs where days begin, ascending
 * @param range within those days
 * @param teamsOnly leave out what no team was charged for
 */
export async function dailySums(
  sql: Sql,
  dayStartsMs: readonly number[],
  range: SpendRange,
  filter: SpendFilter,
  teamsOnly: boolean,
): Promise<DailySums[]> {
  const edges = `{${dayStartsMs.map((ms) => new Date(ms).toISOString()).join(",")}}`;
  // The edges stand in a subselect, since reading an array from text for every row would be most of the work.
  const rows = await sql<Row[]>`
    select day, grouping(key_id, user_id, team_id, model_group, provider) as level, key_id, user_id, team_id, model_group,
      provider, ${sums(sql)}
    from (
      select *, greatest(width_bucket(hour, (select ${edges}::text::timestamptz[])) - 1, 0) as day
      from (${movements(sql, range, filter)}) m where ${teamsOnly ? sql`team_id <> ''` : sql`true`}
    ) h
    group by grouping sets ((day), (day, key_id), (day, user_id), (day, team_id), (day, model_group), (day, provider))
    order by sum(cost_nano_usd) desc, key_id, user_id, team_id, model_group, provider`;
  return rows.map((row) => {
    const dimension = LEVELS.get(row.level);
    return {
      day: row.day,
      by: dimension === undefined ? null : { dimension, id: row[dimension] ?? "" },
      sums: readSums(row),
    };
  });
}

/**
 * Sums of each day, or of each day and value of one dimension, oldest day first; what had no call is absent.
 * @param dimension null: the days alone
 * @param ids only these values of the dimension
 */
export async function dailyBy(
  sql: Sql,
  dimension: SpendDimension | null,
  dayStartsMs: readonly number[],
  range: SpendRange,
  filter: SpendFilter,
  ids?: readonly string[],
): Promise<{ day: number; id: string; sums: SpendSums }[]> {
  const only =
    dimension === null || ids === undefined ? sql`true` : sql`${sql(dimension)} = any(${[...ids]})`;
  const edges = `{${dayStartsMs.map((ms) => new Date(ms).toISOString()).join(",")}}`;
  const rows = await sql<(SumRow & { day: number; id: string })[]>`
    select greatest(width_bucket(hour, (select ${edges}::text::timestamptz[])) - 1, 0) as day,
      ${dimension === null ? sql`''` : sql(dimension)} as id, ${sums(sql)}
    from (${movements(sql, range, filter, dimension ?? "all", edges)}) m where ${only}
    group by 1, 2 order by 1, 2`;
  return rows.map((row) => ({ day: row.day, id: row.id, sums: readSums(row) }));
}

export interface FineSums {
  readonly day: number;
  readonly keyId: string;
  readonly userId: string;
  readonly teamId: string;
  readonly model: string;
  readonly provider: string;
  readonly sums: SpendSums;
}

/** Sums of each day and of every key, user, team, model group and provider together: the finest that the rollups tell. */
export async function dailyFine(
  sql: Sql,
  dayStartsMs: readonly number[],
  range: SpendRange,
  filter: SpendFilter,
): Promise<FineSums[]> {
  const edges = `{${dayStartsMs.map((ms) => new Date(ms).toISOString()).join(",")}}`;
  const rows = await sql<(SumRow & { day: number } & Record<SpendDimension, string>)[]>`
    select greatest(width_bucket(hour, (select ${edges}::text::timestamptz[])) - 1, 0) as day,
      key_id, user_id, team_id, model_group, provider, ${sums(sql)}
    from (${movements(sql, range, filter)}) m group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`;
  return rows.map((row) => ({
    day: row.day,
    keyId: row.key_id,
    userId: row.user_id,
    teamId: row.team_id,
    model: row.model_group,
    provider: row.provider,
    sums: readSums(row),
  }));
}
