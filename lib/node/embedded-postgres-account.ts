/**
 * Which account the embedded Postgres runs under. Postgres refuses to run as root, so a gateway started as root runs
 * it as an unprivileged account, and then everything it needs must be reachable for that account.
 */
import { spawn } from "node:child_process";
import { chmod, chown, readFile, stat } from "node:fs/promises";
import { StartError, systemErrorCode } from "./start-error.ts";

/** Account of the server process; null means our own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` where the account list does not name one. */
const nobody: Account = { uid: 65534, gid: 65534 };

/**
 * Chooses the account: null unless we are root; else the owner of the first of `folders` that exists, is not root's and
 * has a name (an existing cluster first: Postgres insists on its owner), else an account called `shin`, else `nobody`.
 */
export async function chooseAccount(folders: readonly string[]): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = await readAccounts();
  for (const folder of folders) {
    try {
      const { uid } = await stat(folder);
      const owner = uid === 0 ? undefined : accounts.find((account) => account.uid === uid);
      if (owner !== undefined) return owner;
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
  }
  return (
    accounts.find(({ name }) => name === "shin") ?? accounts.find(({ name }) => name === "nobody") ?? nobody
  );
}

async function readAccounts(): Promise<readonly (Account & { readonly name: string })[]> {
  let text: string;
  try {
    text = await readFile("/etc/passwd", "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return []; // a container without an account list
    throw error;
  }
  const lines = text.split("\n").map((line) => line.split(":"));
  const accounts = lines.map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  return accounts.filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid) && uid > 0);
}

/** Gives a folder of ours to the account and closes it to everybody else. */
export async function giveTo(path: string, account: Account | null): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
  await chmod(path, 0o700);
}

/** Lets the account walk through our data folder by its group, and see nothing in it. */
export async function letThrough(folder: string, account: Account): Promise<void> {
  const { uid, mode } = await stat(folder);
  if (uid === account.uid || (mode & 0o001) !== 0) return;
  await chown(folder, uid, account.gid);
  await chmod(folder, (mode & 0o700) | 0o010);
}

/** True when the account can walk to `folder`. Asked of the kernel by trying: modes alone miss ACLs and mount flags. */
export async function canReach(folder: string, account: Account | null): Promise<boolean> {
  if (account === null) return true;
  const { code } = await runAs(account, "/bin/sh", ["-c", 'cd -- "$0"', folder], "/");
  return code === 0;
}

export interface RunResult {
  /** Exit code; null when ended by a signal. */
  readonly code: number | null;
  /** What it wrote to both outputs. */
  readonly output: string;
}

/**
 * Runs a program to its end as the account, with a bare environment: provider keys have no business in there.
 * Rejects with the system error when it cannot be started.
 */
export function runAs(
  account: Account | null,
  file: string,
  args: readonly string[],
  cwd: string,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
      cwd,
      env: serverEnvironment,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let output = "";
    const take = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", (error) => reject(explainSpawn(error, account)));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** Messages in English, times in UTC, and nothing of ours. */
export const serverEnvironment: NodeJS.ProcessEnv = {
  LC_ALL: "C",
  LANG: "C",
  TZ: "UTC",
  NODE_ENV: "production",
};

function explainSpawn(error: Error, account: Account | null): Error {
  const code = systemErrorCode(error);
  if (account === null || (code !== "EPERM" && code !== "EINVAL")) return error;
  return new StartError(
    "database_failed",
    `this root account may not start programs as uid ${account.uid} (${code})`,
    {
      advice: "Start shin as an ordinary user, or set DATABASE_URL.",
      cause: error,
    },
  );
}
