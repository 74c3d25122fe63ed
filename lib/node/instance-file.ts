/**
 * Under which name a process writes to the ledger, and where its journal lies. The first worker (and the only process
 * there is without workers) has `instance.json` and `journal/`; worker 2 has `instance-2.json` and `journal/2/`. So what
 * a killed one left is found again by its successor, and by the first one when there are fewer workers now.
 */
import { readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { newId } from "../ids.ts";
import type { Instance } from "../ledger/record.ts";
import { journalFolder } from "../runtime.ts";
import { systemErrorCode } from "./start-error.ts";

/** Folder of a worker's journal. */
export function journalOf(dataDir: string, worker: number): string {
  const first = journalFolder(dataDir);
  return worker === 1 ? first : path.join(first, String(worker));
}

/** A worker's instance and how often it has started: tells which calls an earlier start left open. */
export async function nextBoot(dataDir: string, worker: number): Promise<Instance> {
  const known = await readInstance(dataDir, worker);
  const instance = { id: known.id ?? newId("ins", Date.now()), boot: (known.boot ?? 0) + 1 };
  const file = fileOf(dataDir, worker);
  // Written beside and moved into place: an instance that forgot its name could not settle what it left open.
  await writeFile(`${file}.new`, JSON.stringify(instance), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return instance;
}

/** Numbers of workers that ran here once and are more than there are now. */
export async function formerWorkers(dataDir: string, workers: number): Promise<readonly number[]> {
  const names = [
    ...(await readdir(dataDir)).map((name) => /^instance-(\d+)\.json$/.exec(name)?.[1]),
    ...(await namesIn(journalFolder(dataDir))).map((name) => /^(\d{1,3})$/.exec(name)?.[1]),
  ];
  const numbers = new Set(names.filter((name) => name !== undefined).map(Number));
  return [...numbers].filter((number) => number > Math.max(1, workers)).sort((a, b) => a - b);
}

/** Forgets a worker whose calls are all settled; a journal that still holds something (rejected rows) stays. */
export async function forgetWorker(dataDir: string, worker: number): Promise<void> {
  try {
    await rmdir(journalOf(dataDir, worker));
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(systemErrorCode(error) ?? "")) throw error;
  }
  await rm(fileOf(dataDir, worker), { force: true });
}

async function readInstance(dataDir: string, worker: number): Promise<Partial<Instance>> {
  try {
    return JSON.parse(await readFile(fileOf(dataDir, worker), "utf8"));
  } catch (error) {
    // A first start has no file; one that cannot be read would only make the next start claim nothing.
    if (error instanceof SyntaxError || systemErrorCode(error) === "ENOENT") return {};
    throw error;
  }
}

function fileOf(dataDir: string, worker: number): string {
  return path.join(dataDir, worker === 1 ? "instance.json" : `instance-${worker}.json`);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
