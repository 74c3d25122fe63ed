/**
 * Rewrites log files in place of a person: line by line into a new file, which then takes the old one's name. Those who
 * write notice within a second that their file was moved and open the new one; what they still wrote to the old one
 * meanwhile is carried over.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";

/** Gives the line as it shall stand; the same text when nothing is to be changed. */
export type LineChange = (line: string) => string;
/** The same; null for a line that goes. */
export type LineRule = (line: string) => string | null;

/** Writers look once a second whether their file was moved. */
const CARRY_MS = 1_500;

/** The log file and those that rotation set aside. */
export async function logFilesOf(file: string): Promise<string[]> {
  const folder = path.dirname(file);
  const base = path.basename(file);
  const names = await readdir(folder);
  return names
    .filter(
      (name) => name === base || (name.startsWith(`${base}.`) && /^\.\d+$/.test(name.slice(base.length))),
    )
    .sort()
    .map((name) => path.join(folder, name));
}

/** How many lines would change. */
export async function countLines(file: string, change: LineRule): Promise<number> {
  let count = 0;
  for await (const line of linesOf(file)) if (change(line) !== line) count += 1;
  return count;
}

/**
 * @param live whether somebody may be writing to it
 * @param wait resolves after so many milliseconds
 * @returns how many lines were changed
 */
export async function rewriteLines(
  file: string,
  change: LineRule,
  live: boolean,
  wait: (ms: number) => Promise<void>,
): Promise<number> {
  if ((await countLines(file, change)) === 0) return 0;
  const { mode } = await stat(file);
  const fresh = `${file}.rewritten`;
  const old = await open(file, "r");
  try {
    const copied = await copyChanged(file, fresh, change, mode);
    await rename(fresh, file);
    if (!live) return copied.changed;
    await wait(CARRY_MS);
    return copied.changed + (await carryOver(old, copied.bytes, file, change));
  } finally {
    await old.close();
    await rm(fresh, { force: true });
  }
}

/** Up to the last whole line. */
async function copyChanged(from: string, to: string, change: LineRule, mode: number) {
  const out = createWriteStream(to, { mode });
  let changed = 0;
  let bytes = 0;
  for await (const line of linesOf(from)) {
    const next = change(line);
    if (next !== line) changed += 1;
    bytes += Buffer.byteLength(line) + 1;
    if (next !== null && !out.write(`${next}\n`))
      await new Promise<void>((resolve) => out.once("drain", () => resolve()));
  }
  out.end();
  await finished(out);
  return { changed, bytes };
}

/** What came to the old file after it was copied goes to the end of the new one. */
async function carryOver(old: FileHandle, from: number, to: string, change: LineRule): Promise<number> {
  const { size } = await old.stat();
  if (size <= from) return 0;
  const rest = Buffer.alloc(size - from);
  await old.read(rest, 0, rest.length, from);
  const lines = rest
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  const next = lines.map(change);
  const handle = await open(to, "a");
  try {
    await handle.write(next.flatMap((line) => (line === null ? [] : [`${line}\n`])).join(""));
  } finally {
    await handle.close();
  }
  return next.filter((line, index) => line !== lines[index]).length;
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
}
