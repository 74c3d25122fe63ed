/** Columns of what calls name, end users and tags: as other owners' but for spend, which `budget_spend` keeps. */
import {
  type OwnerBefore,
  type OwnerColumns,
  type OwnerFields,
  ownerColumns,
} from "#lib/admission/owner-columns.ts";

export type NamedColumns = Omit<OwnerColumns, "spendNanoUsd" | "spendPeriodStartedAt"> & {
  budgetId?: string | null;
};

/**
 * Only what was sent is set.
 * @param before the row as it is now; null for a new one
 * @throws GatewayError invalid_request
 */
export function namedColumns(
  fields: Omit<OwnerFields, "spend"> & { readonly budget_id?: string | null | undefined },
  before: OwnerBefore | null,
  nowMs: number,
  timezone: string,
): NamedColumns {
  const {
    spendNanoUsd: _spend,
    spendPeriodStartedAt: _started,
    ...columns
  } = ownerColumns(fields, before, nowMs, timezone);
  return fields.budget_id === undefined ? columns : { ...columns, budgetId: fields.budget_id };
}
