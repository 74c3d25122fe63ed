/** For tests of the ground floor: temporary folders, a log that remembers, and gateways that can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "#lib/node/embedded-postgres.ts";
import type { ServerLog } from "#lib/node/embedded-postgres-supervisor.ts";
import { isAlive } from "#lib/node/process-info.ts";
import { makeTemporaryFolder } from "./temporary.ts";

export const isRoot = process.getuid?.() === 0;

/** A folder for one test, mode 0700, removed afterwards. */
export async function temporaryFolder(): Promise<string> {
  const folder = await makeTemporaryFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder below a home that only root may enter; for the cases of a gateway that runs as root. */
export async function privateHome(): Promise<string> {
  const home = await temporaryFolder();
  await chmod(home, 0o700);
  return home;
}

export interface RememberedLog extends ServerLog {
  readonly lines: string[];
}

export function rememberingLog(): RememberedLog {
  const lines: string[] = [];
  const take = (_fields: object, message: string) => void lines.push(message);
  return { lines, info: take, warn: take, error: take };
}

/** Starts the embedded database for one test; stopped afterwards at the latest. */
export async function startForTest(
  options: Omit<EmbeddedPostgresOptions, "log"> & { log?: ServerLog },
): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ log: rememberingLog(), ...options });
  onTestFinished(() => database.stop());
  return database;
}

/** Waits until a condition holds; fails after `timeoutMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await wait(5);
  }
}

/** Waits until a process is gone. */
export async function untilGone(pid: number): Promise<void> {
  await until(`process ${pid} is gone`, async () => !(await isAlive(pid)));
}

export interface Started {
  readonly child: ChildProcess & { readonly pid: number };
  /** What the program printed as its first line, parsed. */
  readonly said: unknown;
}

/** Runs a program of ours in a process of its own and waits for its first line, which is JSON. */
export async function startProgram(script: string, args: readonly string[] = []): Promise<Started> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const { pid, stdout } = child;
  if (pid === undefined) throw new Error(`${script} did not start`);
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await Promise.race([
    once(createInterface(stdout), "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${script} ended with ${code}`))),
  ]);
  return { child: Object.assign(child, { pid }), said: JSON.parse(String(line)) };
}
