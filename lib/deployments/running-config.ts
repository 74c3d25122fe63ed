/**
 * The configuration in force: config.yaml's, and beside it the deployments that were made through the API. Readings happen
 * one after the other, so that an older one never overwrites a newer one.
 */
import { isDeepStrictEqual } from "node:util";
import type { Sql } from "#db/client.ts";
import { allStoredDeployments, type RunningRow } from "#db/queries/deployments.ts";
import type { Config } from "../config/config.ts";
import { isAway, withDeadline } from "../database-health.ts";
import type { Log } from "../log.ts";
import { deploymentOf, withStoredDeployments } from "./stored.ts";

export interface RunningConfigOptions {
  readonly sql: Sql;
  readonly log: Log;
  /** Told of each configuration that comes into force; the first is `config`. */
  readonly onChange: (config: Config) => void;
}

const RETRY_MS = 1_000;
const ANSWER_MS = 2_000;

export class RunningConfig {
  readonly #options: RunningConfigOptions;
  #own: Config;
  #rows: readonly RunningRow[] = [];
  #last: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  /** As it is in force. */
  config: Config;

  private constructor(own: Config, options: RunningConfigOptions) {
    this.#own = own;
    this.#options = options;
    this.config = own;
  }

  /** @throws when the database does not answer */
  static async open(own: Config, options: RunningConfigOptions): Promise<RunningConfig> {
    const running = new RunningConfig(own, options);
    running.#rows = await allStoredDeployments(options.sql);
    running.#combine();
    return running;
  }

  /** Puts another config.yaml in force; without the database with the stored deployments known so far. */
  apply(own: Config): Promise<void> {
    return this.#inTurn(async () => {
      this.#own = own;
      const rows = await this.#read().catch((error: unknown) => {
        if (!isAway(error)) throw error;
        this.#options.log.warn({ err: error }, "stored models are read again when the database is back");
        this.#retryLater();
        return this.#rows;
      });
      this.#put(rows);
    });
  }

  /** Reads the stored deployments anew. @throws when the database does not answer; it is tried again then */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        const rows = await this.#read();
        if (!isDeepStrictEqual(rows, this.#rows)) this.#put(rows);
      } catch (error) {
        this.#retryLater();
        throw error;
      }
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    // Whoever asked for the turn before has its error.
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }

  async #read(): Promise<readonly RunningRow[]> {
    // A frozen database must not hold up every later reading.
    return withDeadline(async () => [...(await allStoredDeployments(this.#options.sql))], ANSWER_MS);
  }

  #put(rows: readonly RunningRow[]): void {
    this.#rows = rows;
    this.#combine();
    this.#options.onChange(this.config);
  }

  #combine(): void {
    const stored = this.#rows.map((row) => deploymentOf(row, this.#own));
    for (const { id, modelGroup, unusable } of stored)
      if (unusable !== null)
        this.#options.log.warn(
          { deployment: id, model: modelGroup, reason: unusable },
          "a stored model cannot be used",
        );
    this.config = withStoredDeployments(this.#own, stored);
  }

  #retryLater(): void {
    if (this.#closed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.refresh().catch((error: unknown) =>
        this.#options.log.warn({ err: error }, "stored models could not be read, the known ones stay"),
      );
    }, RETRY_MS);
    this.#retry.unref();
  }
}
