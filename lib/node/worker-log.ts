/**
 * A worker's log: its lines go to the first process, which alone writes them out. Several writers on one pipe cut each
 * other's lines, and on one file they would rotate it away under each other.
 */
import { createLog, type LogOptions, type OpenedLog } from "../log.ts";

/** Sends lines on their way; calls back when they are out of this process, or lost with the other one. */
export type SendLines = (lines: string, done: () => void) => void;

/** Beyond this the first process does not keep up, and memory is worth more than lines. */
const MOST_PENDING_CHARS = 16_000_000;
const FLUSH_MS = 1_000;

export function openWorkerLog(
  options: Pick<LogOptions, "level" | "json" | "color">,
  send: SendLines,
): Pick<OpenedLog, "log" | "close"> {
  let pendingChars = 0;
  let lostLines = 0;
  let idle: (() => void)[] = [];
  const write = (lines: string) => {
    if (pendingChars > MOST_PENDING_CHARS) {
      lostLines += lines.split("\n").length - 1;
      return;
    }
    pendingChars += lines.length;
    send(lines, () => {
      pendingChars -= lines.length;
      if (pendingChars > 0) return;
      for (const resolve of idle) resolve();
      idle = [];
      if (lostLines > 0) reportLost();
    });
  };
  const log = createLog({ ...options, destination: { write } });
  const reportLost = () => {
    const lines = lostLines;
    lostLines = 0;
    log.error({ lines }, "log lines were lost: the first process did not keep up");
  };
  return {
    log,
    close: async () => {
      log.flushLines();
      if (pendingChars === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FLUSH_MS);
        idle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
