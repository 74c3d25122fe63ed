/** A tag as the API shows it: LiteLLM's names, dollars as numbers, nulls present. */
import type { ChargedSpend } from "#db/queries/subject-spend.ts";
import type { tags } from "#db/schema/people.ts";
import { type BudgetRow, budgetView } from "#lib/budgets/view.ts";
import { ceilingsView } from "#lib/people/ceilings-view.ts";
import { chargedView } from "#lib/people/charged-spend.ts";

export type TagRow = typeof tags.$inferSelect;

/** @param tier the one that the row names @param spend of this tag, by budget */
export function tagView(
  row: TagRow,
  tier: BudgetRow | null,
  spend: readonly ChargedSpend[],
  nowMs: number,
  timezone: string,
): Record<string, unknown> {
  return {
    name: row.name,
    description: row.description,
    ...ceilingsView(row, nowMs, timezone),
    ...chargedView(row, tier, spend, nowMs, timezone),
    budget_id: row.budgetId,
    litellm_budget_table: tier && budgetView(tier, nowMs, timezone),
  };
}
