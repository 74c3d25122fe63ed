/**
 * A circuit breaker: a call waits for the shared store so long and no longer, then everybody stops asking it until a probe
 * in the background finds it well again. So a slow store slows a few calls a little, and no call much.
 */
import { isStoreAway, StoreAwayError } from "./store-away.ts";
import type { Timers } from "./timers.ts";

export interface BreakerOptions {
  readonly timers: Timers;
  /** The longest that a call waits. */
  readonly waitMs: number;
  /** Asks the store for a sign of life. */
  readonly probe: () => Promise<void>;
  /** What must be done before calls go to the store again; when it fails the store is still away. */
  readonly recover: () => Promise<void>;
  /** The connection may be dead: several probes had no answer. */
  readonly reconnect: () => void;
}

export type AwayListener = (away: boolean, cause: unknown) => void;

const FIRST_PROBE_MS = 100;
const SLOWEST_PROBE_MS = 5_000;
const PROBES_A_CONNECTION = 4;

export class Breaker {
  readonly #options: BreakerOptions;
  readonly #listeners = new Set<AwayListener>();
  #away = false;
  #closed = false;
  #probes = 0;
  #cancelProbe: () => void = () => undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get away(): boolean {
    return this.#away;
  }

  /** Tells when the store goes away and when it is back. @returns stops it */
  onChange(listener: AwayListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * What the store answers, if it does in time.
   * @param late gets an answer that nobody waits for any more
   * @throws StoreAwayError at once while the store is away, else after at most `waitMs`
   */
  call<T>(work: () => Promise<T>, late?: (value: T) => void): Promise<T> {
    if (this.#away) return Promise.reject(new StoreAwayError("the admission store is away"));
    const { timers, waitMs } = this.#options;
    return inTime(timers, waitMs, work, late).catch((error: unknown) => {
      if (isStoreAway(error)) this.open(error);
      throw error;
    });
  }

  /** From now on nobody waits for the store. */
  open(cause: unknown): void {
    if (this.#away || this.#closed) return;
    this.#away = true;
    this.#probes = 0;
    for (const listener of this.#listeners) listener(true, cause);
    this.#scheduleProbe();
  }

  close(): void {
    this.#closed = true;
    this.#cancelProbe();
  }

  #scheduleProbe(): void {
    if (this.#closed) return;
    const delayMs = Math.min(SLOWEST_PROBE_MS, FIRST_PROBE_MS * 2 ** this.#probes);
    this.#cancelProbe = this.#options.timers.after(delayMs, () => {
      this.#probe().catch(() => {
        // Still away: the next probe asks again, and the listeners know already.
        this.#probes += 1;
        if (this.#probes % PROBES_A_CONNECTION === 0 && !this.#closed) this.#options.reconnect();
        this.#scheduleProbe();
      });
    });
  }

  async #probe(): Promise<void> {
    const { probe, recover, timers, waitMs } = this.#options;
    await inTime(timers, waitMs, probe);
    await recover();
    if (this.#closed) return;
    this.#away = false;
    for (const listener of this.#listeners) listener(false, null);
  }
}

/**
 * What work answers, if it does in time.
 * @param late gets an answer that nobody waits for any more
 * @throws StoreAwayError after `waitMs`, and whatever the work throws
 */
export function inTime<T>(
  timers: Timers,
  waitMs: number,
  work: () => Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const cancel = timers.after(waitMs, () => {
      over = true;
      reject(new StoreAwayError(`the admission store did not answer within ${waitMs} ms`));
    });
    work().then(
      (value) => {
        if (over) return late?.(value);
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        // After the time is over this only confirms what was decided then.
        cancel();
        reject(error);
      },
    );
  });
}
