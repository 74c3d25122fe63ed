/**
 * The ledger: every call's record, started -> settled, in group commits. A flush starts at once when none is under way
 * and gathers while one is, so a lone call waits for one commit and a thousand calls share one. Database away: rows go
 * to the journal (fsync) and are replayed, exactly once, when it is back.
 */
import type { Sql } from "#db/client.ts";
import { interruptedRows, settleRows, startRows } from "#db/queries/ledger.ts";
import { type DatabaseHealth, isAway } from "../database-health.ts";
import type { Log } from "../log.ts";
import { batchOf, type SettledRow, settledRow, toLine } from "./batch.ts";
import { Bridge } from "./bridge.ts";
import type { Journal } from "./journal.ts";
import { OpenCalls } from "./open-calls.ts";
import { defaultRow, type Instance, type SpendRecord, toRow } from "./record.ts";
import { isDeadlock, replayFiles, SET_ASIDE } from "./replay.ts";
import { StartedCalls } from "./started-calls.ts";

export interface LedgerOptions {
  readonly sql: Sql;
  readonly health: DatabaseHealth;
  /** Null where there is no disk: then an absent database fails the call instead of bridging. */
  readonly journal: Journal | null;
  readonly instance: Instance;
  readonly acknowledge: () => "commit" | "journal";
  readonly log: Log;
}

interface Pending {
  readonly settled: SettledRow;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Set when the row is in the journal too. */
  readonly shipped: (() => Promise<void>) | null;
}

const MOST_ROWS = 1000;
/** How long journaled rows gather on their way to the database. */
const SHIP_DELAY_MS = 20;
/** How long a stop waits for calls whose connections are cut already. */
const CLOSE_MS = 5_000;
/** Records of refused calls are worth less than memory: beyond this many waiting they are counted and dropped. */
const MOST_NOTES = 20_000;

export class Ledger {
  readonly #options: LedgerOptions;
  #pending: Pending[] = [];
  readonly #started = new StartedCalls(() => this.#kick());
  #shipTimer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  /** The row enqueued last. Rows are written in order: when it is done, all before it are. */
  #last: Promise<void> = Promise.resolve();
  readonly #bridge: Bridge;
  readonly #open = new OpenCalls();
  #closed = false;
  droppedNotes = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#bridge = new Bridge(options);
  }

  /**
   * Notes that a call has begun: written within 50 ms if it is still running then, waited for by nobody.
   * @param describe makes the record; most calls end before it is asked
   */
  start(id: string, describe: () => SpendRecord): void {
    this.#open.begin(id);
    this.#started.begin(id, describe);
  }

  /** Settles a call; resolves when the record is durable. @throws when there is neither database nor journal */
  async settle(record: SpendRecord): Promise<void> {
    this.#started.end(record.id);
    try {
      await this.#settle(record);
    } finally {
      this.#open.end(record.id);
    }
  }

  async #settle(record: SpendRecord): Promise<void> {
    const settled = settledRow(record);
    const { journal, health } = this.#options;
    if (journal && health.away) {
      await journal.append(toLine(settled), true);
      this.#bridge.carries();
      return;
    }
    if (journal && this.#options.acknowledge() === "journal") {
      const shipped = await journal.append(toLine(settled), false);
      this.#enqueue(settled, shipped).catch((error: unknown) =>
        this.#options.log.error({ err: error }, "ledger flush failed"),
      );
      return;
    }
    await this.#enqueue(settled, null);
  }

  /** Records a call that was refused; not waited for. */
  note(record: SpendRecord): void {
    if (this.#pending.length >= MOST_NOTES) {
      this.droppedNotes += 1;
      return;
    }
    this.settle(record).catch((error: unknown) =>
      this.#options.log.error({ err: error }, "refused call not recorded"),
    );
  }

  /**
   * Resolves when everything settled until now is in the database, so that readers see it.
   * @throws what says that the database is away: figures without the rows in the journal would be wrong
   */
  async flush(): Promise<void> {
    const { health, sql } = this.#options;
    this.#kick();
    // Asked at once and not after the rows: a frozen database is found out by the time one deadline has passed.
    await Promise.all([Promise.allSettled([this.#last]), health.run(() => sql`select 1`)]);
    if (this.#bridge.loaded) await this.#bridge.cross();
  }

  /** Leaves no row of before on disk; those that the database refused are changed. @returns how many of these there were */
  async clear(change: (line: string) => string): Promise<number> {
    await this.flush();
    return this.#options.journal?.clear(change) ?? 0;
  }

  /** At start: replays what an earlier run left on disk, then settles its calls that were cut off. @returns counts, for the log */
  async recover(leftovers: readonly string[]): Promise<{ replayed: number; interrupted: number }> {
    const { sql, instance } = this.#options;
    const replayed = await replayFiles(this.#options, leftovers);
    const cut = await interruptedRows(sql, instance.id, instance.boot);
    return { replayed, interrupted: cut ? await settleRows(sql, defaultRow(instance), cut) : 0 };
  }

  /** Calls that run, records on their way to the database, and records on disk that wait for it. */
  standing(): { readonly inFlight: number; readonly queued: number; readonly journalWaiting: number } {
    return { inFlight: this.#open.size, queued: this.#pending.length, journalWaiting: this.#bridge.waiting };
  }

  /** Waits for calls that are just ending, flushes and stops the timers. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#started.stop();
    const left = await this.#open.untilNone(CLOSE_MS);
    if (left > 0)
      this.#options.log.warn({ calls: left }, "calls that did not end are settled at the next start");
    this.#kick();
    while (this.#flushing !== null) await this.#flushing;
    await this.#bridge.close();
    await this.#options.journal?.seal();
  }

  #enqueue(settled: SettledRow, shipped: (() => Promise<void>) | null): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#pending.push({ settled, resolve, reject, shipped });
      // A row that is in the journal is durable: it may wait for company, and its answer need not wait for its query.
      if (shipped === null || this.#pending.length >= MOST_ROWS) this.#kick();
      else this.#shipTimer ??= setTimeout(() => this.#kick(), SHIP_DELAY_MS);
    });
    this.#last = done;
    return done;
  }

  #kick(): void {
    if (this.#shipTimer) clearTimeout(this.#shipTimer);
    this.#shipTimer = null;
    this.#flushing ??= this.#run().finally(() => {
      this.#flushing = null;
      if (this.#pending.length > 0 || this.#startsDue()) this.#kick();
    });
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0 || this.#startsDue()) {
      if (this.#pending.length > 0) await this.#writeSettled(this.#pending.splice(0, MOST_ROWS));
      if (this.#startsDue()) await this.#writeStarted();
    }
  }

  #startsDue(): boolean {
    return this.#started.anyDue && !this.#options.health.away && !this.#closed;
  }

  async #writeStarted(): Promise<void> {
    const records = this.#started.take();
    const { health, instance, sql } = this.#options;
    const rows = `[${records.map((record) => toRow(record, "started")).join(",")}]`;
    try {
      await health.run(() => startRows(sql, defaultRow(instance), rows));
    } catch (error) {
      // These calls run on; they lose only the mark that would bill them after a crash.
      this.#options.log.warn({ err: error, calls: records.length }, "started calls not recorded");
    }
  }

  async #writeSettled(batch: Pending[]): Promise<void> {
    const { health, instance, sql } = this.#options;
    try {
      const rows = batchOf(batch.map(({ settled }) => settled));
      await health.run(() => settleRows(sql, defaultRow(instance), rows));
      for (const item of batch) this.#done(item);
    } catch (error) {
      if (isAway(error)) await this.#toJournal(batch, error);
      else if (isDeadlock(error)) this.#pending.unshift(...batch);
      else if (batch.length > 1) for (const item of batch) await this.#writeSettled([item]);
      else await this.#setAside(batch, error);
    }
  }

  #done(item: Pending): void {
    item.resolve();
    item
      .shipped?.()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, "journal segment not removed"));
  }

  /** The database went away under a flush: the journal takes the rows. A row that was committed after all is replayed to no effect. */
  async #toJournal(batch: readonly Pending[], cause: unknown): Promise<void> {
    const { journal, log } = this.#options;
    log.error({ err: cause, calls: batch.length }, "database away: records go to the journal");
    await Promise.all(
      batch.map(async (item) => {
        try {
          if (!journal) throw cause;
          if (!item.shipped) await journal.append(toLine(item.settled), true);
          item.resolve();
        } catch (error) {
          item.reject(error);
        }
      }),
    );
    this.#bridge.carries(batch.length);
  }

  /** One row the database refuses for what it is: kept aside on disk, so that it neither blocks the others nor is lost. */
  async #setAside(batch: readonly Pending[], cause: unknown): Promise<void> {
    const { journal, log } = this.#options;
    for (const item of batch) {
      log.error({ err: cause }, SET_ASIDE);
      try {
        if (!journal) throw cause;
        await journal.reject(toLine(item.settled));
        this.#done(item);
      } catch (error) {
        item.reject(error);
      }
    }
  }
}
