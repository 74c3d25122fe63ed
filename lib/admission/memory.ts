/** Admission in this process's memory: exact for one process, since nothing else runs between check and take. */
import type {
  AdmissionStore,
  BudgetRule,
  Lease,
  ParallelRule,
  Rule,
  RuleState,
  Settlement,
  TakeRequest,
  Verdict,
  WindowRule,
} from "./admission.ts";
import { BudgetCounter } from "./budget-counter.ts";
import { isOf } from "./rule-list.ts";
import { amountOf, budgetState, costOn, fitted, refusalsOf, stateOf } from "./standing.ts";
import { SlidingWindow } from "./window.ts";

interface Slots {
  held: number;
}
type Counter = { touchedMs: number } & (
  | { window: SlidingWindow }
  | { slots: Slots }
  | { money: BudgetCounter }
);

/** A rule beside its counter: what `Standing` shows, and can be written to. */
type Held = { readonly counter: Counter } & (
  | { readonly rule: WindowRule; readonly window: SlidingWindow }
  | { readonly rule: ParallelRule; readonly slots: Slots }
  | { readonly rule: BudgetRule; readonly money: BudgetCounter }
);

/** Counters of a list of rules, found once: calls of one caller come with the same list. */
interface Found {
  readonly held: readonly Held[];
  /** Good while no counter was dropped since. */
  readonly drops: number;
}

interface OpenLease {
  readonly lease: Lease;
  expiresAtMs: number;
  /** It gave back what it held; its settlement may still come. */
  over: boolean;
}

/** Counters nobody touched for this long are dropped; a budget's is primed again when it is asked for. */
const IDLE_MS = 45 * 60_000;
/** How long a lease that is over waits for its settlement. */
const QUIET_MS = 2 * 86_400_000;
const SWEEP_EVERY = 8192;

export class MemoryAdmission implements AdmissionStore {
  readonly #counters = new Map<string, Counter>();
  readonly #found = new WeakMap<readonly Rule[], Found>();
  /** Counts the times that counters were dropped. */
  #drops = 0;
  readonly #open = new Map<string, OpenLease>();
  /** No lease expires before: nothing needs to be looked through until then. */
  #soonestMs = Infinity;
  /** The latest time seen: a clock that goes backwards reads as standing still. */
  #nowMs = 0;
  #untilSweep = SWEEP_EVERY;

  take(request: TakeRequest): Verdict {
    const nowMs = this.#tick(request.nowMs);
    if (--this.#untilSweep <= 0) this.#sweep(nowMs);
    const { primed, rules } = request;
    const standings = this.#held(rules);
    const unprimed: BudgetRule[] = [];
    for (const standing of standings) {
      standing.counter.touchedMs = nowMs;
      if (!("money" in standing)) continue;
      const { money, rule } = standing;
      if (!money.open(rule, primed?.get(rule.counter))) unprimed.push(rule);
    }
    if (unprimed.length > 0) return { kind: "unprimed", budgets: unprimed };
    const amounts = request.least ? fitted(standings, request, request.least, nowMs) : request;
    const refusals = refusalsOf(standings, amounts, nowMs);
    const states = () => standings.map((standing) => stateOf(standing, nowMs));
    if (refusals.length > 0) return { kind: "refused", states: states(), refusals };
    for (const standing of standings) {
      if ("window" in standing) standing.window.add(nowMs, amountOf(standing.rule, amounts));
      else if ("money" in standing) standing.money.reserve(amounts.costNanoUsd);
      else standing.slots.held += 1;
    }
    const { costNanoUsd, tokens } = amounts;
    const lease: Lease = {
      id: this.#freeId(request.leaseId),
      rules,
      takenAtMs: nowMs,
      tokens,
      costNanoUsd,
    };
    const expiresAtMs = nowMs + request.leaseTtlMs;
    this.#open.set(lease.id, { lease, expiresAtMs, over: false });
    this.#soonestMs = Math.min(this.#soonestMs, expiresAtMs);
    return { kind: "admitted", states: states(), lease };
  }

  settle({ id }: Lease, actual: Settlement): readonly BudgetRule[] {
    const nowMs = this.#tick(actual.nowMs);
    const open = this.#open.get(id);
    if (!open) return [];
    const { lease, over } = open;
    this.#open.delete(id);
    const crossed: BudgetRule[] = [];
    for (const held of this.#held(lease.rules)) {
      held.counter.touchedMs = nowMs;
      if ("window" in held) {
        if (held.rule.metric === "tokens")
          held.window.adjust(nowMs, lease.takenAtMs, actual.tokens - lease.tokens);
      } else if ("money" in held) {
        if (held.money.spend(held.rule, costOn(held.rule, actual))) crossed.push(held.rule);
        if (!over) held.money.release(lease.costNanoUsd);
      } else if (!over) freeSlot(held.slots);
    }
    return crossed;
  }

  renew(nowMs: number, leaseTtlMs: number): void {
    const untilMs = this.#tick(nowMs) + leaseTtlMs;
    for (const open of this.#open.values())
      if (!open.over) open.expiresAtMs = Math.max(open.expiresAtMs, untilMs);
  }

  look(rules: readonly Rule[], nowMs: number): (RuleState | null)[] {
    const now = this.#tick(nowMs);
    return this.#held(rules).map((held) => {
      held.counter.touchedMs = now;
      if (!("money" in held)) return stateOf(held, now);
      const used = held.money.usedBy(held.rule);
      return used === null ? null : budgetState(held.rule, used, now);
    });
  }

  setSpend(counter: string, spentNanoUsd: bigint | null): void {
    const known = this.#counters.get(counter);
    if (known && "money" in known) known.money.set(spentNanoUsd);
  }

  erase(kind: string, id: string): number {
    let count = 0;
    for (const counter of this.#counters.keys())
      if (isOf(counter, kind, id)) {
        this.#drop(counter);
        count += 1;
      }
    return count;
  }

  spent(counter: string): bigint | null {
    const known = this.#counters.get(counter);
    return known && "money" in known ? known.money.known() : null;
  }

  /** The time that counts from here on; leases that are over by then are given back. */
  #tick(nowMs: number): number {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    if (this.#nowMs >= this.#soonestMs) this.#expire();
    return this.#nowMs;
  }

  #expire(): void {
    this.#soonestMs = Infinity;
    for (const [id, open] of this.#open) {
      if (open.expiresAtMs <= this.#nowMs) {
        if (open.over) this.#open.delete(id);
        else this.#giveBack(open.lease);
        open.over = true;
        open.expiresAtMs = this.#nowMs + QUIET_MS;
      }
      if (this.#open.has(id)) this.#soonestMs = Math.min(this.#soonestMs, open.expiresAtMs);
    }
  }

  /** Slots and reserved money. */
  #giveBack(lease: Lease): void {
    for (const held of this.#held(lease.rules)) {
      if ("slots" in held) freeSlot(held.slots);
      else if ("money" in held) held.money.release(lease.costNanoUsd);
    }
  }

  /** The rules of a list beside their counters, in its order. */
  #held(rules: readonly Rule[]): readonly Held[] {
    const found = this.#found.get(rules);
    if (found?.drops === this.#drops) return found.held;
    const held = rules.map((rule) => this.#hold(rule));
    this.#found.set(rules, { held, drops: this.#drops });
    return held;
  }

  #hold(rule: Rule): Held {
    const known = this.#counters.get(rule.counter);
    if (rule.metric === "parallel") {
      const counter =
        known && "slots" in known ? known : this.#add(rule, { slots: { held: 0 }, touchedMs: this.#nowMs });
      return { rule, counter, slots: counter.slots };
    }
    if (rule.metric === "budget") {
      const counter =
        known && "money" in known
          ? known
          : this.#add(rule, { money: new BudgetCounter(), touchedMs: this.#nowMs });
      return { rule, counter, money: counter.money };
    }
    const counter =
      known && "window" in known
        ? known
        : this.#add(rule, { window: new SlidingWindow(rule.spanMs), touchedMs: this.#nowMs });
    return { rule, counter, window: counter.window };
  }

  #add<C extends Counter>(rule: Rule, counter: C): C {
    this.#counters.set(rule.counter, counter);
    return counter;
  }

  #drop(counter: string): void {
    this.#counters.delete(counter);
    this.#drops += 1;
  }

  /** An id that comes twice names two leases, or the first settlement would free what the second call still holds. */
  #freeId(id: string): string {
    let free = id;
    while (this.#open.has(free)) free += "~";
    return free;
  }

  #sweep(nowMs: number): void {
    this.#untilSweep = SWEEP_EVERY;
    for (const [key, counter] of this.#counters) {
      if (nowMs - counter.touchedMs < IDLE_MS) continue;
      const busy =
        "window" in counter
          ? counter.window.used(nowMs) > 0
          : "slots" in counter
            ? counter.slots.held > 0
            : counter.money.reservedNanoUsd > 0n;
      if (!busy) this.#drop(key);
    }
  }
}

function freeSlot(slots: Slots): void {
  slots.held = Math.max(0, slots.held - 1);
}
