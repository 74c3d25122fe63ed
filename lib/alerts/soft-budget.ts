/** The alert of a soft budget that was crossed: once in a period. */
import type { BudgetRule } from "#lib/admission/admission.ts";
import { formatUsd } from "../money.ts";
import { type AlertDeps, raiseAlert } from "./alerts.ts";

/** @returns false when it was raised before */
export function softBudgetAlert(deps: AlertDeps, rule: BudgetRule): Promise<boolean> {
  const { ceilingNanoUsd, duration, periodStartMs, subject } = rule;
  const span = duration === null ? "" : ` in its period of ${duration}`;
  return raiseAlert(deps, {
    kind: "budget_soft",
    subject,
    cause: `${rule.counter} ${ceilingNanoUsd} ${periodStartMs ?? 0}`,
    message: `soft budget crossed: ${subject.kind} "${subject.name}" has spent $${formatUsd(ceilingNanoUsd)}${span}`,
    data: { rule: rule.id, soft_budget_usd: formatUsd(ceilingNanoUsd), duration },
  });
}
