/**
 * Secret hash -> caller, cached. A change on this instance drops its entry before the change's answer leaves; other
 * instances hear of it by NOTIFY. While the database is away, cached callers go on for a bounded grace; unknown ones get
 * 503 and never a false 401.
 */

import type { Sql } from "#db/client.ts";
import { findCaller } from "#db/queries/callers.ts";
import type { Clock } from "../clock.ts";
import { type DatabaseHealth, isAway } from "../database-health.ts";
import { GatewayError } from "../errors.ts";
import type { Caller } from "./caller.ts";
import { toCaller } from "./subject-policy.ts";

interface Entry {
  /** Null: no such key. */
  readonly caller: Caller | null;
  readonly loadedMs: number;
}

export interface LookupOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly health: DatabaseHealth;
  /** How long an entry serves: long while NOTIFY is heard, a few seconds where it is not (serverless). */
  readonly ttlMs: () => number;
  /** How long cached callers go on without a database; 0: not at all. */
  readonly outageGraceMs: () => number;
}

/** What a change touched. */
export interface Touched {
  readonly keyId?: string;
  readonly userId?: string;
  readonly teamId?: string;
  readonly budgetId?: string;
}

const MOST_ENTRIES = 50_000;
/** An unknown key is remembered briefly: long enough against hammering, short enough for a key made elsewhere. */
const UNKNOWN_TTL_MS = 1_000;

export class CallerLookup {
  readonly #options: LookupOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<Caller | null>>();
  /** Grows with every change, so that a load that began before one is not kept. */
  #epoch = 0;

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  /** The caller with this secret hash if it is cached and fresh, or if its grace lasts without a database; else null. */
  cached(secretHash: string): Caller | null {
    const entry = this.#entries.get(secretHash);
    if (!entry?.caller) return null;
    // The ledger probes a database that is away; calls need not each wait for it.
    const serves = this.#options.health.away ? this.#inGrace() : this.#ageMs(entry) < this.#options.ttlMs();
    return serves ? entry.caller : null;
  }

  /** The caller with this secret hash, null when there is none. @throws GatewayError no_db_connection */
  find(secretHash: string): Caller | null | Promise<Caller | null> {
    const known = this.cached(secretHash);
    if (known) return known;
    const entry = this.#entries.get(secretHash);
    if (entry?.caller === null && !this.#options.health.away && this.#ageMs(entry) < UNKNOWN_TTL_MS)
      return null;
    const running = this.#loading.get(secretHash);
    if (running !== undefined) return running;
    const load = this.#load(secretHash, entry).finally(() => {
      if (this.#loading.get(secretHash) === load) this.#loading.delete(secretHash);
    });
    this.#loading.set(secretHash, load);
    return load;
  }

  /**
   * Drops what a change touched: by key id, by an owner's id, or by a tier's. `all`: nobody knows what was missed, so every entry is
   * asked for again; without a database they still serve for the grace, or a second outage soon after one would stop all.
   */
  forget(change: Touched | "all"): void {
    this.#epoch += 1;
    // A load under way may have read what was before the change: calls from now on make their own.
    this.#loading.clear();
    if (change === "all") {
      for (const [hash, { caller }] of this.#entries) {
        if (caller) this.#entries.set(hash, { caller, loadedMs: -Infinity });
        else this.#entries.delete(hash);
      }
      return;
    }
    for (const [hash, { caller }] of this.#entries) {
      const hit =
        caller === null ||
        (change.keyId !== undefined && caller.keyId === change.keyId) ||
        (change.userId !== undefined && caller.userId === change.userId) ||
        (change.teamId !== undefined && caller.teamId === change.teamId) ||
        (change.budgetId !== undefined && caller.tierIds.includes(change.budgetId));
      if (hit) this.#entries.delete(hash);
    }
  }

  async #load(secretHash: string, stale: Entry | undefined): Promise<Caller | null> {
    const { clock, health, sql } = this.#options;
    const epoch = this.#epoch;
    try {
      const row = await health.run(() => findCaller(sql, secretHash));
      const caller = row ? toCaller(row) : null;
      if (epoch === this.#epoch) this.#keep(secretHash, { caller, loadedMs: clock.now() });
      return caller;
    } catch (error) {
      if (!isAway(error)) throw error;
      if (stale?.caller && this.#inGrace()) return stale.caller;
      throw new GatewayError(
        "no_db_connection",
        "The gateway cannot reach its database to check this key. Try again shortly.",
        {
          cause: error,
          headers: { "retry-after": "5" },
        },
      );
    }
  }

  #ageMs(entry: Entry): number {
    return this.#options.clock.now() - entry.loadedMs;
  }

  #inGrace(): boolean {
    const { clock, health, outageGraceMs } = this.#options;
    return health.away && health.awayMs(clock.now()) < outageGraceMs();
  }

  #keep(secretHash: string, entry: Entry): void {
    this.#entries.delete(secretHash);
    if (this.#entries.size >= MOST_ENTRIES) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(secretHash, entry);
  }
}
