/** Over a database outage: while rows wait in the journal it asks whether the database is back, and then gives them to it. */
import { type ReplayTools, replayFiles } from "./replay.ts";

const PROBE_MS = 500;

export class Bridge {
  readonly #tools: ReplayTools;
  #timer: NodeJS.Timeout | null = null;
  #crossing: Promise<void> | null = null;
  #loaded = false;
  #closed = false;

  constructor(tools: ReplayTools) {
    this.#tools = tools;
  }

  /** Rows wait in the journal. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Says that rows wait in the journal. */
  carries(): void {
    this.#loaded = true;
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.cross().catch((error: unknown) => {
        this.#tools.log.warn({ err: error }, "database still away");
        this.carries();
      });
    }, PROBE_MS);
    this.#timer.unref();
  }

  /** Resolves when the database answers and has every row that waited. @throws what says that it is away */
  cross(): Promise<void> {
    this.#crossing ??= this.#cross().finally(() => {
      this.#crossing = null;
    });
    return this.#crossing;
  }

  /** No more probing; what waits in the journal is replayed at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await Promise.allSettled([this.#crossing]);
  }

  async #cross(): Promise<void> {
    const { health, journal, log, sql } = this.#tools;
    await health.run(() => sql`select 1`);
    if (!journal || !this.#loaded) return;
    // Rows that come during the replay set it again.
    this.#loaded = false;
    try {
      const replayed = await replayFiles(this.#tools, await journal.seal());
      if (replayed > 0) log.info({ calls: replayed }, "database back: journal replayed");
    } catch (error) {
      this.#loaded = true;
      throw error;
    }
  }
}
