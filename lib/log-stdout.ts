/**
 * Standard output as a pino destination that neither blocks nor throws. A reader that is slow is waited for up to a
 * bound, then lines are lost; one that is gone ends the logging, not the gateway.
 */
import { write } from "node:fs";

export interface StdoutLog {
  write(line: string): void;
  /** Resolves when everything taken so far is out or lost; at most after a second. */
  flush(): Promise<void>;
}

const MOST_PENDING_CHARS = 16_000_000;
const RETRY_MS = 20;
const FLUSH_MS = 1_000;

/** @param fd where lines go; 1 is standard output */
export function openStdoutLog(fd = 1): StdoutLog {
  let pending = "";
  let writing = Buffer.alloc(0);
  let gone = false;
  let idle: (() => void)[] = [];

  function settle(): void {
    for (const resolve of idle) resolve();
    idle = [];
  }

  function next(): void {
    if (writing.length === 0) {
      writing = Buffer.from(pending);
      pending = "";
    }
    if (writing.length === 0 || gone) {
      settle();
      return;
    }
    write(fd, writing, (error, written) => {
      if (error?.code === "EAGAIN") return void setTimeout(next, RETRY_MS).unref();
      if (error) gone = true;
      else writing = writing.subarray(written);
      next();
    });
  }

  return {
    write: (line) => {
      if (gone || pending.length > MOST_PENDING_CHARS) return;
      const busy = pending !== "" || writing.length > 0;
      pending += line;
      // The turn of the event loop gathers what else comes in it.
      if (!busy) setImmediate(next);
    },
    flush: () =>
      new Promise((resolve) => {
        if (gone || (pending === "" && writing.length === 0)) return resolve();
        const timer = setTimeout(resolve, FLUSH_MS);
        idle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
