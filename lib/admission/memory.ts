/** Admission in this process's memory: exact for one process, since nothing else runs between check and take. */
import type {
  AdmissionStore,
  BudgetRule,
  Lease,
  Refusal,
  Rule,
  RuleState,
  Settlement,
  TakeRequest,
  Verdict,
} from "./admission.ts";
import { SlidingWindow } from "./window.ts";

interface BudgetCounter {
  kind: "budget";
  spentNanoUsd: bigint;
  reservedNanoUsd: bigint;
  duration: string | null;
  periodStartMs: number | null;
  touchedMs: number;
}
interface WindowCounter {
  kind: "window";
  window: SlidingWindow;
  touchedMs: number;
}
interface ParallelCounter {
  kind: "parallel";
  /** Ids. They need no expiry: a crash that forgets to settle them takes this memory with it. */
  leases: Set<string>;
  touchedMs: number;
}
type Counter = BudgetCounter | WindowCounter | ParallelCounter;

/** Counters nobody touched for this long are dropped; longer than any cached key lives, so priming never reads old figures. */
const IDLE_MS = 45 * 60_000;
const SWEEP_EVERY = 8192;

export class MemoryAdmission implements AdmissionStore {
  readonly #counters = new Map<string, Counter>();
  readonly #open = new Set<string>();
  #untilSweep = SWEEP_EVERY;

  take(asked: TakeRequest): Verdict {
    if (--this.#untilSweep <= 0) this.#sweep(asked.nowMs);
    const request = asked.least ? { ...asked, ...this.#fit(asked, asked.least) } : asked;
    const refusals: Refusal[] = [];
    for (const rule of request.rules) {
      const refusal = this.#check(rule, request);
      if (refusal) refusals.push(refusal);
    }
    if (refusals.length > 0) {
      refusals.sort((a, b) => (b.retryAfterMs ?? Infinity) - (a.retryAfterMs ?? Infinity));
      return { allowed: false, states: this.#states(request.rules, request.nowMs), refusals };
    }
    for (const rule of request.rules) this.#take(rule, request);
    this.#open.add(request.leaseId);
    const lease: Lease = {
      id: request.leaseId,
      rules: request.rules,
      takenAtMs: request.nowMs,
      tokens: request.tokens,
      costNanoUsd: request.costNanoUsd,
    };
    return { allowed: true, states: this.#states(request.rules, request.nowMs), lease };
  }

  settle(lease: Lease, actual: Settlement): void {
    if (!this.#open.delete(lease.id)) return;
    for (const rule of lease.rules) {
      const counter = this.#counters.get(rule.counter);
      if (counter?.kind === "parallel") counter.leases.delete(lease.id);
      else if (counter?.kind === "window" && rule.metric === "tokens")
        counter.window.adjust(actual.nowMs, lease.takenAtMs, actual.tokens - lease.tokens);
      else if (counter?.kind === "budget" && rule.metric === "budget") {
        counter.reservedNanoUsd -= lease.costNanoUsd;
        // A call that began in an earlier period belongs to that one; without periods everything counts.
        if (counter.periodStartMs === null || counter.periodStartMs === rule.periodStartMs)
          counter.spentNanoUsd += actual.costNanoUsd;
      }
    }
  }

  setSpend(counterKey: string, spentNanoUsd: bigint | null): void {
    const counter = this.#counters.get(counterKey);
    if (counter?.kind !== "budget") return;
    if (spentNanoUsd === null && counter.reservedNanoUsd === 0n) this.#counters.delete(counterKey);
    else if (spentNanoUsd !== null) counter.spentNanoUsd = spentNanoUsd;
  }

  spent(counterKey: string): bigint | null {
    const counter = this.#counters.get(counterKey);
    return counter?.kind === "budget" ? counter.spentNanoUsd : null;
  }

  /** What fits under every ceiling: at most what is asked, at least `least`. */
  #fit(asked: TakeRequest, least: NonNullable<TakeRequest["least"]>): Pick<Lease, "tokens" | "costNanoUsd"> {
    let { costNanoUsd, tokens } = asked;
    for (const rule of asked.rules) {
      const counter = this.#counter(rule, asked.nowMs);
      if (rule.metric === "tokens" && counter.kind === "window")
        tokens = Math.min(tokens, rule.ceiling - counter.window.used(asked.nowMs));
      else if (rule.metric === "budget" && counter.kind === "budget") {
        const left = rule.ceilingNanoUsd - counter.spentNanoUsd - counter.reservedNanoUsd;
        costNanoUsd = left < costNanoUsd ? left : costNanoUsd;
      }
    }
    return {
      tokens: Math.max(tokens, least.tokens),
      costNanoUsd: costNanoUsd > least.costNanoUsd ? costNanoUsd : least.costNanoUsd,
    };
  }

  #check(rule: Rule, request: TakeRequest): Refusal | null {
    const counter = this.#counter(rule, request.nowMs);
    if (rule.metric === "budget" && counter.kind === "budget") return checkBudget(rule, counter, request);
    if (rule.metric === "parallel" && counter.kind === "parallel") {
      if (counter.leases.size < rule.ceiling) return null;
      const retryAfterMs = rule.ceiling === 0 ? null : 1000;
      return { rule, used: counter.leases.size, remaining: 0, resetMs: null, retryAfterMs };
    }
    if (rule.metric === "budget" || rule.metric === "parallel" || counter.kind !== "window") return null;
    const amount = rule.metric === "requests" ? 1 : request.tokens;
    const used = counter.window.used(request.nowMs);
    if (used + amount <= rule.ceiling) return null;
    return {
      rule,
      used,
      remaining: Math.max(0, rule.ceiling - used),
      resetMs: counter.window.emptyInMs(request.nowMs),
      retryAfterMs: counter.window.fitsInMs(request.nowMs, amount, rule.ceiling),
    };
  }

  #take(rule: Rule, request: TakeRequest): void {
    const counter = this.#counter(rule, request.nowMs);
    if (counter.kind === "budget") counter.reservedNanoUsd += request.costNanoUsd;
    else if (counter.kind === "parallel") counter.leases.add(request.leaseId);
    else counter.window.add(request.nowMs, rule.metric === "requests" ? 1 : request.tokens);
  }

  #states(rules: readonly Rule[], nowMs: number): RuleState[] {
    return rules.map((rule) => this.#state(rule, nowMs));
  }

  #state(rule: Rule, nowMs: number): RuleState {
    const counter = this.#counter(rule, nowMs);
    if (rule.metric === "budget") {
      const used = counter.kind === "budget" ? counter.spentNanoUsd : 0n;
      const remaining = rule.ceilingNanoUsd > used ? rule.ceilingNanoUsd - used : 0n;
      return { rule, used, remaining, resetMs: rule.periodEndMs === null ? null : rule.periodEndMs - nowMs };
    }
    const used =
      counter.kind === "window"
        ? counter.window.used(nowMs)
        : counter.kind === "parallel"
          ? counter.leases.size
          : 0;
    const resetMs = counter.kind === "window" ? counter.window.emptyInMs(nowMs) : null;
    return { rule, used, remaining: Math.max(0, rule.ceiling - used), resetMs };
  }

  #counter(rule: Rule, nowMs: number): Counter {
    const known = this.#counters.get(rule.counter);
    if (known) {
      known.touchedMs = nowMs;
      if (known.kind === "budget" && rule.metric === "budget") rollPeriod(known, rule);
      return known;
    }
    const made = newCounter(rule, nowMs);
    this.#counters.set(rule.counter, made);
    return made;
  }

  #sweep(nowMs: number): void {
    this.#untilSweep = SWEEP_EVERY;
    for (const [key, counter] of this.#counters) {
      if (nowMs - counter.touchedMs < IDLE_MS) continue;
      const busy =
        (counter.kind === "budget" && counter.reservedNanoUsd !== 0n) ||
        (counter.kind === "parallel" && counter.leases.size > 0) ||
        (counter.kind === "window" && counter.window.used(nowMs) > 0);
      if (!busy) this.#counters.delete(key);
    }
  }
}

function newCounter(rule: Rule, nowMs: number): Counter {
  if (rule.metric === "parallel") return { kind: "parallel", leases: new Set(), touchedMs: nowMs };
  if (rule.metric !== "budget")
    return { kind: "window", window: new SlidingWindow(rule.spanMs), touchedMs: nowMs };
  return {
    kind: "budget",
    spentNanoUsd: rule.primedNanoUsd,
    reservedNanoUsd: 0n,
    duration: rule.duration,
    periodStartMs: rule.periodStartMs,
    touchedMs: nowMs,
  };
}

/**
 * A new period starts with nothing spent; what is reserved stays reserved until it settles. A period that is older than
 * the counter's is a late call's, unless the budget's duration was changed: the month's first lies before today.
 */
function rollPeriod(counter: BudgetCounter, rule: BudgetRule): void {
  const before = counter.periodStartMs;
  const changed = rule.duration !== counter.duration;
  if (!changed && (rule.periodStartMs ?? -Infinity) <= (before ?? -Infinity)) return;
  counter.duration = rule.duration;
  counter.periodStartMs = rule.periodStartMs;
  // A budget that lost its periods goes on from what was spent.
  if (rule.periodStartMs !== null) counter.spentNanoUsd = rule.primedNanoUsd;
}

function checkBudget(rule: BudgetRule, counter: BudgetCounter, request: TakeRequest): Refusal | null {
  const { spentNanoUsd, reservedNanoUsd } = counter;
  const exhausted = spentNanoUsd >= rule.ceilingNanoUsd;
  if (!exhausted && spentNanoUsd + reservedNanoUsd + request.costNanoUsd <= rule.ceilingNanoUsd) return null;
  const resetMs = rule.periodEndMs === null ? null : rule.periodEndMs - request.nowMs;
  const remaining = exhausted ? 0n : rule.ceilingNanoUsd - spentNanoUsd;
  // Money that others have reserved comes back when they settle; money that is spent comes back with the next period.
  const waitsForOthers = !exhausted && spentNanoUsd + request.costNanoUsd <= rule.ceilingNanoUsd;
  return { rule, used: spentNanoUsd, remaining, resetMs, retryAfterMs: waitsForOthers ? 1000 : resetMs };
}
