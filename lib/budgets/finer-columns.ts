/** From the finer fields of a body to the `limits` column, and back to what the API shows. Only what was sent changes. */
import type { FinerLimits, StoredBudget } from "#db/schema/columns.ts";
import { GatewayError } from "../errors.ts";
import { nanoToUsd } from "../money.ts";
import type { FinerFields } from "./finer-fields.ts";
import { endOf } from "./until.ts";

/** Field -> member of the column, where the value is kept as it came. */
const PLAIN = {
  rph_limit: "rph",
  rpd_limit: "rpd",
  tph_limit: "tph",
  tpd_limit: "tpd",
  model_rpm_limit: "modelRpm",
  model_tpm_limit: "modelTpm",
  model_max_budget: "modelBudgets",
  budget_limits: "budgets",
  reservation: "reservation",
} as const satisfies Partial<Record<keyof FinerFields, keyof FinerLimits>>;

const PLAIN_FIELDS = Object.keys(PLAIN) as (keyof typeof PLAIN)[];

/**
 * The column after a body: what was sent is set, null and an empty map or list take away, the rest stays.
 * @param before what stands there now; `{}` for a new row
 * @returns undefined when the body names none of these fields
 * @throws GatewayError invalid_request when a raise lacks its end or its amount, or has ended already
 */
export function finerColumns(
  fields: FinerFields,
  before: FinerLimits,
  nowMs: number,
): FinerLimits | undefined {
  const after: Record<string, unknown> = { ...before };
  let sent = false;
  for (const field of PLAIN_FIELDS) {
    const value = fields[field];
    if (value === undefined) continue;
    sent = true;
    if (isNothing(value)) delete after[PLAIN[field]];
    else after[PLAIN[field]] = value;
  }
  const raise = raiseOf(fields, nowMs);
  if (raise === null) delete after["raise"];
  else if (raise !== undefined) after["raise"] = raise;
  return sent || raise !== undefined ? after : undefined;
}

function isNothing(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/** Undefined: not spoken of. Null: taken away. */
function raiseOf(fields: FinerFields, nowMs: number): FinerLimits["raise"] | null {
  const { temp_budget_increase: amount, temp_budget_expiry: end } = fields;
  if (amount === undefined && end === undefined) return undefined;
  if (amount === null && end === null) return null;
  if (amount === undefined || amount === null || end === undefined || end === null) {
    const missing = amount === undefined || amount === null ? "temp_budget_increase" : "temp_budget_expiry";
    throw new GatewayError(
      "invalid_request",
      "temp_budget_increase and temp_budget_expiry must come together (both null take the raise away)",
      { param: missing },
    );
  }
  const untilMs = endOf(end, nowMs);
  if (untilMs === null || untilMs <= nowMs)
    throw new GatewayError("invalid_request", "temp_budget_expiry must lie in the future", {
      param: "temp_budget_expiry",
    });
  return { nanoUsd: String(amount), untilMs };
}

/** LiteLLM's names, dollars as numbers, nulls present. A raise that has ended is not shown: it acts no more. */
export function finerView(limits: FinerLimits, nowMs: number): Record<string, unknown> {
  const raise = limits.raise !== undefined && limits.raise.untilMs > nowMs ? limits.raise : null;
  return {
    rph_limit: limits.rph ?? null,
    rpd_limit: limits.rpd ?? null,
    tph_limit: limits.tph ?? null,
    tpd_limit: limits.tpd ?? null,
    model_rpm_limit: limits.modelRpm ?? null,
    model_tpm_limit: limits.modelTpm ?? null,
    model_max_budget: Object.fromEntries(
      Object.entries(limits.modelBudgets ?? {}).map(([model, { maxNanoUsd, duration }]) => [
        model,
        { budget_limit: dollars(maxNanoUsd), time_period: duration },
      ]),
    ),
    budget_limits: limits.budgets?.map(budgetView) ?? null,
    temp_budget_increase: raise && dollars(raise.nanoUsd),
    temp_budget_expiry: raise && new Date(raise.untilMs).toISOString(),
    reservation: limits.reservation ?? null,
  };
}

function budgetView({ maxNanoUsd, duration }: StoredBudget): Record<string, unknown> {
  return { budget_duration: duration, max_budget: dollars(maxNanoUsd) };
}

const dollars = (nanoUsd: string) => nanoToUsd(BigInt(nanoUsd));
