/**
 * The folder of the database's unix socket. Its mode 0700 is the database's only door, so it is never shared and never
 * taken over from somebody else. A socket path holds 107 bytes at most; deep data folders get a short one elsewhere.
 */
import { createHash } from "node:crypto";
import { lstat, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, giveTo } from "./embedded-postgres-account.ts";
import { systemErrorCode } from "./start-error.ts";

/** On a unix socket the port is only part of the file's name. */
export const socketPort = 5432;

const socketName = `.s.PGSQL.${socketPort}`;

const longestPathBytes = process.platform === "linux" ? 107 : 103;

/** True when a socket in `folder` has a path the system accepts. */
export function fitsSocket(folder: string): boolean {
  return Buffer.byteLength(join(folder, socketName)) <= longestPathBytes;
}

/**
 * Makes the socket folder for the database in `root`, owned by the account, mode 0700, and empties it of what a killed
 * server left. To be called only when no server of that database lives. Returns its path.
 */
export async function makeSocketFolder(root: string, account: Account | null): Promise<string> {
  const folder = await chooseFolder(root, account);
  await giveTo(folder, account);
  // Postgres would refuse to start beside a lock file whose pid exists again, or still, as a zombie.
  for (const name of [socketName, `${socketName}.lock`]) await rm(join(folder, name), { force: true });
  return folder;
}

async function chooseFolder(root: string, account: Account | null): Promise<string> {
  const inside = join(root, "socket");
  if (fitsSocket(inside)) {
    await mkdir(inside, { recursive: true, mode: 0o700 });
    return inside;
  }
  const base = process.platform === "win32" ? tmpdir() : "/tmp"; // $TMPDIR may itself be deep
  const short = join(base, `shin-${createHash("sha256").update(root).digest("hex").slice(0, 12)}`);
  try {
    await mkdir(short, { mode: 0o700 });
    return short;
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    // Anybody can put something of that name into /tmp.
    return (await isPrivate(short, account)) ? short : mkdtemp(join(base, "shin-"));
  }
}

async function isPrivate(folder: string, account: Account | null): Promise<boolean> {
  const found = await lstat(folder);
  const owners = [process.getuid?.(), account?.uid];
  return found.isDirectory() && owners.includes(found.uid) && (found.mode & 0o077) === 0;
}
