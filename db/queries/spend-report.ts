/** Spend by owner, model and key, day by day or of a whole range: what `/global/spend/report` is made of. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import { between, matching, movements, type SpendFilter, type SpendRange } from "./spend.ts";

export interface ReportRow {
  /** Place of the day in `dayStartsMs`; 0 for a report of the whole range. */
  readonly day: number;
  /** Team id or end user; empty: none. Always empty in a report by key. */
  readonly owner: string;
  readonly keyId: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costNanoUsd: bigint;
}

export type ReportOwner = "team" | "customer" | "api_key";

export interface ReportFilter extends SpendFilter {
  /** Records alone know it: a report with it reads them instead of the rollups. */
  readonly endUser?: string;
}

interface Row {
  day: number;
  owner: string;
  key_id: string;
  model_group: string;
  prompt: string;
  completion: string;
  cost: string;
}

/**
 * One row for each day, owner, key and model that had calls, by day and then the costliest first.
 * @param dayStartsMs where days begin, ascending; one alone for a report of the whole range
 * @param most at most so many rows: one more than the caller takes tells that there are more
 */
export async function reportRows(
  sql: Sql,
  by: ReportOwner,
  dayStartsMs: readonly number[],
  range: SpendRange,
  filter: ReportFilter,
  most: number,
): Promise<ReportRow[]> {
  const edges = `{${dayStartsMs.map((ms) => new Date(ms).toISOString()).join(",")}}`;
  const fromRecords = by === "customer" || filter.endUser !== undefined;
  const owner = by === "team" ? sql`team_id` : by === "customer" ? sql`coalesce(end_user, '')` : sql`''`;
  const rows = await sql<Row[]>`
    select greatest(width_bucket(at, (select ${edges}::text::timestamptz[])) - 1, 0) as day, ${owner} as owner, key_id,
      model_group, sum(prompt_tokens)::text as prompt, sum(completion_tokens)::text as completion,
      sum(cost_nano_usd)::text as cost
    from (${fromRecords ? records(sql, range, filter) : sql`select *, hour as at from (${movements(sql, range, filter)}) m`}) s
    group by 1, 2, 3, 4 order by 1, sum(cost_nano_usd) desc, 2, 3, 4 limit ${most}`;
  return rows.map((row) => ({
    day: row.day,
    owner: row.owner,
    keyId: row.key_id,
    model: row.model_group,
    promptTokens: Number(row.prompt),
    completionTokens: Number(row.completion),
    costNanoUsd: BigInt(row.cost),
  }));
}

function records(sql: Sql, range: SpendRange, filter: ReportFilter): Fragment {
  const customer = filter.endUser === undefined ? sql`true` : sql`end_user = ${filter.endUser}`;
  return sql`select *, started_at as at from spend_records where state = 'settled'
    and ${between(sql, "started_at", range.fromMs, range.toMs)} and ${matching(sql, filter)} and ${customer}`;
}
