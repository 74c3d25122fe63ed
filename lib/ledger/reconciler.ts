/**
 * Holds the counters that decide against the ledger that knows. Calls that are just settling make the two differ for a
 * moment; a difference that stands still over several passes is a drift: the counter is asked of the ledger anew and an
 * alert says by how much it was off.
 */
import type { Sql } from "#db/client.ts";
import type { AdmissionStore, BudgetRule, Rule } from "#lib/admission/admission.ts";
import { ledgerSpend } from "#lib/admission/prime.ts";
import { raiseAlert } from "#lib/alerts/alerts.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { formatUsd } from "../money.ts";
import type { Ledger } from "./ledger.ts";

export interface ReconcilerOptions {
  readonly sql: Sql;
  readonly ledger: Ledger;
  readonly admission: AdmissionStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often a difference must be seen, unchanged, to be a drift. */
const PASSES = 3;
const MOST_WATCHED = 20_000;

interface Watched {
  readonly rule: BudgetRule;
  /** Counter less ledger, at the last pass. */
  readonly difference: bigint;
  readonly seen: number;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  #watched = new Map<string, Watched>();
  /** A rule is one object from call to call: most calls have nothing new. */
  #known = new WeakSet<BudgetRule>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Notes the budgets that a call has moved. */
  watch(rules: readonly Rule[]): void {
    for (const rule of rules) {
      if (rule.metric !== "budget" || this.#known.has(rule)) continue;
      this.#known.add(rule);
      if (this.#watched.size >= MOST_WATCHED) continue;
      const known = this.#watched.get(rule.counter);
      if (known?.rule.periodStartMs !== rule.periodStartMs)
        this.#watched.set(rule.counter, { rule, difference: 0n, seen: 0 });
    }
  }

  /** Compares what was watched since the last pass. @returns the counters that were mended */
  async pass(): Promise<BudgetRule[]> {
    const { admission, clock, ledger, sql } = this.#options;
    const watched = this.#watched;
    this.#watched = new Map();
    this.#known = new WeakSet();
    const running = [...watched.values()].filter(({ rule }) => (rule.periodEndMs ?? Infinity) > clock.now());
    if (running.length === 0) return [];
    await ledger.flush();
    const spent = await ledgerSpend(
      sql,
      running.map(({ rule }) => rule),
    );
    const mended: BudgetRule[] = [];
    for (const { difference: before, rule, seen: times } of running) {
      const counted = await admission.spent(rule.counter);
      const difference = counted === null ? 0n : counted - (spent.get(rule.counter) ?? 0n);
      if (difference === 0n) continue;
      const seen = difference === before ? times + 1 : 1;
      if (seen < PASSES) {
        this.#watched.set(rule.counter, { rule, difference, seen });
        continue;
      }
      await this.#mend(rule, difference);
      mended.push(rule);
    }
    return mended;
  }

  async #mend(rule: BudgetRule, difference: bigint): Promise<void> {
    const { admission, clock } = this.#options;
    await admission.setSpend(rule.counter, null);
    const off = formatUsd(difference < 0n ? -difference : difference);
    const way = difference < 0n ? "too little" : "too much";
    await raiseAlert(this.#options, {
      kind: "counter_drift",
      subject: rule.subject,
      cause: `${rule.counter} ${clock.now()}`,
      message: `counter of ${rule.id} of ${rule.subject.kind} "${rule.subject.name}" had counted $${off} ${way}: read from the ledger again`,
      data: { rule: rule.id, off_usd: off, way },
    });
  }
}
