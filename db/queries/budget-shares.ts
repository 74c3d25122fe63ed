/** How much of their budgets owners have used: teams one by one, keys and users as the highest share alone. */
import type { Sql } from "../client.ts";

export interface TeamBudgetRow {
  id: string;
  alias: string | null;
  max_budget_nano_usd: string;
  spend_nano_usd: string;
  budget_duration: string | null;
  spend_period_started_at: Date | null;
}

/** Teams that have a budget, those nearest to its end first. */
export function teamBudgets(sql: Sql, most: number): Promise<TeamBudgetRow[]> {
  return sql<TeamBudgetRow[]>`
    select id, alias, max_budget_nano_usd, spend_nano_usd, budget_duration, spend_period_started_at
    from teams where max_budget_nano_usd > 0
    order by spend_nano_usd::numeric / max_budget_nano_usd desc, id limit ${most}`;
}

export interface HighestShareRow {
  scope: "key" | "user";
  budget_duration: string | null;
  spend_period_started_at: Date | null;
  share: number;
}

/** The highest share among keys and among users, for each length and start of their periods. */
export function highestShares(sql: Sql): Promise<HighestShareRow[]> {
  return sql<HighestShareRow[]>`
    select 'key' as scope, budget_duration, spend_period_started_at,
      max(spend_nano_usd::float8 / max_budget_nano_usd) as share
    from virtual_keys where deleted_at is null and max_budget_nano_usd > 0 group by 2, 3
    union all
    select 'user', budget_duration, spend_period_started_at, max(spend_nano_usd::float8 / max_budget_nano_usd)
    from users where max_budget_nano_usd > 0 group by 2, 3`;
}

/** Names of teams. */
export function teamAliases(sql: Sql, ids: readonly string[]): Promise<{ id: string; alias: string }[]> {
  return sql<{ id: string; alias: string }[]>`
    select id, alias from teams where alias is not null and id = any(${[...ids]})`;
}
