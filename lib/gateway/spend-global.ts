/** What the whole gateway has spent, against its own budget if it has one. */
import { totalOf } from "#db/queries/spend.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { nanoToUsd } from "../money.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";

/** Spend of the global budget's running period, or of all time when it has none. */
export async function globalSpend(
  deps: GatewayDeps,
  context: RequestContext,
): Promise<{ spend: number; max_budget: number | null }> {
  const { globalBudgetDuration, globalBudgetNanoUsd, timezone } = context.policy.config;
  const fromMs =
    globalBudgetDuration === null
      ? null
      : budgetPeriod(globalBudgetDuration, deps.clock.now(), timezone).startMs;
  const spend = await totalOf(deps.sql, { fromMs, toMs: null }, {});
  return {
    spend: nanoToUsd(spend),
    max_budget: globalBudgetNanoUsd === null ? null : nanoToUsd(globalBudgetNanoUsd),
  };
}
