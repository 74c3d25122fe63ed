/** What was spent of a key's further budgets, for `/key/info`: from the ledger, by the very rules that calls are held to. */
import type { BudgetRule } from "#lib/admission/admission.ts";
import { ledgerSpend } from "#lib/admission/prime.ts";
import { RuleList } from "#lib/admission/rule-list.ts";
import { unlimited } from "#lib/keys/caller.ts";
import type { KeyRow } from "#lib/keys/view.ts";
import { nanoToUsd } from "../money.ts";
import type { GatewayDeps } from "./context.ts";

/** `budget_limits` with spend and reset, and `model_spend` of the models that have a budget, in the order of the rows. */
export async function budgetsOf(
  deps: GatewayDeps,
  rows: readonly KeyRow[],
): Promise<{ budget_limits: unknown; model_spend: Record<string, number> }[]> {
  const nowMs = deps.clock.now();
  const rules = rows.map((row) => budgetRules(row, nowMs, deps.policy().config.timezone));
  const asked = rules.flat();
  const spent = asked.length === 0 ? null : await deps.health.run(() => ledgerSpend(deps.sql, asked));
  const usd = ({ counter }: BudgetRule) => nanoToUsd(spent?.get(counter) ?? 0n);
  return rules.map((ofKey) => {
    const further = ofKey.filter((rule) => rule.model === null);
    const ofModels = ofKey.flatMap((rule) => (rule.model === null ? [] : [[rule.model, usd(rule)] as const]));
    return {
      budget_limits: further.length === 0 ? null : further.map((rule) => described(rule, usd(rule))),
      model_spend: Object.fromEntries(ofModels),
    };
  });
}

function described(rule: BudgetRule, spend: number): Record<string, unknown> {
  return {
    budget_duration: rule.duration,
    max_budget: nanoToUsd(rule.ceilingNanoUsd),
    spend,
    budget_reset_at: rule.periodEndMs === null ? null : new Date(rule.periodEndMs).toISOString(),
  };
}

/** The key's budgets but its main one. Those of a model hold for calls of it, so its own name stands in for a call's. */
function budgetRules({ id, limits }: KeyRow, nowMs: number, timezone: string): BudgetRule[] {
  const policy = { ...unlimited(id, id), finer: limits };
  return ["", ...Object.keys(limits.modelBudgets ?? {})].flatMap((name) => {
    const list = new RuleList(name, nowMs, timezone);
    list.addOwner({ kind: "key", id, name: id }, policy, "charged");
    return list.rules
      .filter((rule) => rule.metric === "budget")
      .filter((rule) => (name === "" ? rule.model === null : rule.model === name));
  });
}
