/** Small work that comes round: each chore by its own beat, never twice at a time, and a failure of one stops none. */
import { isAway } from "./database-health.ts";
import type { Log } from "./log.ts";

export interface Chore {
  /** Completes "... failed". */
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/** @returns ends them; one that runs is not waited for */
export function startChores(chores: readonly Chore[], log: Log): () => void {
  const timers = chores.map((chore) => {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      chore
        .run()
        // That the database is away is told once, by whoever watches it.
        .catch((error: unknown) => isAway(error) || log.warn({ err: error }, `${chore.name} failed`))
        .finally(() => {
          running = false;
        });
    }, chore.everyMs);
    timer.unref();
    return timer;
  });
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
