/** What the serverless function of `/v1` is made of, as Next's tracing says; what a platform packs, uncompressed. */
import { existsSync } from "node:fs";
import { copyFile, lstat, mkdir, readFile, readlink, stat, symlink } from "node:fs/promises";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "../..");
/** Below the root. */
export const FUNCTION = ".next/server/app/[...path]/route.js";

/** Paths below the root; those that a trace names and nobody made are left out. */
export async function functionFiles(): Promise<string[]> {
  const route = path.join(ROOT, FUNCTION);
  const traced: { files: string[] } = JSON.parse(await readFile(`${route}.nft.json`, "utf8"));
  const files = [route, ...traced.files.map((file) => path.resolve(path.dirname(route), file))];
  return [...new Set(files)].filter((file) => existsSync(file)).map((file) => path.relative(ROOT, file));
}

export async function functionMegabytes(): Promise<number> {
  let bytes = 0;
  for (const file of await functionFiles()) {
    const facts = await stat(path.join(ROOT, file));
    if (facts.isFile()) bytes += facts.size;
  }
  return bytes / 1e6;
}

/** The same files in another folder, and the one that Next's builders add: it says what kind of modules the bundle is. */
export async function copyFunction(folder: string): Promise<void> {
  for (const file of [...(await functionFiles()), ".next/package.json"]) {
    const [from, to] = [path.join(ROOT, file), path.join(folder, file)];
    await mkdir(path.dirname(to), { recursive: true });
    const facts = await lstat(from);
    if (facts.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (facts.isFile()) await copyFile(from, to);
  }
}
