/** Admission in this process's memory: exact for one process, since nothing else runs between check and take. */
import type {
  AdmissionStore,
  BudgetRule,
  Lease,
  Rule,
  RuleState,
  Settlement,
  TakeRequest,
  Verdict,
} from "./admission.ts";
import { Counters } from "./counters.ts";
import { amountOf, budgetState, costOn, fitted, refusalsOf, stateOf } from "./standing.ts";

interface OpenLease {
  readonly lease: Lease;
  expiresAtMs: number;
  /** It gave back what it held; its settlement may still come. */
  over: boolean;
}

/** How long a lease that is over waits for its settlement. */
const QUIET_MS = 2 * 86_400_000;
const SWEEP_EVERY = 8192;

export class MemoryAdmission implements AdmissionStore {
  readonly #counters = new Counters();
  readonly #open = new Map<string, OpenLease>();
  /** No lease expires before: nothing needs to be looked through until then. */
  #soonestMs = Infinity;
  /** The latest time seen: a clock that goes backwards reads as standing still. */
  #nowMs = 0;
  #untilSweep = SWEEP_EVERY;

  take(request: TakeRequest): Verdict {
    const nowMs = this.#tick(request.nowMs);
    if (--this.#untilSweep <= 0) {
      this.#untilSweep = SWEEP_EVERY;
      this.#counters.sweep(nowMs);
    }
    const { primed, rules } = request;
    const standings = this.#counters.held(rules, nowMs);
    const unprimed: BudgetRule[] = [];
    for (const standing of standings) {
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
    for (const held of this.#counters.held(lease.rules, nowMs)) {
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
    return this.#counters.held(rules, now).map((held) => {
      if (!("money" in held)) return stateOf(held, now);
      const used = held.money.usedBy(held.rule);
      return used === null ? null : budgetState(held.rule, used, now);
    });
  }

  setSpend(counter: string, spentNanoUsd: bigint | null): void {
    this.#counters.budget(counter)?.set(spentNanoUsd);
  }

  erase(kind: string, id: string): number {
    return this.#counters.erase(kind, id);
  }

  spent(counter: string): bigint | null {
    return this.#counters.budget(counter)?.known() ?? null;
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
    for (const held of this.#counters.held(lease.rules, this.#nowMs)) {
      if ("slots" in held) freeSlot(held.slots);
      else if ("money" in held) held.money.release(lease.costNanoUsd);
    }
  }

  /** An id that comes twice names two leases, or the first settlement would free what the second call still holds. */
  #freeId(id: string): string {
    let free = id;
    while (this.#open.has(free)) free += "~";
    return free;
  }
}

function freeSlot(slots: { held: number }): void {
  slots.held = Math.max(0, slots.held - 1);
}
