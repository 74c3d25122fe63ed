/** Looks at a folder's .env: who else may read it, whether git ignores it, and whether git has it already. Changes its mode on request. */
import { chmod, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { systemErrorCode } from "../node/start-error.ts";

export interface EnvFileLook {
  readonly present: boolean;
  /** The folder lies in a git repository. */
  readonly repository: boolean;
  /** Sentences without a full stop. */
  readonly faults: readonly string[];
}

/** Patterns of .gitignore that cover a `.env` in the folder of that .gitignore or below. */
const COVERS = new Set([".env", "/.env", ".env*", "*.env", "**/.env", ".env/", "/.env*", ".*"]);

export async function lookAtEnvFile(folder: string): Promise<EnvFileLook> {
  const mode = await modeOf(join(folder, ".env"));
  const root = await repositoryOf(folder);
  const faults: string[] = [];
  if (mode !== null && (mode & 0o077) !== 0 && process.platform !== "win32")
    faults.push(`.env is open to others (mode ${(mode & 0o777).toString(8)})`);
  if (root !== null) {
    const name = relative(root, join(folder, ".env")).split(sep).join("/");
    if (await isTracked(root, name)) faults.push(".env is in git");
    else if (mode !== null && !(await isIgnored(root, folder))) faults.push("git does not ignore .env");
  }
  return { present: mode !== null, repository: root !== null, faults };
}

/** Makes the folder's .env its owner's alone. @returns the mode before as `644`; null when there was nothing to do */
export async function protectEnvFile(folder: string): Promise<string | null> {
  const file = join(folder, ".env");
  const mode = await modeOf(file);
  if (mode === null || (mode & 0o077) === 0) return null;
  await chmod(file, 0o600);
  return (mode & 0o777).toString(8);
}

async function modeOf(file: string): Promise<number | null> {
  return unlessMissing(async () => (await stat(file)).mode);
}

async function repositoryOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await modeOf(join(at, ".git"))) !== null) return at;
    if (dirname(at) === at) return null;
  }
}

/**
 * Reads git's index itself, since the gateway starts no other programs. An entry is its flags (the name's length in the low
 * 12 bits), the name, and a NUL.
 */
async function isTracked(root: string, name: string): Promise<boolean> {
  const index = await unlessMissing(() => readFile(join(root, ".git", "index")));
  const bytes = Buffer.from(name);
  if (index === null) return false;
  for (let at = index.indexOf(bytes); at > 1; at = index.indexOf(bytes, at + 1)) {
    const length = index.readUInt16BE(at - 2) & 0xfff;
    if (length === bytes.length && index[at + bytes.length] === 0) return true;
  }
  return false;
}

async function isIgnored(root: string, folder: string): Promise<boolean> {
  const files = [join(root, ".git", "info", "exclude")];
  for (let at = folder; ; at = dirname(at)) {
    files.push(join(at, ".gitignore"));
    if (at === root || dirname(at) === at) break;
  }
  for (const file of files) {
    const text = await unlessMissing(() => readFile(file, "utf8"));
    if (text?.split("\n").some((line) => COVERS.has(line.trim()))) return true;
  }
  return false;
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    // A worktree's .git is a file: its index lies elsewhere.
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return null;
    throw error;
  }
}
