/** What members, end users and tags have spent: from the rows of `budget_spend` to figures. Pure. */
import type { ChargedSpend } from "#db/queries/subject-spend.ts";
import type { BudgetRow } from "#lib/budgets/view.ts";
import { nanoToUsd } from "../money.ts";
import { periodOf, resetAt } from "./ceilings-view.ts";

/** Spend of the main budget's running period. @param periodStartMs null: a budget for life */
export function mainSpend(rows: readonly ChargedSpend[], periodStartMs: number | null): bigint {
  return spendOf(rows, "main", periodStartMs ?? 0);
}

/** All that an end user or a tag ever spent. */
export function lifeSpend(rows: readonly ChargedSpend[]): bigint {
  return spendOf(rows, "life", 0);
}

/** An earlier period counts as nothing: the reset needs no timer. */
function spendOf(rows: readonly ChargedSpend[], budget: string, periodStartMs: number): bigint {
  return rows.find((row) => row.budget === budget && row.periodStartMs === periodStartMs)?.spendNanoUsd ?? 0n;
}

export interface Budgeted {
  readonly maxBudgetNanoUsd: bigint | null;
  readonly softBudgetNanoUsd: bigint | null;
  readonly budgetDuration: string | null;
}

/**
 * Spend of an end user or a tag. `spend` is measured against its budget, its own or its tier's, in the period that runs;
 * without any budget it is all that was ever spent, which `total_spend` tells in every case.
 */
export function chargedView(
  row: Budgeted,
  tier: BudgetRow | null,
  spend: readonly ChargedSpend[],
  nowMs: number,
  timezone: string,
): Record<string, unknown> {
  const life = lifeSpend(spend);
  const byTier = row.maxBudgetNanoUsd === null && tier !== null && isBudget(tier);
  const period = periodOf(byTier ? tier.budgetDuration : row.budgetDuration, nowMs, timezone);
  const counted = byTier || isBudget(row);
  return {
    // A budget for life is held against all that was ever spent.
    spend: nanoToUsd(counted && period ? mainSpend(spend, period.startMs) : life),
    total_spend: nanoToUsd(life),
    budget_reset_at: resetAt(period),
  };
}

function isBudget({ maxBudgetNanoUsd, softBudgetNanoUsd }: Budgeted): boolean {
  return maxBudgetNanoUsd !== null || softBudgetNanoUsd !== null;
}
