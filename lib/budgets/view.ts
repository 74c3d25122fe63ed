/** A tier as the API shows it: LiteLLM's names, dollars as numbers, nulls present. */
import type { budgets } from "#db/schema/keys.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { nanoToUsd } from "../money.ts";
import { finerView } from "./finer-columns.ts";

export type BudgetRow = typeof budgets.$inferSelect;

/** @param nowMs decides which period runs */
export function budgetView(row: BudgetRow, nowMs: number, timezone: string): Record<string, unknown> {
  const period = row.budgetDuration === null ? null : budgetPeriod(row.budgetDuration, nowMs, timezone);
  const {
    temp_budget_increase: _increase,
    temp_budget_expiry: _expiry,
    ...finer
  } = finerView(row.limits, nowMs);
  return {
    budget_id: row.id,
    max_budget: row.maxBudgetNanoUsd === null ? null : nanoToUsd(row.maxBudgetNanoUsd),
    soft_budget: row.softBudgetNanoUsd === null ? null : nanoToUsd(row.softBudgetNanoUsd),
    budget_duration: row.budgetDuration,
    budget_reset_at: period ? new Date(period.endMs).toISOString() : null,
    rpm_limit: row.rpmLimit,
    tpm_limit: row.tpmLimit,
    max_parallel_requests: row.maxParallelRequests,
    ...finer,
    created_by: row.createdBy,
    updated_by: row.updatedBy,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
