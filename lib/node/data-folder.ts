/**
 * The data folder (`SHIN_DATA_DIR`): everything the gateway keeps on this machine. Private to its user, used by one
 * gateway at a time, and home of the secrets that were made because none were given.
 */
import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { folderFault, lockFolder } from "./data-folder-lock.ts";
import { isStartError, StartError, systemErrorCode } from "./start-error.ts";

export interface Secret {
  readonly value: string;
  /** Absolute path of the file that holds it. */
  readonly file: string;
  /** True when it was generated just now. */
  readonly made: boolean;
}

export interface DataFolder {
  /** Absolute path. */
  readonly path: string;
  /** Short form for messages: relative to the working folder when below it. */
  readonly shownAs: string;
  /** True when the folder did not exist or was empty of ours. */
  readonly isNew: boolean;
  /** Reads secret `name`, or makes it with `make` and keeps it in `secrets/<name>`, mode 0600. */
  secret(name: string, make: () => string): Promise<Secret>;
  /** Gives the folder free for another process. */
  close(): Promise<void>;
}

export interface DataFolderOptions {
  readonly dir: string;
  readonly now: () => Date;
  readonly heartbeatMs?: number;
}

/** Opens and locks the data folder, creating it with mode 0700. Throws a StartError when held or unusable. */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = resolve(options.dir);
  const shownAs = showPath(path);
  try {
    await makeFolder(path);
    const isNew = !(await exists(join(path, "secrets")));
    const lock = await lockFolder({ ...options, dir: path, shownAs });
    return {
      path,
      shownAs,
      isNew,
      secret: (name, make) => keepSecret(join(path, "secrets"), name, make),
      close: () => lock.release(),
    };
  } catch (error) {
    throw isStartError(error) ? error : folderFault(error, shownAs);
  }
}

/** A master key nobody can guess: `sk-` and 43 URL-safe characters (256 bits). */
export function makeMasterKey(): string {
  return `sk-${randomBytes(32).toString("base64url")}`;
}

/** A key for AES-256-GCM: 32 bytes as 64 hex digits. */
export function makeEncryptionKey(): string {
  return randomBytes(32).toString("hex");
}

/** A path for people: relative to the working folder when below it, otherwise absolute. */
export function showPath(path: string): string {
  const short = relative(process.cwd(), path);
  if (short === "") return ".";
  return short.startsWith("..") || isAbsolute(short) ? path : `./${short}`;
}

async function keepSecret(folder: string, name: string, make: () => string): Promise<Secret> {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new TypeError(`"${name}" is not a secret's name`);
  const file = join(folder, name);
  const there = await readSecret(file);
  if (there !== null) return { value: there, file, made: false };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const value = make();
  const made = await writeNew(file, `${value}\n`);
  // Lost a race against another process: its value counts, for it may be in use already.
  return made ? { value, file, made } : { value: (await readSecret(file)) ?? value, file, made: false };
}

async function readSecret(file: string): Promise<string | null> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
  if (text === "") {
    // Making a new one would silently lock out whatever the lost one protects.
    throw new StartError("data_unusable", `the secret in ${showPath(file)} is empty`, {
      advice:
        "Restore the file from a backup; delete it only if nothing was encrypted or signed in with it yet.",
    });
  }
  // A copy or restore may have widened the rights.
  if (process.platform !== "win32" && ((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  return text;
}

/** Writes a file that must not exist yet, whole and on disk, or not at all. False when it exists. */
async function writeNew(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // `link` refuses to overwrite, which `rename` would not.
    await link(temporary, file);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(file));
  return true;
}

/** Makes a rename or link in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Like `mkdir -p`, mode 0700. Node's own recursive mkdir never returns where the kernel allows no folders (/proc). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || (await exists(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}
