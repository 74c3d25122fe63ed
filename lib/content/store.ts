/**
 * What is kept of calls, on its way to the database: gathered off the answer's path, sealed and written a batch at a time.
 * No call waits for it or fails by it. What waits is bounded; what does not fit is dropped and counted: this is no ledger.
 */
import type { Sql } from "#db/client.ts";
import { insertContents } from "#db/queries/contents.ts";
import type { AuditSealer } from "../audit/sealer.ts";
import type { Config } from "../config/config.ts";
import { type DatabaseHealth, isAway } from "../database-health.ts";
import type { Log } from "../log.ts";
import { type Content, FORMAT, sealContent } from "./envelope.ts";

export interface Draft extends Content {
  readonly recordId: string;
  readonly atMs: number;
  /** Empty: nobody's. */
  readonly userId: string;
  /** As the record names them. */
  readonly endUser: string | null;
  /** As the call named them: whoever restricted processing or was erased is known by it. */
  readonly namedEndUser: string | null;
}

export interface ContentStoreOptions {
  readonly sql: Sql;
  readonly health: DatabaseHealth;
  readonly log: Log;
  readonly config: () => Pick<Config, "encryptionKey">;
  /** Names people as erasures do. */
  readonly people: Pick<AuditSealer, "hashOf">;
}

/** How long a text may wait: a crash loses no more than this. */
const FLUSH_MS = 500;
const AWAY_MS = 2_000;
const BATCH = 50;
const MOST_WAITING = 5_000;
const MOST_WAITING_BYTES = 32 * 1024 * 1024;
const CLOSE_MS = 3_000;

export class ContentStore {
  readonly #options: ContentStoreOptions;
  #waiting: Draft[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  #stored = 0;
  #dropped = 0;

  constructor(options: ContentStoreOptions) {
    this.#options = options;
  }

  /** Takes a call's texts. Never throws, never waits. */
  put(draft: Draft): void {
    const size = sizeOf(draft);
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + size > MOST_WAITING_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(draft);
    this.#bytes += size;
    this.#plan(FLUSH_MS);
  }

  /** Counts one whose texts could not be gathered. */
  lost(error: unknown): void {
    this.#dropped += 1;
    this.#options.log.error({ err: error }, "the content of a call could not be gathered");
  }

  /** `stored` and `dropped` since the start; `waiting` now. */
  standing(): { readonly waiting: number; readonly stored: number; readonly dropped: number } {
    return { waiting: this.#waiting.length, stored: this.#stored, dropped: this.#dropped };
  }

  /** Writes what waits now; while the database is away it goes on waiting. */
  async flush(): Promise<void> {
    // What came while another flush ran may not be in it.
    if (this.#flushing !== null) await this.#flushing;
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([this.flush(), late]);
    if (this.#timer) clearTimeout(this.#timer);
    const { waiting } = this.standing();
    if (waiting > 0) this.#options.log.warn({ dropped: waiting }, "contents of calls were not written");
  }

  #plan(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, ms).unref();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      const written = await this.#insert(batch);
      if (written === null) {
        this.#plan(AWAY_MS);
        return;
      }
      this.#waiting.splice(0, batch.length);
      this.#bytes -= batch.reduce((sum, draft) => sum + sizeOf(draft), 0);
      this.#stored += written;
    }
  }

  /** @returns how many were written; null: the database is away */
  async #insert(batch: readonly Draft[]): Promise<number | null> {
    const { health, log, sql } = this.#options;
    try {
      const rows = batch.map((draft) => this.#sealed(draft));
      return await health.run(() => insertContents(sql, rows));
    } catch (error) {
      if (isAway(error)) return null;
      this.#dropped += batch.length;
      log.error({ err: error, dropped: batch.length }, "contents of calls could not be written");
      return 0;
    }
  }

  #sealed(draft: Draft) {
    const { config, people } = this.#options;
    const { atMs, endUser, namedEndUser, recordId, userId } = draft;
    const key = config().encryptionKey;
    if (key === null) throw new Error("there is no SHIN_ENCRYPTION_KEY to seal contents with");
    const named = [
      ...(userId === "" ? [] : [{ kind: "user", id: userId }]),
      ...(namedEndUser === null ? [] : [{ kind: "end_user", id: namedEndUser }]),
    ];
    return {
      ...sealContent(key, recordId, draft),
      recordId,
      at: new Date(atMs),
      userId,
      endUser,
      namedEndUser,
      hashes: named.map((person) => people.hashOf(person)),
      format: FORMAT,
    };
  }
}

/** Prompts are kept under a key or not at all. @throws in one sentence when storing is on and there is none */
export function requireContentKey({
  contents,
  encryptionKey,
}: Pick<Config, "contents" | "encryptionKey">): void {
  if (contents.stored && encryptionKey === null)
    throw new Error(
      "store_prompts_in_spend_logs is on and there is no SHIN_ENCRYPTION_KEY to encrypt prompts and answers with: set it (openssl rand -hex 32), or switch storing off.",
    );
}

/** As JavaScript holds it: two bytes a character. */
function sizeOf({ answer, request }: Content): number {
  return 2 * (request.text.length + (answer?.text.length ?? 0)) + 512;
}
