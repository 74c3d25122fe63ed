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
type Held =
  | { readonly rule: WindowRule; readonly window: SlidingWindow }
  | { readonly rule: ParallelRule; readonly slots: Slots }
  | { readonly rule: BudgetRule; readonly money: BudgetCounter };

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
  readonly #open = new Map<string, OpenLease>();
  /** No lease expires before: nothing needs to be looked through until then. */
  #soonestMs = Infinity;
  /** The latest time seen: a clock that goes backwards reads as standing still. */
  #nowMs = 0;
  #untilSweep = SWEEP_EVERY;

  take(request: TakeRequest): Verdict {
    const nowMs = this.#tick(request.nowMs);
    if (--this.#untilSweep <= 0) this.#sweep(nowMs);
    const { rules } = request;
    const standings: Held[] = [];
    const unprimed: BudgetRule[] = [];
    for (const rule of rules) {
      const standing = this.#standing(rule, request.primed);
      if (standing) standings.push(standing);
      else if (rule.metric === "budget") unprimed.push(rule);
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
    for (const rule of lease.rules) {
      if (rule.metric === "tokens")
        this.#window(rule).adjust(nowMs, lease.takenAtMs, actual.tokens - lease.tokens);
      else if (rule.metric === "parallel") {
        if (!over) this.#freeSlot(rule);
      } else if (rule.metric === "budget") {
        const money = this.#money(rule);
        if (money?.spend(rule, costOn(rule, actual))) crossed.push(rule);
        if (!over) money?.release(lease.costNanoUsd);
      }
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
    return rules.map((rule) => {
      if (rule.metric !== "budget") {
        const standing = this.#standing(rule);
        return standing && stateOf(standing, now);
      }
      const used = this.#money(rule)?.usedBy(rule) ?? null;
      return used === null ? null : budgetState(rule, used, now);
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
        this.#counters.delete(counter);
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
    for (const rule of lease.rules) {
      if (rule.metric === "parallel") this.#freeSlot(rule);
      else if (rule.metric === "budget") this.#money(rule)?.release(lease.costNanoUsd);
    }
  }

  #freeSlot(rule: ParallelRule): void {
    const slots = this.#slots(rule);
    slots.held = Math.max(0, slots.held - 1);
  }

  /** A rule beside its counter, ready to decide on; null for a budget whose spend nobody knows. */
  #standing(rule: Rule, primed?: ReadonlyMap<string, bigint>): Held | null {
    if (rule.metric === "parallel") return { rule, slots: this.#slots(rule) };
    if (rule.metric !== "budget") return { rule, window: this.#window(rule) };
    const spent = primed?.get(rule.counter);
    let money = this.#money(rule);
    if (!money && spent !== undefined) {
      money = new BudgetCounter();
      this.#counters.set(rule.counter, { money, touchedMs: this.#nowMs });
    }
    return money?.open(rule, spent) ? { rule, money } : null;
  }

  #window(rule: WindowRule): SlidingWindow {
    const known = this.#touch(rule.counter);
    if (known && "window" in known) return known.window;
    const window = new SlidingWindow(rule.spanMs);
    this.#counters.set(rule.counter, { window, touchedMs: this.#nowMs });
    return window;
  }

  #slots(rule: ParallelRule): Slots {
    const known = this.#touch(rule.counter);
    if (known && "slots" in known) return known.slots;
    const slots = { held: 0 };
    this.#counters.set(rule.counter, { slots, touchedMs: this.#nowMs });
    return slots;
  }

  #money(rule: BudgetRule): BudgetCounter | null {
    const known = this.#touch(rule.counter);
    return known && "money" in known ? known.money : null;
  }

  #touch(counter: string): Counter | undefined {
    const known = this.#counters.get(counter);
    if (known) known.touchedMs = this.#nowMs;
    return known;
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
      if (!busy) this.#counters.delete(key);
    }
  }
}
