/** Rules and requests for the contract suite, and the few steps that its tests share. */
import type {
  AdmissionStore,
  BudgetRule,
  Lease,
  Rule,
  TakeRequest,
  Verdict,
} from "#lib/admission/admission.ts";

const subject = { kind: "key", id: "k", name: "k" } as const;
const base = (counter: string) => ({ id: `key_${counter}`, subject, counter, model: null });

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function requests(ceiling: number, spanMs = MINUTE_MS, counter = "rpm"): Rule {
  return { ...base(counter), metric: "requests", spanMs, ceiling };
}

export function tokens(ceiling: number, spanMs = MINUTE_MS, counter = "tpm"): Rule {
  return { ...base(counter), metric: "tokens", spanMs, ceiling };
}

export function parallel(ceiling: number, counter = "parallel"): Rule {
  return { ...base(counter), metric: "parallel", ceiling };
}

export function budget(ceilingNanoUsd: bigint, more: Partial<BudgetRule> = {}): BudgetRule {
  return {
    ...base("budget"),
    metric: "budget",
    ceilingNanoUsd,
    soft: false,
    duration: null,
    periodStartMs: null,
    periodEndMs: null,
    ...more,
  };
}

/** A daily budget whose period began at `startMs`. */
export function daily(ceilingNanoUsd: bigint, startMs: number, more: Partial<BudgetRule> = {}): BudgetRule {
  return budget(ceilingNanoUsd, {
    duration: "1d",
    periodStartMs: startMs,
    periodEndMs: startMs + DAY_MS,
    ...more,
  });
}

let leases = 0;

/** What the ledger says of every budget that a test does not prime itself. */
const NOTHING = 0n;

/** A take that asks the ledger when it must, as the gateway does. */
export async function take(
  store: AdmissionStore,
  rules: readonly Rule[],
  nowMs: number,
  more: Partial<TakeRequest> = {},
): Promise<Verdict> {
  const request: TakeRequest = {
    rules,
    leaseId: `lease-${leases++}`,
    nowMs,
    leaseTtlMs: 10 * MINUTE_MS,
    tokens: 1,
    costNanoUsd: 1n,
    ...more,
  };
  const verdict = await store.take(request);
  if (verdict.kind !== "unprimed") return verdict;
  return store.take({ ...request, primed: new Map(verdict.budgets.map((rule) => [rule.counter, NOTHING])) });
}

/** The lease of a take that must pass. @throws with the verdict when it did not */
export async function admitted(
  store: AdmissionStore,
  rules: readonly Rule[],
  nowMs: number,
  more: Partial<TakeRequest> = {},
): Promise<Lease> {
  return leaseOf(await take(store, rules, nowMs, more));
}

export function leaseOf(verdict: Verdict): Lease {
  if (verdict.kind !== "admitted") throw new Error(`the call was ${verdict.kind}`);
  return verdict.lease;
}

export function settle(
  store: AdmissionStore,
  lease: Lease,
  nowMs: number,
  used: number,
  costNanoUsd: bigint,
) {
  return store.settle(lease, { nowMs, tokens: used, costNanoUsd });
}
