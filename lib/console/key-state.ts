/** What state a key is in, in one word, and what is left of its budget. */
import type { KeyListRow, KeyState } from "#db/queries/console-keys.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { periodSpend } from "#lib/admission/rules.ts";

const WEEK_MS = 7 * 86_400_000;

export function keyState(row: KeyListRow, nowMs: number): KeyState {
  if (row.deleted_at) return "revoked";
  if (row.blocked) return "disabled";
  const left = row.expires_at === null ? null : row.expires_at.getTime() - nowMs;
  if (left !== null && left <= 0) return "expired";
  if (row.previous_secret_expires_at && row.previous_secret_expires_at.getTime() > nowMs) return "grace";
  return left !== null && left < WEEK_MS ? "expiring" : "active";
}

export interface KeyBudget {
  readonly spentNanoUsd: bigint;
  /** Null: no budget. */
  readonly limitNanoUsd: bigint | null;
  readonly softNanoUsd: bigint | null;
  /** Null for a budget that is never reset. */
  readonly resetsAt: Date | null;
}

/** What the key has spent in its running period. */
export function keyBudget(row: KeyListRow, nowMs: number, timezone: string): KeyBudget {
  const period = row.budget_duration === null ? null : budgetPeriod(row.budget_duration, nowMs, timezone);
  const spent = {
    spendNanoUsd: row.spend_nano_usd,
    spendPeriodStartMs: row.spend_period_started_at?.getTime() ?? null,
  };
  return {
    spentNanoUsd: periodSpend(spent, period?.startMs ?? null),
    limitNanoUsd: row.max_budget_nano_usd,
    softNanoUsd: row.soft_budget_nano_usd,
    resetsAt: period ? new Date(period.endMs) : null,
  };
}
