/** Settles what a call has taken, and makes known what the settlement has crossed. Nothing here makes the answer wait. */
import type { BudgetRule, Lease, Settlement } from "#lib/admission/admission.ts";
import { softBudgetAlert } from "#lib/alerts/soft-budget.ts";
import type { GatewayDeps } from "./context.ts";

/** With a store elsewhere the settlement travels on its own: the answer does not wait for it. */
export function settleLeases(deps: GatewayDeps, leases: readonly Lease[], actual: Settlement): void {
  for (const [index, lease] of leases.entries()) {
    const last = index === leases.length - 1;
    // Another candidate served the call in the end: what it cost is not on the first one's own budgets.
    const figures = last ? actual : { ...actual, candidateCostNanoUsd: 0n };
    deps.reconciler.watch(lease.rules);
    const crossed = deps.admission.settle(lease, figures);
    if (crossed instanceof Promise) crossed.then((rules) => tell(deps, rules), failed(deps));
    else if (crossed.length > 0) tell(deps, crossed);
  }
}

function tell(deps: GatewayDeps, crossed: readonly BudgetRule[]): void {
  for (const rule of crossed) softBudgetAlert(deps, rule).catch(failed(deps));
}

function failed({ log }: GatewayDeps): (error: unknown) => void {
  return (error) => log.error({ err: error }, "settling limits failed");
}
