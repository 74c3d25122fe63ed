/**
 * What the holder of a key may know of the limits and budgets it stands under: the gate's own rules, each with where it
 * stands. What a refusal would not tell the caller is not told here either. Pure.
 */
import type { BudgetRule, ParallelRule, Rule, RuleState, WindowRule } from "#lib/admission/admission.ts";
import { isVisible } from "#lib/admission/visible.ts";
import type { Caller } from "#lib/keys/caller.ts";
import { nanoToUsd } from "../money.ts";

const SPANS: ReadonlyMap<number, string> = new Map([
  [60_000, "1m"],
  [3_600_000, "1h"],
  [86_400_000, "1d"],
]);

export interface UsageStanding {
  readonly rule: Rule;
  /** Null: nobody can tell now, since the store of limits is away. */
  readonly state: RuleState | null;
}

export function usageOf(
  standings: readonly UsageStanding[],
  caller: Caller,
  nowMs: number,
): { limits: Record<string, unknown>[]; budgets: Record<string, unknown>[] } {
  const limits: Record<string, unknown>[] = [];
  const budgets: Record<string, unknown>[] = [];
  for (const { rule, state } of standings) {
    const seen = isVisible(caller, rule);
    if (rule.metric === "budget") budgets.push(budgetView(rule, seen, seen ? state : null, nowMs));
    else limits.push(limitView(rule, seen, seen ? state : null, nowMs));
  }
  return { limits, budgets };
}

function limitView(
  rule: WindowRule | ParallelRule,
  seen: boolean,
  state: RuleState | null,
  nowMs: number,
): Record<string, unknown> {
  return {
    rule: rule.id,
    scope: scopeOf(rule, seen),
    metric: rule.metric,
    span: "spanMs" in rule ? (SPANS.get(rule.spanMs) ?? `${rule.spanMs / 1000}s`) : null,
    model: rule.model,
    limit: seen ? rule.ceiling : null,
    used: state && Number(state.used),
    remaining: state && Number(state.remaining),
    // Of a window nobody has used there is nothing to reset.
    resets_at: state && Number(state.used) > 0 ? resetsAt(state, nowMs) : null,
  };
}

function budgetView(
  rule: BudgetRule,
  seen: boolean,
  state: RuleState | null,
  nowMs: number,
): Record<string, unknown> {
  return {
    rule: rule.id,
    scope: scopeOf(rule, seen),
    model: rule.model,
    limit_usd: seen ? nanoToUsd(rule.ceilingNanoUsd) : null,
    spent_usd: state && nanoToUsd(BigInt(state.used)),
    remaining_usd: state && nanoToUsd(BigInt(state.remaining)),
    duration: seen ? rule.duration : null,
    resets_at: state && resetsAt(state, nowMs),
    soft: rule.soft,
  };
}

function scopeOf({ subject: { kind, name } }: Rule, seen: boolean): Record<string, unknown> {
  return { kind, name: seen ? name : null };
}

function resetsAt({ resetMs }: RuleState, nowMs: number): string | null {
  return resetMs === null ? null : new Date(nowMs + resetMs).toISOString();
}
