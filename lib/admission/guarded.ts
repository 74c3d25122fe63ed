/**
 * A shared store behind a circuit breaker, and what happens while it is away (`limits_on_store_outage`): `local` decides
 * in this process's memory with its share, `open` admits, `closed` refuses. Whatever was decided without the store is
 * marked `local`. When it is back, every budget that was touched meanwhile is asked of the ledger again.
 */
import type { Clock } from "../clock.ts";
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
import { type AwayListener, Breaker, inTime } from "./breaker.ts";
import { LocalShare } from "./local-share.ts";
import type { RedisAdmission } from "./redis.ts";
import { isStoreAway, StoreAwayError } from "./store-away.ts";
import type { Timers } from "./timers.ts";
import { UnsettledLeases } from "./unsettled.ts";

export type OutagePolicy = "closed" | "open" | "local";

/** What `RedisAdmission` does, whichever Redis it speaks to. */
export type SharedStore = Omit<RedisAdmission, never>;

export interface GuardedAdmissionOptions {
  readonly store: SharedStore;
  readonly policy: () => OutagePolicy;
  /** This process among those that share the store. */
  readonly instance: string;
  readonly clock: Clock;
  readonly timers: Timers;
  /** The longest that a call waits for the store; 50 unless told. */
  readonly waitMs?: number;
}

const WAIT_MS = 50;
const BEAT_MS = 2_000;
/** An instance that gave no sign for so long does not count. */
const LIFE_MS = 7_000;
const START_MS = 2_000;

export class GuardedAdmission implements AdmissionStore {
  readonly #options: GuardedAdmissionOptions;
  readonly #store: SharedStore;
  readonly #breaker: Breaker;
  readonly #local: LocalShare;
  readonly #unsettled: UnsettledLeases;
  /** Settlements under way: nobody waits for them when the store goes away. */
  readonly #settling = new Set<() => void>();
  #instances = 1;
  #cancelBeat: () => void = () => undefined;
  #closed = false;

  constructor(options: GuardedAdmissionOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#local = new LocalShare(options.clock);
    this.#unsettled = new UnsettledLeases(options.store);
    this.#breaker = new Breaker({
      timers: options.timers,
      waitMs: options.waitMs ?? WAIT_MS,
      probe: () => this.#beat(),
      recover: async () => {
        await this.#unsettled.catchUp();
        this.#local.forgetAll();
      },
      reconnect: () => this.#store.reconnect(),
    });
    this.onChange((away) => {
      if (away) for (const release of this.#settling) release();
    });
  }

  /** Whether the store does not answer now. */
  get away(): boolean {
    return this.#breaker.away;
  }

  /** Processes that shared the store when it last answered, and what an outage left behind. */
  get figures(): { readonly instances: number; readonly waiting: number; readonly dropped: number } {
    return { instances: this.#instances, ...this.#unsettled.figures };
  }

  /** Tells when the store goes away (and why) and when it is back. @returns stops it */
  onChange(listener: AwayListener): () => void {
    return this.#breaker.onChange(listener);
  }

  /** Makes contact; returns when the store answers, or is found to be away after two seconds. Signs of life follow. */
  async start(): Promise<void> {
    const { timers, waitMs = WAIT_MS } = this.#options;
    let late = false;
    const cancel = timers.after(START_MS, () => {
      late = true;
    });
    let fault: unknown = null;
    do {
      try {
        // Opens nothing when it fails: the connection is only being made.
        await inTime(timers, waitMs, () => this.#beat());
        fault = null;
        break;
      } catch (error) {
        fault = error;
        await new Promise<void>((resolve) => void timers.after(20, resolve));
      }
    } while (!late);
    cancel();
    if (fault !== null) this.#breaker.open(fault);
    this.#scheduleBeat();
  }

  async take(request: TakeRequest): Promise<Verdict> {
    if (this.#breaker.away) return this.#takeAlone(request);
    try {
      return await this.#breaker.call(
        () => this.#store.take(request),
        (verdict) => this.#release(verdict, request.nowMs),
      );
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      return this.#takeAlone(request);
    }
  }

  settle(lease: Lease, actual: Settlement): readonly BudgetRule[] | Promise<readonly BudgetRule[]> {
    if (lease.local) {
      this.#unsettled.touch(lease.rules);
      return this.#local.settle(lease, actual);
    }
    if (this.#breaker.away) {
      this.#unsettled.add(lease, actual);
      return [];
    }
    return new Promise((resolve) => {
      const release = () => resolve([]);
      this.#settling.add(release);
      this.#unsettled
        .settle(lease, actual)
        .then(resolve, (error: unknown) => {
          // It is kept, and sent when the store is back; or the store cannot digest it, and its lease frees itself.
          if (isStoreAway(error)) this.#breaker.open(error);
          resolve([]);
        })
        .finally(() => this.#settling.delete(release));
    });
  }

  async renew(nowMs: number, leaseTtlMs: number): Promise<void> {
    this.#local.renew(nowMs, leaseTtlMs);
    await this.#ask(() => this.#store.renew(nowMs, leaseTtlMs));
  }

  async look(rules: readonly Rule[], nowMs: number): Promise<readonly (RuleState | null)[]> {
    const shared = await this.#ask(() => this.#store.look(rules));
    if (shared !== null) return shared;
    if (this.#options.policy() !== "local") return rules.map(() => null);
    return this.#local.look(rules, nowMs, this.#instances);
  }

  async setSpend(counter: string, spentNanoUsd: bigint | null): Promise<void> {
    this.#local.forget(counter);
    const done = await this.#ask(async () => {
      await this.#store.setSpend(counter, spentNanoUsd);
      return true;
    });
    if (done === null) this.#unsettled.touchCounter(counter);
  }

  /** @throws StoreAwayError while the store does not answer: it would keep what nobody removed */
  async erase(kind: string, id: string): Promise<number> {
    return this.#local.erase(kind, id) + (await this.#store.erase(kind, id));
  }

  /** Spend as the store has it; null as well while it is away. */
  spent(counter: string): Promise<bigint | null> {
    return this.#ask(() => this.#store.spent(counter));
  }

  /** Signs off and closes the store. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelBeat();
    await this.#ask(() => this.#store.beat(this.#options.instance, LIFE_MS, true));
    this.#breaker.close();
    await this.#store.close();
  }

  #takeAlone(request: TakeRequest): Verdict {
    const policy = this.#options.policy();
    if (policy === "closed")
      throw new StoreAwayError(
        "the store of limits does not answer, and limits_on_store_outage is closed: no call is admitted without it",
      );
    if (policy === "local") {
      const verdict = this.#local.take(request, this.#instances);
      if (verdict.kind === "admitted") this.#unsettled.touch(request.rules);
      return verdict;
    }
    this.#unsettled.touch(request.rules);
    const { costNanoUsd, leaseId, nowMs, rules, tokens } = request;
    const lease: Lease = { id: leaseId, rules, takenAtMs: nowMs, tokens, costNanoUsd, local: true };
    return { kind: "admitted", states: [], lease, local: true };
  }

  /** What the store says, null when it does not in time. */
  async #ask<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#breaker.away) return null;
    try {
      return await this.#breaker.call(work);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      return null;
    }
  }

  /** The store admitted a call after it was decided elsewhere: what it took is given back. */
  #release(verdict: Verdict, nowMs: number): void {
    if (verdict.kind !== "admitted") return;
    const nothing: Settlement = { nowMs, tokens: 0, costNanoUsd: 0n };
    this.#unsettled.settle(verdict.lease, nothing).catch(() => {
      // Kept for later, like any settlement; the lease frees itself at the latest.
    });
  }

  async #beat(): Promise<void> {
    this.#instances = Math.max(1, await this.#store.beat(this.#options.instance, LIFE_MS));
  }

  #scheduleBeat(): void {
    if (this.#closed) return;
    this.#cancelBeat = this.#options.timers.after(BEAT_MS, () => void this.#upkeep());
  }

  async #upkeep(): Promise<void> {
    await this.#ask(() => this.#beat());
    if (!this.#breaker.away)
      await this.#unsettled.tidy().catch((error: unknown) => this.#breaker.open(error));
    this.#scheduleBeat();
  }
}
