/**
 * What memory counts of one budget: spend of the running period and money that calls have reserved. The Lua texts do the
 * same with a hash; test/admission/contract holds both to it.
 */
import type { BudgetRule } from "./admission.ts";

export class BudgetCounter {
  spentNanoUsd = 0n;
  reservedNanoUsd = 0n;
  #duration: string | null = null;
  #periodStartMs: number | null = null;
  /** False until a figure of the ledger came, and after an operator's change: nobody knows what was spent. */
  #primed = false;

  /**
   * Makes the counter ready to decide on: a new period starts with nothing spent. A period older than the running one is
   * a late call's or a skewed clock's, and counts in the running one.
   * @param primed what the ledger says, if it was asked
   * @returns false when the spend is unknown: never told, dropped, or counted for another duration
   */
  open(rule: BudgetRule, primed: bigint | undefined): boolean {
    if (!this.#primed || this.#duration !== rule.duration) {
      if (primed === undefined) return false;
      this.#primed = true;
      this.#duration = rule.duration;
      this.#periodStartMs = rule.periodStartMs;
      this.spentNanoUsd = primed;
    } else if (this.#isLater(rule)) {
      this.#periodStartMs = rule.periodStartMs;
      this.spentNanoUsd = 0n;
    }
    return true;
  }

  /** Spend as a rule sees it, without changing anything; null when it is unknown. */
  usedBy(rule: BudgetRule): bigint | null {
    if (!this.#primed || this.#duration !== rule.duration) return null;
    return this.#isLater(rule) ? 0n : this.spentNanoUsd;
  }

  reserve(costNanoUsd: bigint): void {
    this.reservedNanoUsd += costNanoUsd;
  }

  release(costNanoUsd: bigint): void {
    this.reservedNanoUsd = this.reservedNanoUsd > costNanoUsd ? this.reservedNanoUsd - costNanoUsd : 0n;
  }

  /**
   * Counts what a call really cost. A call that began in another period belongs to that one.
   * @returns whether this crossed a soft budget's ceiling
   */
  spend(rule: BudgetRule, costNanoUsd: bigint): boolean {
    if (!this.#primed) return false;
    if (this.#periodStartMs !== null && this.#periodStartMs !== rule.periodStartMs) return false;
    const before = this.spentNanoUsd;
    this.spentNanoUsd += costNanoUsd;
    return rule.soft && before < rule.ceilingNanoUsd && this.spentNanoUsd >= rule.ceilingNanoUsd;
  }

  /** Spend that was set by hand; null: unknown until the ledger is asked. What is unknown stays so. */
  set(spentNanoUsd: bigint | null): void {
    if (spentNanoUsd === null) this.#primed = false;
    else if (this.#primed) this.spentNanoUsd = spentNanoUsd;
  }

  known(): bigint | null {
    return this.#primed ? this.spentNanoUsd : null;
  }

  #isLater(rule: BudgetRule): boolean {
    return (rule.periodStartMs ?? -Infinity) > (this.#periodStartMs ?? -Infinity);
  }
}
