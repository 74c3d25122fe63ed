/**
 * Admission as anybody would do it with all the time in the world: a list of what happened, summed up anew for every
 * question. Slow and obviously right; the stores are compared with it.
 */
import type { BudgetRule, Rule, WindowRule } from "#lib/admission/admission.ts";
import { DAY_MS } from "./rules.ts";

interface Taken {
  readonly id: string;
  readonly rules: readonly Rule[];
  readonly atMs: number;
  readonly expiresAtMs: number;
  /** As the windows count it: the estimate, then the true figure. */
  tokens: number;
  readonly costNanoUsd: bigint;
  open: boolean;
  /** Its settlement came. */
  settled: boolean;
}

interface Known {
  readonly duration: string | null;
  readonly periodStartMs: number | null;
  readonly spends: bigint[];
}

export interface Ask {
  readonly id: string;
  readonly rules: readonly Rule[];
  readonly ttlMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  readonly least: { readonly tokens: number; readonly costNanoUsd: bigint } | null;
  readonly primed: ReadonlyMap<string, bigint>;
}

export type Decision =
  | { readonly kind: "unprimed"; readonly counters: readonly string[] }
  | { readonly kind: "refused"; readonly waits: ReadonlyMap<string, number | null> }
  | { readonly kind: "admitted"; readonly tokens: number; readonly costNanoUsd: bigint };

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

export class Reference {
  nowMs = 0;
  readonly #taken: Taken[] = [];
  readonly #known = new Map<string, Known>();

  /** Time never goes back; leases that are over are no longer open. */
  tick(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    for (const taken of this.#taken) if (taken.expiresAtMs <= this.nowMs) taken.open = false;
  }

  take(ask: Ask): Decision {
    const unprimed = ask.rules.filter((rule) => rule.metric === "budget" && !this.#open(rule, ask.primed));
    if (unprimed.length > 0) return { kind: "unprimed", counters: unprimed.map((rule) => rule.counter) };
    const { costNanoUsd, tokens } = this.#fit(ask);
    const waits = new Map<string, number | null>();
    for (const rule of ask.rules) {
      const waitMs = this.#wait(rule, tokens, costNanoUsd);
      if (waitMs !== "none") waits.set(rule.counter, waitMs);
    }
    if (waits.size > 0) return { kind: "refused", waits };
    const expiresAtMs = this.nowMs + ask.ttlMs;
    this.#taken.push({
      ...ask,
      atMs: this.nowMs,
      expiresAtMs,
      tokens,
      costNanoUsd,
      open: true,
      settled: false,
    });
    return { kind: "admitted", tokens, costNanoUsd };
  }

  /** @returns counters of the soft budgets that were crossed */
  settle(id: string, tokens: number, costNanoUsd: bigint): string[] {
    const taken = this.#taken.find((one) => one.id === id && !one.settled);
    if (!taken) return [];
    taken.open = false;
    taken.settled = true;
    // What has left every window may say what it likes; a window that still holds it counts the truth.
    taken.tokens = tokens;
    return taken.rules.flatMap((rule) => {
      const known = this.#known.get(rule.counter);
      if (rule.metric !== "budget" || !known) return [];
      if (known.periodStartMs !== null && known.periodStartMs !== rule.periodStartMs) return [];
      const before = sum(known.spends);
      known.spends.push(costNanoUsd);
      const crosses = before < rule.ceilingNanoUsd && before + costNanoUsd >= rule.ceilingNanoUsd;
      return rule.soft && crosses ? [rule.counter] : [];
    });
  }

  /** Over for two days: its settlement is too late, and no store has to know it any more. */
  isForgotten(id: string, nowMs: number): boolean {
    const taken = this.#taken.find((one) => one.id === id && !one.settled);
    return taken !== undefined && taken.expiresAtMs + 2 * DAY_MS <= Math.max(this.nowMs, nowMs);
  }

  setSpend(counter: string, spent: bigint | null): void {
    const known = this.#known.get(counter);
    if (spent === null) this.#known.delete(counter);
    else if (known) this.#known.set(counter, { ...known, spends: [spent] });
  }

  spent(counter: string): bigint | null {
    const known = this.#known.get(counter);
    return known ? sum(known.spends) : null;
  }

  /** What a rule's counter holds; null where nobody knows. */
  used(rule: Rule): number | bigint | null {
    if (rule.metric === "parallel") return this.#openWith(rule.counter).length;
    if (rule.metric !== "budget") return this.#usedAt(rule, this.nowMs);
    const known = this.#known.get(rule.counter);
    if (!known || known.duration !== rule.duration) return null;
    return isLater(rule, known) ? 0n : sum(known.spends);
  }

  #open(rule: BudgetRule, primed: ReadonlyMap<string, bigint>): boolean {
    const { counter, duration, periodStartMs } = rule;
    const known = this.#known.get(counter);
    if (known?.duration === duration) {
      if (isLater(rule, known)) this.#known.set(counter, { duration, periodStartMs, spends: [] });
      return true;
    }
    const spent = primed.get(counter);
    if (spent !== undefined) this.#known.set(counter, { duration, periodStartMs, spends: [spent] });
    return spent !== undefined;
  }

  #fit({ costNanoUsd, least, rules, tokens }: Ask): { tokens: number; costNanoUsd: bigint } {
    if (!least) return { tokens, costNanoUsd };
    let fitTokens = tokens;
    let fitCost = costNanoUsd;
    for (const rule of rules) {
      if (rule.metric === "tokens")
        fitTokens = Math.min(fitTokens, rule.ceiling - this.#usedAt(rule, this.nowMs));
      if (rule.metric === "budget" && !rule.soft) {
        const left = rule.ceilingNanoUsd - this.#spentBy(rule) - this.#reserved(rule.counter);
        if (left < fitCost) fitCost = left;
      }
    }
    return {
      tokens: Math.max(fitTokens, least.tokens),
      costNanoUsd: fitCost > least.costNanoUsd ? fitCost : least.costNanoUsd,
    };
  }

  /** How long a rule makes a call wait; null: for ever. */
  #wait(rule: Rule, tokens: number, cost: bigint): number | null | "none" {
    if (rule.metric === "parallel") {
      if (this.#openWith(rule.counter).length < rule.ceiling) return "none";
      return rule.ceiling === 0 ? null : 1000;
    }
    if (rule.metric === "budget") {
      const spent = this.#spentBy(rule);
      const exhausted = spent >= rule.ceilingNanoUsd;
      if (rule.soft) return "none";
      if (!exhausted && spent + this.#reserved(rule.counter) + cost <= rule.ceilingNanoUsd) return "none";
      if (!exhausted && spent + cost <= rule.ceilingNanoUsd) return 1000;
      return rule.periodEndMs === null ? null : Math.max(0, rule.periodEndMs - this.nowMs);
    }
    const amount = rule.metric === "tokens" ? tokens : 1;
    const fits = (atMs: number) => this.#usedAt(rule, atMs) + amount <= rule.ceiling;
    if (fits(this.nowMs)) return "none";
    if (amount > rule.ceiling) return null;
    const leaving = this.#taken.map(({ atMs }) => (sliceAt(atMs, rule.spanMs) + 61) * (rule.spanMs / 60));
    return Math.min(...leaving.filter((atMs) => atMs > this.nowMs && fits(atMs))) - this.nowMs;
  }

  #usedAt(rule: WindowRule, atMs: number): number {
    const inside = this.#taken.filter(
      (taken) =>
        taken.rules.some(({ counter }) => counter === rule.counter) &&
        sliceAt(atMs, rule.spanMs) - sliceAt(taken.atMs, rule.spanMs) <= 60,
    );
    return inside.reduce((total, taken) => total + (rule.metric === "tokens" ? taken.tokens : 1), 0);
  }

  #spentBy({ counter }: BudgetRule): bigint {
    return sum(this.#known.get(counter)?.spends ?? []);
  }

  #reserved(counter: string): bigint {
    return sum(this.#openWith(counter).map((taken) => taken.costNanoUsd));
  }

  #openWith(counter: string): Taken[] {
    return this.#taken.filter((taken) => taken.open && taken.rules.some((rule) => rule.counter === counter));
  }
}

function sliceAt(ms: number, spanMs: number): number {
  return Math.floor(ms / (spanMs / 60));
}

function isLater(rule: BudgetRule, known: Known): boolean {
  return (
    rule.periodStartMs !== null && (known.periodStartMs === null || rule.periodStartMs > known.periodStartMs)
  );
}
