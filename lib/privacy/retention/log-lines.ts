/**
 * Log files by age: lines that are older than request records may be go from the log file and from those that rotation set
 * aside. Lines that name somebody under a legal hold stay, as their records do.
 */
import { setTimeout } from "node:timers/promises";
import type { Held } from "#db/queries/retention.ts";
import { type LineRule, logFilesOf, rewriteLines } from "../log-files.ts";

const TIME = /"time":(?:"([^"]+)"|(\d+))/;

/** What is no line of ours, or names no time, stays: nobody could say how old it is. */
export function olderLines(before: Date, held: Held): LineRule {
  const names = [...held.users, ...held.endUsers].map((id) => JSON.stringify(id));
  return (line) => {
    const [, text, ms] = TIME.exec(line) ?? [];
    const at = text === undefined ? Number(ms ?? Number.NaN) : Date.parse(text);
    return at < before.getTime() && !names.some((name) => line.includes(name)) ? null : line;
  };
}

/** @param logFile null: the gateway writes none. @returns how many lines went; of several machines each keeps its own file */
export async function removeOldLines(logFile: string | null, before: Date, held: Held): Promise<number> {
  if (logFile === null) return 0;
  const change = olderLines(before, held);
  let count = 0;
  for (const file of await logFilesOf(logFile))
    count += await rewriteLines(file, change, file === logFile, (waitMs) => setTimeout(waitMs));
  return count;
}
