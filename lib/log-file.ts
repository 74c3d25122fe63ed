/**
 * A log file as a pino destination: rotated by size, reopened on SIGHUP or when logrotate moved it away. Lines are
 * gathered while a write is under way. When the disk fails, logging stops, not the gateway: it is said once on stderr,
 * tried again, and the lost lines are counted.
 */
import { writeSync } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { messageOf, systemErrorCode } from "./node/start-error.ts";

export interface LogFileOptions {
  readonly path: string;
  /** Size at which the file is set aside as `path.1`. */
  readonly maxBytes?: number;
  /** How many files set aside are kept. */
  readonly keep?: number;
  readonly now?: () => number;
  /** Takes the one message about a failing file. */
  readonly report?: (message: string) => void;
}

export interface LogFile {
  /** Takes one line with its newline; never throws, never blocks. */
  write(line: string): void;
  /** Opens the path anew before the next line. */
  reopen(): void;
  /** Resolves when everything taken so far is in the file (or lost). */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const mostPendingChars = 16_000_000;
const retryMs = 1_000;
const lookMs = 1_000;

/** Opens the file with the first line, mode 0600. */
export function openLogFile(options: LogFileOptions): LogFile {
  const { path, maxBytes = 100_000_000, keep = 5, now = Date.now } = options;
  const report = options.report ?? ((message: string) => void process.stderr.write(`${message}\n`));
  let pending: string[] = [];
  let pendingChars = 0;
  let lostLines = 0;
  let handle: FileHandle | null = null;
  let size = 0;
  let wantsReopen = false;
  let lookedAtMs = 0;
  let failedAtMs: number | null = null;
  let draining: Promise<void> | null = null;
  let closed = false;

  function write(line: string): void {
    if (closed || pendingChars > mostPendingChars) {
      lostLines += 1;
      return;
    }
    pending.push(line);
    pendingChars += line.length;
    draining ??= drain();
  }

  async function drain(): Promise<void> {
    await null; // lines written in this turn of the loop share one write
    while (pending.length > 0) {
      const lines = pending;
      pending = [];
      pendingChars = 0;
      await put(lines);
    }
    draining = null;
  }

  async function put(lines: readonly string[]): Promise<void> {
    if (failedAtMs !== null && now() - failedAtMs < retryMs) {
      lostLines += lines.length;
      return;
    }
    try {
      const file = await ready();
      const lost = lostLines;
      const note = { level: 50, time: now(), msg: `${lost} log lines were lost` };
      const bytes = Buffer.from((lost > 0 ? `${JSON.stringify(note)}\n` : "") + lines.join(""));
      await writeAll(file, bytes);
      size += bytes.length;
      lostLines -= lost; // more may have been lost meanwhile
      failedAtMs = null;
    } catch (error) {
      lostLines += lines.length;
      if (failedAtMs === null)
        report(`log file ${path} cannot be written: ${messageOf(error)}. Lines are dropped until it can be.`);
      failedAtMs = now();
      wantsReopen = true;
    }
  }

  /** The open file; rotated, or opened anew, where that is due. */
  async function ready(): Promise<FileHandle> {
    if (handle !== null && !wantsReopen && now() - lookedAtMs >= lookMs) {
      wantsReopen = await wasMoved(handle, path);
      lookedAtMs = now();
    }
    if (handle !== null && wantsReopen) await shut();
    wantsReopen = false;
    handle ??= await openHere();
    if (size >= maxBytes) {
      await shut();
      await setAside(path, keep);
      handle = await openHere();
    }
    return handle;
  }

  async function openHere(): Promise<FileHandle> {
    const file = await open(path, "a", 0o600);
    size = (await file.stat()).size;
    lookedAtMs = now();
    return file;
  }

  async function shut(): Promise<void> {
    const old = handle;
    handle = null;
    await old?.close();
  }

  async function flush(): Promise<void> {
    while (draining !== null) await draining;
  }

  function reopen(): void {
    wantsReopen = true;
  }

  /** At the very end of the process only the synchronous way is left. */
  function writeRest(): void {
    if (handle === null || pending.length === 0) return;
    try {
      writeSync(handle.fd, pending.join(""));
      pending = [];
    } catch (error) {
      report(`log file ${path}: the last ${pending.length} lines are lost: ${messageOf(error)}`);
    }
  }

  process.on("SIGHUP", reopen);
  process.once("exit", writeRest);
  return {
    write,
    reopen,
    flush,
    async close() {
      closed = true;
      process.off("SIGHUP", reopen);
      process.off("exit", writeRest);
      await flush();
      await shut();
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; ) from += (await file.write(bytes, from)).bytesWritten;
}

/** True when the path no longer leads to the open file. */
async function wasMoved(file: FileHandle, path: string): Promise<boolean> {
  const here = await file.stat();
  try {
    const there = await stat(path);
    return there.ino !== here.ino || there.dev !== here.dev;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return true;
    throw error;
  }
}

/** path.4 -> path.5, ..., path -> path.1; the oldest is removed. */
async function setAside(path: string, keep: number): Promise<void> {
  if (keep === 0) return rm(path, { force: true });
  for (let n = keep; n >= 1; n -= 1) {
    try {
      await rename(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`);
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
  }
}
