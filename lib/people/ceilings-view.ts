/** What users, teams, end users and tags show alike: their ceilings under LiteLLM's names, dollars as numbers, nulls present. */
import type { FinerLimits } from "#db/schema/columns.ts";
import { budgetPeriod, type Period } from "#lib/admission/period.ts";
import { finerView } from "#lib/budgets/finer-columns.ts";
import { nanoToUsd } from "../money.ts";

/** Any row with ceilings fits. */
export interface CeilingsOf {
  readonly models: readonly string[];
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
  readonly maxParallelRequests: number | null;
  readonly maxBudgetNanoUsd: bigint | null;
  readonly softBudgetNanoUsd: bigint | null;
  readonly budgetDuration: string | null;
  readonly limits: FinerLimits;
  readonly metadata: Record<string, unknown>;
  readonly blocked: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function ceilingsView(row: CeilingsOf, nowMs: number, timezone: string): Record<string, unknown> {
  return {
    models: row.models,
    max_budget: usdOrNull(row.maxBudgetNanoUsd),
    soft_budget: usdOrNull(row.softBudgetNanoUsd),
    budget_duration: row.budgetDuration,
    budget_reset_at: resetAt(periodOf(row.budgetDuration, nowMs, timezone)),
    tpm_limit: row.tpmLimit,
    rpm_limit: row.rpmLimit,
    max_parallel_requests: row.maxParallelRequests,
    ...finerView(row.limits, nowMs),
    metadata: row.metadata,
    blocked: row.blocked,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

export function usdOrNull(nanoUsd: bigint | null): number | null {
  return nanoUsd === null ? null : nanoToUsd(nanoUsd);
}

/** The period that runs; null for a budget for life. */
export function periodOf(duration: string | null, nowMs: number, timezone: string): Period | null {
  return duration === null ? null : budgetPeriod(duration, nowMs, timezone);
}

export function resetAt(period: Period | null): string | null {
  return period && new Date(period.endMs).toISOString();
}
