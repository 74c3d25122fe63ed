/**
 * From what a counter holds to what a verdict says about it. Every store reads its counters its own way and words them
 * here, so that refusals and figures are the same whichever store decided.
 */
import type {
  BudgetRule,
  ParallelRule,
  Refusal,
  Rule,
  RuleState,
  Settlement,
  WindowRule,
} from "./admission.ts";
import type { SlidingWindow } from "./window.ts";

/** A rule beside the counter that is measured against it. */
export type Standing =
  | { readonly rule: WindowRule; readonly window: SlidingWindow }
  | { readonly rule: ParallelRule; readonly slots: { readonly held: number } }
  | { readonly rule: BudgetRule; readonly money: Money };

export interface Money {
  /** In the period that runs. */
  readonly spentNanoUsd: bigint;
  /** By calls that have not settled, whichever period they began in. */
  readonly reservedNanoUsd: bigint;
}

/** What a call asks of every rule. */
export interface Amounts {
  readonly tokens: number;
  readonly costNanoUsd: bigint;
}

/** Others hold the slot or the reservation: nobody knows for how long, so a retry may look again after this. */
const LOOK_AGAIN_MS = 1000;

export function windowState(rule: WindowRule, used: number, resetMs: number): RuleState {
  return { rule, used, remaining: Math.max(0, rule.ceiling - used), resetMs };
}

export function parallelState(rule: ParallelRule, held: number): RuleState {
  return { rule, used: held, remaining: Math.max(0, rule.ceiling - held), resetMs: null };
}

/** @param used nano-dollars spent in the running period; what is only reserved is not shown */
export function budgetState(rule: BudgetRule, used: bigint, nowMs: number): RuleState {
  const remaining = rule.ceilingNanoUsd > used ? rule.ceilingNanoUsd - used : 0n;
  const resetMs = rule.periodEndMs === null ? null : Math.max(0, rule.periodEndMs - nowMs);
  return { rule, used, remaining, resetMs };
}

/** Where a rule stands. */
export function stateOf(standing: Standing, nowMs: number): RuleState {
  if ("window" in standing)
    return windowState(standing.rule, standing.window.used(nowMs), standing.window.emptyInMs(nowMs));
  if ("slots" in standing) return parallelState(standing.rule, standing.slots.held);
  return budgetState(standing.rule, standing.money.spentNanoUsd, nowMs);
}

/** The refusal of a rule that has no room; null when it has. A soft budget always has. */
export function refusalOf(standing: Standing, amounts: Amounts, nowMs: number): Refusal | null {
  if ("window" in standing) {
    const { rule, window } = standing;
    const amount = amountOf(rule, amounts);
    if (window.used(nowMs) + amount <= rule.ceiling) return null;
    return { ...stateOf(standing, nowMs), retryAfterMs: window.fitsInMs(nowMs, amount, rule.ceiling) };
  }
  if ("slots" in standing) {
    const { rule, slots } = standing;
    if (slots.held < rule.ceiling) return null;
    return { ...stateOf(standing, nowMs), retryAfterMs: rule.ceiling === 0 ? null : LOOK_AGAIN_MS };
  }
  const { rule } = standing;
  const { reservedNanoUsd, spentNanoUsd } = standing.money;
  const exhausted = spentNanoUsd >= rule.ceilingNanoUsd;
  const withCall = spentNanoUsd + amounts.costNanoUsd;
  if (rule.soft || (!exhausted && withCall + reservedNanoUsd <= rule.ceilingNanoUsd)) return null;
  const state = stateOf(standing, nowMs);
  // Money that others have reserved comes back when they settle; money that is spent comes back with the next period.
  const waitsForOthers = !exhausted && withCall <= rule.ceilingNanoUsd;
  return { ...state, retryAfterMs: waitsForOthers ? LOOK_AGAIN_MS : state.resetMs };
}

/** What of a call's cost is spent of this budget. */
export function costOn(rule: BudgetRule, actual: Settlement): bigint {
  return isOfCandidate(rule) ? (actual.candidateCostNanoUsd ?? actual.costNanoUsd) : actual.costNanoUsd;
}

/** Ceilings that are a candidate's own: another deployment of the group may have room. */
export function isOfCandidate({ subject: { kind } }: Rule): boolean {
  return kind === "deployment" || kind === "provider";
}

/** What a call puts into a window. */
export function amountOf(rule: Rule, amounts: Amounts): number {
  return rule.metric === "tokens" ? amounts.tokens : 1;
}

/** Every refusal, the rule that frees last first; one that never frees by waiting counts as last of all. */
export function refusalsOf(standings: readonly Standing[], amounts: Amounts, nowMs: number): Refusal[] {
  const refusals: Refusal[] = [];
  for (const standing of standings) {
    const refusal = refusalOf(standing, amounts, nowMs);
    if (refusal) refusals.push(refusal);
  }
  const waitMs = ({ retryAfterMs }: Refusal) => retryAfterMs ?? Number.MAX_VALUE;
  return refusals.sort((a, b) => waitMs(b) - waitMs(a));
}

/** What fits under every ceiling: at most what is asked, at least `least`. Soft budgets shape nothing. */
export function fitted(
  standings: readonly Standing[],
  asked: Amounts,
  least: Amounts,
  nowMs: number,
): Amounts {
  let { costNanoUsd, tokens } = asked;
  for (const standing of standings) {
    if ("window" in standing) {
      const { rule, window } = standing;
      if (rule.metric === "tokens") tokens = Math.min(tokens, rule.ceiling - window.used(nowMs));
    } else if ("money" in standing && !standing.rule.soft) {
      const { reservedNanoUsd, spentNanoUsd } = standing.money;
      const left = standing.rule.ceilingNanoUsd - spentNanoUsd - reservedNanoUsd;
      if (left < costNanoUsd) costNanoUsd = left;
    }
  }
  return {
    tokens: Math.max(tokens, least.tokens),
    costNanoUsd: costNanoUsd > least.costNanoUsd ? costNanoUsd : least.costNanoUsd,
  };
}
