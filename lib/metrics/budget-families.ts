/** Budgets, asked of the database when somebody scrapes, at most every few seconds however many do. */
import type { Sql } from "#db/client.ts";
import { highestShares, teamAliases, teamBudgets } from "#db/queries/budget-shares.ts";
import { periodOf } from "#lib/people/ceilings-view.ts";
import type { DatabaseHealth } from "../database-health.ts";
import type { TeamAliases } from "./call-families.ts";
import type { Exposition } from "./exposition.ts";

export interface BudgetFigures {
  readonly teams: readonly { id: string; alias: string; usedRatio: number; remainingUsd: number }[];
  readonly highest: readonly { scope: string; usedRatio: number }[];
  readonly aliases: TeamAliases;
}

const MOST_TEAMS = 200;
const FRESH_MS = 5_000;
const NANO_USD = 1e9;

/** Keeps the last answer for a while; several scrapes at a time share one question. */
export class BudgetReader {
  readonly #sql: Sql;
  readonly #health: DatabaseHealth;
  #read: {
    readonly atMs: number;
    readonly teamIds: ReadonlySet<string>;
    readonly figures: Promise<BudgetFigures>;
  } | null = null;

  constructor(sql: Sql, health: DatabaseHealth) {
    this.#sql = sql;
    this.#health = health;
  }

  /** @param teamIds teams whose names are asked for. @throws what says that the database is away */
  read(nowMs: number, timezone: string, teamIds: readonly string[]): Promise<BudgetFigures> {
    const last = this.#read;
    if (last && nowMs - last.atMs < FRESH_MS && teamIds.every((id) => last.teamIds.has(id)))
      return last.figures;
    const figures = this.#health.run(() => readBudgets(this.#sql, nowMs, timezone, teamIds));
    this.#read = { atMs: nowMs, teamIds: new Set(teamIds), figures };
    figures.catch(() => {
      // Whoever waits for it is told; the next scrape asks anew.
      this.#read = null;
    });
    return figures;
  }
}

async function readBudgets(
  sql: Sql,
  nowMs: number,
  timezone: string,
  teamIds: readonly string[],
): Promise<BudgetFigures> {
  const [teams, shares, names] = await Promise.all([
    teamBudgets(sql, MOST_TEAMS),
    highestShares(sql),
    teamAliases(sql, teamIds),
  ]);
  /** Spend of an earlier period counts as nothing. */
  const runs = (duration: string | null, startedAt: Date | null) => {
    const period = periodOf(duration, nowMs, timezone);
    return period === null || startedAt?.getTime() === period.startMs;
  };
  const highest = new Map([
    ["key", 0],
    ["user", 0],
  ]);
  for (const { budget_duration, scope, share, spend_period_started_at } of shares)
    if (runs(budget_duration, spend_period_started_at))
      highest.set(scope, Math.max(highest.get(scope) ?? 0, share));
  return {
    aliases: new Map(names.map(({ alias, id }) => [id, alias])),
    highest: [...highest].map(([scope, usedRatio]) => ({ scope, usedRatio })),
    teams: teams.map((row) => {
      const max = Number(row.max_budget_nano_usd);
      const spent = runs(row.budget_duration, row.spend_period_started_at) ? Number(row.spend_nano_usd) : 0;
      return {
        id: row.id,
        alias: row.alias ?? "",
        usedRatio: spent / max,
        remainingUsd: Math.max(0, max - spent) / NANO_USD,
      };
    }),
  };
}

export function writeBudgets(into: Exposition, { highest, teams }: BudgetFigures): void {
  into.numbers(
    "shin_budget_used_ratio",
    "gauge",
    "Share of the running period's budget that is spent: of each team, and the highest among keys and users.",
    [
      ...teams.map(({ id, usedRatio }) => [{ scope: "team", team: id }, usedRatio] as const),
      ...highest.map(({ scope, usedRatio }) => [{ scope, team: "" }, usedRatio] as const),
    ],
  );
  into.numbers(
    "litellm_remaining_team_budget_metric",
    "gauge",
    "US dollars that a team may still spend in its running period.",
    teams.map(({ alias, id, remainingUsd }) => [{ team: id, team_alias: alias }, remainingUsd]),
  );
}
