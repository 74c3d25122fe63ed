/**
 * Limits, budget and spend of a key, a user, a team or another owner: from the fields of a body to the columns that all
 * these tables share. Only what was sent is set, so that an update changes nothing else.
 */
import type { z } from "zod";
import type { FinerLimits } from "#db/schema/columns.ts";
import { finerColumns } from "#lib/budgets/finer-columns.ts";
import type { FinerFields } from "#lib/budgets/finer-fields.ts";
import type { limitFields } from "../api-fields.ts";
import { budgetPeriod } from "./period.ts";

export type OwnerFields = Partial<z.infer<z.ZodObject<typeof limitFields>>> &
  FinerFields & { readonly spend?: bigint | null | undefined };

/** What a row has now: any row of an owner fits. */
export interface OwnerBefore {
  readonly budgetDuration: string | null;
  readonly limits: FinerLimits;
}

export interface OwnerColumns {
  models?: string[];
  rpmLimit?: number | null;
  tpmLimit?: number | null;
  maxParallelRequests?: number | null;
  maxBudgetNanoUsd?: bigint | null;
  softBudgetNanoUsd?: bigint | null;
  budgetDuration?: string | null;
  limits?: FinerLimits;
  spendNanoUsd?: bigint;
  spendPeriodStartedAt?: Date | null;
  metadata?: Record<string, unknown>;
  blocked?: boolean;
}

/**
 * @param before the row as it is now; null for a new one
 * @param timezone the budget's calendar
 * @throws GatewayError invalid_request for a raise without its end, or one that has ended
 */
export function ownerColumns(
  fields: OwnerFields,
  before: OwnerBefore | null,
  nowMs: number,
  timezone: string,
): OwnerColumns {
  const columns: OwnerColumns = {};
  if (fields.models !== undefined) columns.models = fields.models ?? [];
  if (fields.rpm_limit !== undefined) columns.rpmLimit = fields.rpm_limit;
  if (fields.tpm_limit !== undefined) columns.tpmLimit = fields.tpm_limit;
  if (fields.max_parallel_requests !== undefined) columns.maxParallelRequests = fields.max_parallel_requests;
  if (fields.max_budget !== undefined) columns.maxBudgetNanoUsd = fields.max_budget;
  if (fields.soft_budget !== undefined) columns.softBudgetNanoUsd = fields.soft_budget;
  if (fields.metadata !== undefined) columns.metadata = fields.metadata ?? {};
  if (fields.blocked !== undefined) columns.blocked = fields.blocked ?? false;
  const limits = finerColumns(fields, before?.limits ?? {}, nowMs);
  if (limits !== undefined) columns.limits = limits;
  addSpend(columns, fields, before?.budgetDuration ?? null, nowMs, timezone);
  return columns;
}

/** A new period starts with nothing spent: what was spent before there was a period does not count against it. */
function addSpend(
  columns: OwnerColumns,
  fields: OwnerFields,
  durationBefore: string | null,
  nowMs: number,
  timezone: string,
): void {
  const duration = fields.budget_duration === undefined ? durationBefore : fields.budget_duration;
  if (duration !== durationBefore) {
    columns.budgetDuration = duration;
    Object.assign(
      columns,
      currentPeriod(duration, nowMs, timezone),
      duration === null ? { spendPeriodStartedAt: null } : { spendNanoUsd: 0n },
    );
  }
  if (fields.spend !== undefined)
    Object.assign(columns, { spendNanoUsd: fields.spend ?? 0n }, currentPeriod(duration, nowMs, timezone));
}

/** Spend that is set by hand belongs to the period that runs now. */
export function currentPeriod(
  duration: string | null,
  nowMs: number,
  timezone: string,
): Pick<OwnerColumns, "spendPeriodStartedAt"> {
  return duration === null
    ? {}
    : { spendPeriodStartedAt: new Date(budgetPeriod(duration, nowMs, timezone).startMs) };
}
