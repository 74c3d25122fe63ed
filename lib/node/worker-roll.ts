/** Who serves now, in the data folder, for `shin workers`. */
import { rename, rm, writeFile } from "node:fs/promises";
import type { RunningWorker } from "./worker-pool.ts";

/** Its name in the data folder. */
export const ROLL = "workers.json";

interface Roll {
  /** The first process. */
  readonly pid: number;
  readonly restarts: number;
  readonly workers: readonly { readonly number: number; readonly pid: number; readonly since: string }[];
}

/** Writes the list anew whenever a worker comes or goes, and removes it at the end. */
export function keepRoll(file: string, onError: (error: unknown) => void) {
  let writing = Promise.resolve();
  const write = (workers: readonly RunningWorker[], restarts: number) => {
    const rows = workers.map(({ number, pid, since }) => ({ number, pid, since: since.toISOString() }));
    const roll: Roll = {
      pid: process.pid,
      restarts,
      workers: rows.sort((a, b) => a.number - b.number),
    };
    writing = writing
      .then(() => writeFile(`${file}.new`, `${JSON.stringify(roll)}\n`, { mode: 0o600 }))
      .then(() => rename(`${file}.new`, file))
      .catch(onError);
  };
  return {
    write,
    close: async () => {
      await writing;
      await rm(file, { force: true });
    },
  };
}
