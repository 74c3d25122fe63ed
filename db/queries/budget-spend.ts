/** What was spent of budgets: in the rows of their owners, and in `budget_spend`. */
import type { Sql } from "../client.ts";

export interface ChargedBudget {
  readonly kind: string;
  readonly subjectId: string;
  readonly budget: string;
  /** 0 for a budget without periods. */
  readonly periodStartMs: number;
}

/** Spend of each, in the order asked; 0 where nothing was spent. */
export async function chargedSpend(sql: Sql, budgets: readonly ChargedBudget[]): Promise<bigint[]> {
  const asked = JSON.stringify(budgets.map((b) => [b.kind, b.subjectId, b.budget, b.periodStartMs]));
  const rows = await sql<{ spend: bigint }[]>`
    select coalesce(s.spend_nano_usd, 0)::bigint as spend
    from jsonb_array_elements(${asked}::text::jsonb) with ordinality as a(b, n)
    left join budget_spend s on s.kind = b->>0 and s.subject_id = b->>1 and s.budget = b->>2
      and s.period_started_at = to_timestamp((b->>3)::float8 / 1000)
    order by n`;
  return rows.map((row) => row.spend);
}

/** The spend that owners' own rows hold, with the period it belongs to. */
export async function ownSpend(
  sql: Sql,
  kind: "key" | "user" | "team",
  ids: readonly string[],
): Promise<{ id: string; spend: bigint; period: Date | null }[]> {
  const table = { key: "virtual_keys", user: "users", team: "teams" }[kind];
  return sql`
    select id, spend_nano_usd as spend, spend_period_started_at as period from ${sql(table)}
    where id = any(${[...ids]})`;
}
