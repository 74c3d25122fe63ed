/**
 * Calls that run, by their age. Most end before anyone needs to know that they began: only those that last longer than
 * a tick are handed out to be written as started. Two generations tell the age without a clock.
 */
import type { SpendRecord } from "./record.ts";

/** A call is due between one and two ticks after it began: within 50 ms. */
const TICK_MS = 25;

export class StartedCalls {
  readonly #onDue: () => void;
  #young = new Map<string, () => SpendRecord>();
  #old = new Map<string, () => SpendRecord>();
  readonly #due = new Map<string, () => SpendRecord>();
  #timer: NodeJS.Timeout | null = null;

  /** @param onDue told whenever calls have become due */
  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** @param describe makes the record, should it be asked for */
  begin(id: string, describe: () => SpendRecord): void {
    this.#young.set(id, describe);
    this.#timer ??= setTimeout(() => this.#age(), TICK_MS);
  }

  end(id: string): void {
    if (!this.#young.delete(id) && !this.#old.delete(id)) this.#due.delete(id);
  }

  get anyDue(): boolean {
    return this.#due.size > 0;
  }

  /** The records of the calls that are due; each is handed out once. */
  take(): SpendRecord[] {
    const records = [...this.#due.values()].map((describe) => describe());
    this.#due.clear();
    return records;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** What was young is old; what was old is due. */
  #age(): void {
    for (const [id, describe] of this.#old) this.#due.set(id, describe);
    this.#old = this.#young;
    this.#young = new Map();
    this.#timer = this.#old.size > 0 ? setTimeout(() => this.#age(), TICK_MS) : null;
    if (this.#due.size > 0) this.#onDue();
  }
}
