/** The main budget of a person or a team, with the gate's own figure, and as the sheets that change it take it. */
import { BudgetBar } from "#components/budget-bar.tsx";
import { type BudgetTarget, periodWords } from "#components/budgets/target.ts";
import { moment, money } from "#components/format.ts";
import { ownerRow } from "#db/queries/console-budgets.ts";
import type { BudgetRule } from "#lib/admission/admission.ts";
import { spentOf } from "#lib/console/budget-list.ts";
import { policyOf, rulesOfOwner } from "#lib/console/owner-rules.ts";
import type { PageContext } from "../../../request.ts";
import { ownerTarget } from "../budgets/words.ts";

export interface MainBudget {
  readonly target: BudgetTarget;
  /** Null: none. */
  readonly limitNanoUsd: bigint | null;
  readonly softNanoUsd: bigint | null;
  readonly spentNanoUsd: bigint;
  readonly endMs: number | null;
  readonly raise: { readonly nanoUsd: bigint; readonly untilMs: number } | null;
}

/** Flush the ledger first. */
export async function ownerBudget(
  { deps, nowMs, timezone }: Pick<PageContext, "deps" | "nowMs" | "timezone">,
  kind: "user" | "team",
  id: string,
): Promise<MainBudget> {
  const row = await ownerRow(deps.sql, kind, id);
  const policy = policyOf(kind, row, deps.policy().config);
  const rules = rulesOfOwner(kind, id, policy, nowMs, timezone).filter(
    (rule): rule is BudgetRule => rule.metric === "budget" && rule.charge === undefined,
  );
  const hard = rules.find((rule) => !rule.soft) ?? null;
  const soft = rules.find((rule) => rule.soft) ?? null;
  const [any] = rules;
  const spent = any ? ((await spentOf(deps, [any], nowMs)).get(any.counter) ?? 0n) : null;
  const raised =
    policy.finer.raise && hard && hard.ceilingNanoUsd !== policy.maxBudgetNanoUsd ? policy.finer.raise : null;
  const raise = raised && { nanoUsd: BigInt(raised.nanoUsd), untilMs: raised.untilMs };
  return {
    target: ownerTarget({ kind, row }, { spent, raise }, timezone),
    limitNanoUsd: hard?.ceilingNanoUsd ?? null,
    softNanoUsd: soft?.ceilingNanoUsd ?? null,
    spentNanoUsd: spent ?? 0n,
    endMs: any?.periodEndMs ?? null,
    raise,
  };
}

export function OwnerBudget({ budget, timezone }: { budget: MainBudget; timezone: string }) {
  const { endMs, limitNanoUsd, raise, softNanoUsd, spentNanoUsd, target } = budget;
  if (limitNanoUsd === null && softNanoUsd === null) return "none: nothing is capped";
  return (
    <span className="flex max-w-64 flex-col gap-1">
      <BudgetBar
        spent={spentNanoUsd}
        limit={limitNanoUsd ?? softNanoUsd}
        soft={limitNanoUsd === null ? null : softNanoUsd}
      />
      <span className="text-faint text-xs">
        {endMs === null
          ? "for life"
          : `${periodWords(target.duration || null)}; next ${moment(new Date(endMs), timezone)}`}
      </span>
      {raise && (
        <span className="text-xs">
          Raised by {money(raise.nanoUsd)} until {moment(new Date(raise.untilMs), timezone)}
        </span>
      )}
    </span>
  );
}
