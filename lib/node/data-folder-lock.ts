/**
 * The lock that lets one gateway at a time use a data folder. A file holding who holds it; made by `link`, so it
 * appears whole or not at all. A dead holder's lock is taken over; a live one is never broken.
 *
 * Pids are comparable only within one boot and pid namespace. For a lock from elsewhere (another container on the
 * same volume, another host on a network disk) the holder proves its life by touching the file.
 */
import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { isAlive, processSpace, startTicks } from "./process-info.ts";
import { messageOf, StartError, systemErrorCode } from "./start-error.ts";

const holderSchema = z.object({
  pid: z.number().int().positive(),
  startedAt: z.string(),
  startTicks: z.number().nullable(),
  space: z.string().nullable(),
  host: z.string(),
  token: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

export interface LockOptions {
  /** Folder to lock. */
  readonly dir: string;
  /** Folder as the user wrote it, for messages. */
  readonly shownAs: string;
  readonly now: () => Date;
  /** How often the holder proves its life; a foreign lock untouched for three times as long is dead. */
  readonly heartbeatMs?: number;
}

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the lock or throws a StartError (`data_locked`) naming the holder. */
export async function lockFolder(options: LockOptions): Promise<FolderLock> {
  const heartbeatMs = options.heartbeatMs ?? 5_000;
  const file = join(options.dir, "lock");
  const guard = `${file}.takeover`;
  const own: Holder = {
    pid: process.pid,
    startedAt: options.now().toISOString(),
    startTicks: await startTicks(process.pid),
    space: await processSpace(),
    host: hostname(),
    token: randomBytes(12).toString("hex"),
  };
  const text = `${JSON.stringify(own)}\n`;

  while (!(await createWhole(file, text, own.token))) {
    const holder = await readHolder(file);
    if (holder === "gone") continue;
    if (holder !== "unreadable" && (await isHeld(holder, file, own, heartbeatMs)))
      throw locked(holder, options);
    // Only one process at a time may clear a dead lock: otherwise a slow one would clear the lock of a quick one.
    if (!(await createWhole(guard, text, own.token))) {
      const other = await readHolder(guard);
      if (other === "unreadable" || (other !== "gone" && !(await isHeld(other, guard, own, heartbeatMs)))) {
        await removeIfSame(guard, other);
      }
      await wait(5);
      continue;
    }
    try {
      const seen = await readHolder(file);
      if (seen !== "gone" && sameHolder(seen, holder)) await unlinkIfThere(file);
    } finally {
      await unlinkIfThere(guard);
    }
  }

  const beat = setInterval(() => {
    const at = options.now();
    utimes(file, at, at).catch((error: unknown) => {
      clearInterval(beat);
      process.emitWarning(
        `the lock of data ${options.shownAs} cannot be kept: ${messageOf(error)}`,
        "ShinDataFolder",
      );
    });
  }, heartbeatMs);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      const holder = await readHolder(file);
      if (typeof holder === "object" && holder.token === own.token) await unlinkIfThere(file);
    },
  };
}

/** Creates `file` with its full content in one step; false when it exists. */
async function createWhole(file: string, text: string, token: string): Promise<boolean> {
  const temporary = `${file}.${token}`;
  try {
    await writeFile(temporary, text, { mode: 0o600 });
    await link(temporary, file);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST") return false;
    // Some network and FAT file systems have no hard links; O_EXCL is the next best thing there.
    if (code === "EPERM" || code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "ENOSYS")
      return createExclusive(file, text);
    throw error;
  } finally {
    await unlinkIfThere(temporary);
  }
}

async function createExclusive(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Who holds `file`. "unreadable": not written by us whole (a full disk, an edit), so nobody can be behind it. */
async function readHolder(file: string): Promise<Holder | "gone" | "unreadable"> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "gone";
    throw error;
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return "unreadable"; // neither JSON nor a holder
  }
}

async function isHeld(holder: Holder, file: string, own: Holder, heartbeatMs: number): Promise<boolean> {
  if (holder.space === own.space && holder.host === own.host) {
    if (!(await isAlive(holder.pid))) return false;
    return holder.startTicks === null || holder.startTicks === (await startTicks(holder.pid));
  }
  // Same machine, other boot: everything from back then is dead.
  const boot = own.space?.split(" ")[0];
  if (
    holder.host === own.host &&
    boot !== undefined &&
    holder.space !== null &&
    !holder.space.startsWith(boot)
  )
    return false;
  // Elsewhere: wait for a sign of life.
  const before = await touchedMs(file);
  const deadline = performance.now() + 3 * heartbeatMs;
  while (performance.now() < deadline) {
    await wait(Math.min(250, heartbeatMs / 4));
    if ((await touchedMs(file)) !== before) return true;
  }
  return false;
}

async function touchedMs(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function sameHolder(a: Holder | "unreadable", b: Holder | "unreadable"): boolean {
  return typeof a === "object" && typeof b === "object" ? a.token === b.token : a === b;
}

/** Removes a lock whose holder is dead; by rename, so that of two removers only one acts. */
async function removeIfSame(file: string, expected: Holder | "unreadable"): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved !== "gone" && !sameHolder(moved, expected)) await link(aside, file);
  await unlinkIfThere(aside);
}

async function unlinkIfThere(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

function locked(holder: Holder, options: LockOptions): StartError {
  const since = new Date(holder.startedAt);
  const sameDay = holder.startedAt.slice(0, 10) === options.now().toISOString().slice(0, 10);
  const started = Number.isNaN(since.getTime())
    ? ""
    : `, started ${sameDay ? "" : `${since.toISOString().slice(0, 10)} `}${since.toISOString().slice(11, 16)} UTC`;
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  return new StartError(
    "data_locked",
    `data ${options.shownAs} is locked by shin pid ${holder.pid}${where}${started}`,
    {
      advice: "Stop it, or use --data ./other",
    },
  );
}

/** Wraps a file system fault of the data folder into a StartError; passes StartErrors through. */
export function folderFault(error: unknown, shownAs: string): StartError {
  const code = systemErrorCode(error);
  // 53100 is Postgres' word for it.
  if (code === "ENOSPC" || code === "EDQUOT" || code === "53100") {
    return new StartError("disk_full", `the disk that holds data ${shownAs} is full`, {
      advice: "Free some space there, or use --data with a folder on another disk.",
      cause: error,
    });
  }
  if (code === "EROFS")
    return new StartError("data_unusable", `data ${shownAs} lies on a read-only disk`, {
      advice: "Mount it writable, or use --data with a folder on another disk.",
      cause: error,
    });
  return new StartError("data_unusable", `data ${shownAs} cannot be used: ${messageOf(error)}`, {
    advice: "Make the folder writable for this user, or use --data ./other",
    cause: error,
  });
}
