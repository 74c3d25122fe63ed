/**
 * Spend by what only the records know: tags and end users. Ranges are bounded by the callers, so that a query reads the
 * partitions of those days and no others (and by `spend_records_key` when it is about one key).
 */
import type { Sql } from "../client.ts";
import { between, matching, type SpendFilter, type SpendRange } from "./spend.ts";

export interface LabelSpend {
  /** The tag, or the end user's id. */
  readonly label: string;
  readonly requests: number;
  readonly costNanoUsd: bigint;
}

interface Row {
  label: string;
  requests: string;
  cost: string;
}

/**
 * Spend of each tag, the costliest first. A call with several tags counts for each of them, so these do not add up to the
 * whole; one that names a tag twice counts once.
 * @param tags only these; null: all @param limit at most so many
 */
export async function spendByTag(
  sql: Sql,
  range: SpendRange,
  filter: SpendFilter,
  tags: readonly string[] | null,
  limit: number,
): Promise<LabelSpend[]> {
  const wanted = tags === null ? sql`tags is not null` : sql`tags && ${[...tags]}::text[]`;
  const named = tags === null ? sql`true` : sql`tag = any(${[...tags]}::text[])`;
  const rows = await sql<Row[]>`
    select tag as label, count(*)::text as requests, sum(cost_nano_usd)::text as cost
    from spend_records cross join lateral (select distinct unnest(tags) as tag) each
    where state = 'settled' and ${between(sql, "started_at", range.fromMs, range.toMs)} and ${matching(sql, filter)}
      and ${wanted} and ${named}
    group by tag order by sum(cost_nano_usd) desc, tag limit ${limit}`;
  return rows.map(readLabel);
}

/** Spend of each end user that a call named, the costliest first. Calls that named none are nobody's. */
export async function spendByEndUser(
  sql: Sql,
  range: SpendRange,
  filter: SpendFilter,
  limit: number,
): Promise<LabelSpend[]> {
  const rows = await sql<Row[]>`
    select end_user as label, count(*)::text as requests, sum(cost_nano_usd)::text as cost
    from spend_records
    where state = 'settled' and ${between(sql, "started_at", range.fromMs, range.toMs)} and ${matching(sql, filter)}
      and end_user <> ''
    group by end_user order by sum(cost_nano_usd) desc, end_user limit ${limit}`;
  return rows.map(readLabel);
}

function readLabel({ label, requests, cost }: Row): LabelSpend {
  return { label, requests: Number(requests), costNanoUsd: BigInt(cost) };
}
