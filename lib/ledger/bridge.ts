/** Over a database outage: while rows wait in the journal it asks whether the database is back, and then gives them to it. */
import { type ReplayTools, replayFiles } from "./replay.ts";

const PROBE_MS = 500;

export class Bridge {
  readonly #tools: ReplayTools;
  #timer: NodeJS.Timeout | null = null;
  #crossing: Promise<void> | null = null;
  /** How many rows were said to wait, and how many of those are replayed. */
  #loads = 0;
  #crossed = 0;
  #closed = false;

  constructor(tools: ReplayTools) {
    this.#tools = tools;
  }

  /** Rows wait in the journal. */
  get loaded(): boolean {
    return this.#loads > this.#crossed;
  }

  /** Rows that wait in the journal. */
  get waiting(): number {
    return this.#loads - this.#crossed;
  }

  /** Says that so many rows more wait in the journal. */
  carries(rows = 1): void {
    this.#loads += rows;
    this.#probeSoon();
  }

  #probeSoon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.cross().catch((error: unknown) => {
        this.#tools.log.warn({ err: error }, "database still away");
        this.#probeSoon();
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
    if (!journal || !this.loaded) return;
    const loads = this.#loads;
    const replayed = await replayFiles(this.#tools, await journal.seal());
    this.#crossed = loads;
    if (replayed > 0) log.info({ calls: replayed }, "database back: journal replayed");
  }
}
