/** An end user as the API shows it: LiteLLM's names, dollars as numbers, nulls present. */
import type { ChargedSpend } from "#db/queries/subject-spend.ts";
import type { endUsers } from "#db/schema/people.ts";
import { type BudgetRow, budgetView } from "#lib/budgets/view.ts";
import { ceilingsView } from "#lib/people/ceilings-view.ts";
import { chargedView, lifeSpend } from "#lib/people/charged-spend.ts";
import { nanoToUsd } from "../money.ts";

export type EndUserRow = typeof endUsers.$inferSelect;

export interface EndUserBasis {
  /** The end user's own, or the one for all who name none. */
  readonly tier: BudgetRow | null;
  readonly spend: readonly ChargedSpend[];
  /** Of whoever has no budget, `max_end_user_budget`. */
  readonly defaultBudgetNanoUsd: bigint | null;
}

export function endUserView(
  row: EndUserRow,
  { defaultBudgetNanoUsd, spend, tier }: EndUserBasis,
  nowMs: number,
  timezone: string,
): Record<string, unknown> {
  const without = row.maxBudgetNanoUsd === null && (tier?.maxBudgetNanoUsd ?? null) === null;
  const held = without ? { ...row, maxBudgetNanoUsd: defaultBudgetNanoUsd } : row;
  return {
    user_id: row.id,
    alias: row.alias,
    ...ceilingsView(row, nowMs, timezone),
    ...chargedView(held, tier, spend, nowMs, timezone),
    budget_id: row.budgetId,
    litellm_budget_table: tier && budgetView(tier, nowMs, timezone),
    allowed_model_region: null,
    default_model: row.defaultModel,
  };
}

/** One that has no row: what it spent is all there is to tell. */
export function unknownEndUserView(id: string, spend: readonly ChargedSpend[]): Record<string, unknown> {
  const total = nanoToUsd(lifeSpend(spend));
  return {
    user_id: id,
    alias: null,
    spend: total,
    total_spend: total,
    max_budget: null,
    budget_id: null,
    litellm_budget_table: null,
    blocked: false,
  };
}
