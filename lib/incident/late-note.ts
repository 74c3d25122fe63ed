/** Notes a new configuration in the database; while that is away the configuration holds all the same, and is noted later. */
import type { Config } from "../config/config.ts";
import { isAway, withDeadline } from "../database-health.ts";
import type { Log } from "../log.ts";

const ANSWER_MS = 2_000;
const AGAIN_MS = 5_000;

export class LateNote {
  readonly #write: (config: Config) => Promise<void>;
  readonly #log: Log;
  #unnoted: Config | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(write: (config: Config) => Promise<void>, log: Log) {
    this.#write = write;
    this.#log = log;
  }

  /** @throws what is no outage */
  async note(config: Config): Promise<void> {
    this.#unnoted = config;
    this.stop();
    try {
      await withDeadline(() => this.#write(config), ANSWER_MS);
      if (this.#unnoted === config) this.#unnoted = null;
    } catch (error) {
      if (!isAway(error)) throw error;
      this.#timer = setTimeout(() => void this.#again(), AGAIN_MS);
      this.#timer.unref();
    }
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #again(): Promise<void> {
    if (this.#unnoted === null) return;
    await this.note(this.#unnoted).catch((error: unknown) =>
      this.#log.warn({ err: error }, "the configured master key was not noted"),
    );
  }
}
