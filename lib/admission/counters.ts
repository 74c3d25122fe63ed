/** What memory counts: one counter for each subject, metric and span, and the rules of a list beside theirs. */
import type { BudgetRule, ParallelRule, Rule, WindowRule } from "./admission.ts";
import { BudgetCounter } from "./budget-counter.ts";
import { isOf } from "./rule-list.ts";
import { SlidingWindow } from "./window.ts";

interface Slots {
  held: number;
}

export type Counter = { touchedMs: number } & (
  | { readonly window: SlidingWindow }
  | { readonly slots: Slots }
  | { readonly money: BudgetCounter }
);

/** A rule beside its counter: what `Standing` shows, and can be written to. */
export type Held = { readonly counter: Counter } & (
  | { readonly rule: WindowRule; readonly window: SlidingWindow }
  | { readonly rule: ParallelRule; readonly slots: Slots }
  | { readonly rule: BudgetRule; readonly money: BudgetCounter }
);

/** Counters nobody touched for this long are dropped; a budget's is primed again when it is asked for. */
const IDLE_MS = 45 * 60_000;

export class Counters {
  readonly #byName = new Map<string, Counter>();
  /** Counters of a list, found once: calls of one caller come with the same list. Good while nothing was dropped since. */
  readonly #found = new WeakMap<
    readonly Rule[],
    { readonly held: readonly Held[]; readonly drops: number }
  >();
  #drops = 0;

  /** The rules of a list beside their counters, in its order; touched, and made where there were none. */
  held(rules: readonly Rule[], nowMs: number): readonly Held[] {
    const found = this.#found.get(rules);
    if (found?.drops === this.#drops) {
      for (const { counter } of found.held) counter.touchedMs = nowMs;
      return found.held;
    }
    const held = rules.map((rule) => this.#hold(rule, nowMs));
    this.#found.set(rules, { held, drops: this.#drops });
    return held;
  }

  budget(name: string): BudgetCounter | null {
    const known = this.#byName.get(name);
    return known && "money" in known ? known.money : null;
  }

  /** Drops every counter of a subject. @returns how many there were */
  erase(kind: string, id: string): number {
    return this.#dropThose((name) => isOf(name, kind, id));
  }

  /** Drops what nobody has touched for long and nothing is held of. */
  sweep(nowMs: number): void {
    this.#dropThose((_, counter) => {
      if (nowMs - counter.touchedMs < IDLE_MS) return false;
      if ("window" in counter) return counter.window.used(nowMs) === 0;
      return "slots" in counter ? counter.slots.held === 0 : counter.money.reservedNanoUsd === 0n;
    });
  }

  #dropThose(isThat: (name: string, counter: Counter) => boolean): number {
    let count = 0;
    for (const [name, counter] of this.#byName)
      if (isThat(name, counter)) {
        this.#byName.delete(name);
        count += 1;
      }
    if (count > 0) this.#drops += 1;
    return count;
  }

  #hold(rule: Rule, nowMs: number): Held {
    const known = this.#byName.get(rule.counter);
    if (known) known.touchedMs = nowMs;
    if (rule.metric === "parallel") {
      const counter =
        known && "slots" in known ? known : this.#add(rule, { slots: { held: 0 }, touchedMs: nowMs });
      return { rule, counter, slots: counter.slots };
    }
    if (rule.metric === "budget") {
      const counter =
        known && "money" in known ? known : this.#add(rule, { money: new BudgetCounter(), touchedMs: nowMs });
      return { rule, counter, money: counter.money };
    }
    const counter =
      known && "window" in known
        ? known
        : this.#add(rule, { window: new SlidingWindow(rule.spanMs), touchedMs: nowMs });
    return { rule, counter, window: counter.window };
  }

  #add<C extends Counter>(rule: Rule, counter: C): C {
    this.#byName.set(rule.counter, counter);
    return counter;
  }
}
