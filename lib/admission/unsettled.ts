/** What an outage leaves to be done when the shared store is back: settlements that did not reach it, and budgets to ask again. */
import type { BudgetRule, Lease, Rule, Settlement } from "./admission.ts";
import type { RedisAdmission } from "./redis.ts";
import { isStoreAway } from "./store-away.ts";

interface Unsettled {
  readonly lease: Lease;
  readonly actual: Settlement;
  readonly tries: number;
}

/** A lease frees itself in the end, and its budgets are asked of the ledger: a settlement is not worth more than this. */
const TRIES = 3;
const KEPT = 50_000;
const FORGET_AT_ONCE = 500;

export class UnsettledLeases {
  readonly #store: Pick<RedisAdmission, "settle" | "forget">;
  #waiting: Unsettled[] = [];
  #dropped = 0;
  /** Budgets whose counter in the store is not to be trusted, and those that are told so a second time. */
  #touched = new Set<string>();
  #again = new Set<string>();

  constructor(store: Pick<RedisAdmission, "settle" | "forget">) {
    this.#store = store;
  }

  /** Settlements that wait, and those given up since the start. */
  get figures(): { readonly waiting: number; readonly dropped: number } {
    return { waiting: this.#waiting.length, dropped: this.#dropped };
  }

  touch(rules: readonly Rule[]): void {
    for (const rule of rules) if (rule.metric === "budget") this.#touched.add(rule.counter);
  }

  touchCounter(counter: string): void {
    this.#touched.add(counter);
  }

  add(lease: Lease, actual: Settlement, tries = 1): void {
    this.touch(lease.rules);
    if (tries >= TRIES || this.#waiting.length >= KEPT) this.#dropped += 1;
    else this.#waiting.push({ lease, actual, tries });
  }

  /** Settles. @returns soft budgets that were crossed @throws StoreAwayError after it was kept for later */
  async settle(lease: Lease, actual: Settlement, tries = 1): Promise<readonly BudgetRule[]> {
    try {
      return await this.#store.settle(lease, actual);
    } catch (error) {
      // What the store cannot digest it will not digest later either: only its budgets are asked again.
      this.add(lease, actual, isStoreAway(error) ? tries : TRIES);
      throw error;
    }
  }

  /** Sends what waits, then makes every touched budget unprimed. @throws StoreAwayError; the rest is kept */
  async catchUp(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const ends = await Promise.allSettled(
      waiting.map(({ actual, lease, tries }) => this.settle(lease, actual, tries + 1)),
    );
    const failed = ends.find((end) => end.status === "rejected" && isStoreAway(end.reason));
    if (failed?.status === "rejected") throw failed.reason;
    await this.#forget(new Set([...this.#touched, ...this.#again]));
    this.#again = this.#touched;
    this.#touched = new Set();
  }

  /**
   * To be called every few seconds while the store is well. A budget is made unprimed a while after a call of the outage
   * was settled, and not at once: its record may still be on its way to the ledger.
   */
  async tidy(): Promise<void> {
    const due = this.#again;
    if (due.size + this.#touched.size === 0) return;
    await this.#forget(due);
    this.#again = this.#touched;
    this.#touched = new Set();
  }

  async #forget(counters: ReadonlySet<string>): Promise<void> {
    const all = [...counters];
    for (let i = 0; i < all.length; i += FORGET_AT_ONCE)
      await this.#store.forget(all.slice(i, i + FORGET_AT_ONCE));
  }
}
