/**
 * The embedded server as a process: find one that lives already, start one, wait until it answers, stop it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { open, readFile, readlink, realpath, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Account, runAs, serverEnvironment } from "./embedded-postgres-account.ts";
import { type Binaries, program } from "./embedded-postgres-binaries.ts";
import { databaseFault } from "./embedded-postgres-cluster.ts";
import { commandLine, isAlive } from "./process-info.ts";
import { StartError, systemErrorCode } from "./start-error.ts";

/** What `postmaster.pid` says. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Empty on Windows. */
  readonly socketFolder: string;
  readonly ready: boolean;
}

/** Reads `postmaster.pid` of a cluster; null when there is none or it is not yet written in full. */
export async function readPostmaster(data: string): Promise<Postmaster | null> {
  let text: string;
  try {
    text = await readFile(join(data, "postmaster.pid"), "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
  const [pid, , , port, socketFolder, , , status] = text.split("\n");
  const pidNumber = Number(pid);
  if (!Number.isInteger(pidNumber) || pidNumber <= 0) return null;
  return {
    pid: pidNumber,
    port: Number(port),
    socketFolder: socketFolder?.trim() ?? "",
    ready: status?.trim() === "ready",
  };
}

/**
 * The live server of a cluster, or null. Postgres refuses to start beside a pid file whose pid exists, even when that
 * is a zombie or by now another program; then our own pid is put in, which it knows for its parent's and passes over.
 * The file itself stays: from its shared memory key Postgres tells whether processes of the dead server still write.
 */
export async function findLiveServer(data: string): Promise<Postmaster | null> {
  const found = await readPostmaster(data);
  if (found === null) return null;
  if ((await isAlive(found.pid)) && (await isServerOf(found.pid, data))) return found;
  const file = join(data, "postmaster.pid");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^\d+/, String(process.pid)));
  return null;
}

async function isServerOf(pid: number, data: string): Promise<boolean> {
  try {
    // A postmaster lives in its data folder, and nobody else does.
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
  }
  const command = await commandLine(pid);
  return command === null || /postgres|postmaster/.test(command);
}

export interface SpawnOptions {
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly root: string;
  /** `-c` settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Folder of the socket; null listens on loopback (Windows). */
  readonly socketFolder: string | null;
  readonly port: number;
  readonly startTimeoutMs: number;
}

/** Starts the server and waits until it accepts connections. Throws a StartError with the end of its log. */
export async function spawnServer(options: SpawnOptions): Promise<ChildProcess & { readonly pid: number }> {
  const { root, account, startTimeoutMs } = options;
  const log = join(root, "server.log");
  const data = join(root, "data");
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const from = await startLog(log);
    const child = launch(options, log);
    const failed = new Promise<Error | null>((resolve) => {
      child.once("error", resolve);
      child.once("exit", () => resolve(null));
    });
    const outcome = await Promise.race([failed, untilReady(child, data, deadline)]);
    if (outcome === "ready" && child.pid !== undefined) return Object.assign(child, { pid: child.pid });
    if (outcome instanceof Error) throw outcome;
    const output = await readFrom(log, from);
    // The last processes of a killed server take a moment to notice; then the memory is free.
    if (
      /pre-existing shared memory block/.test(output) &&
      performance.now() < deadline - startTimeoutMs / 2
    ) {
      await wait(100);
      continue;
    }
    if (outcome === "late") {
      if (child.pid !== undefined)
        await stopServer(child.pid, { data, binaries: options.binaries, account, timeoutMs: 5_000 });
      throw databaseFault(
        `the embedded Postgres was not ready after ${startTimeoutMs / 1000} s`,
        output,
        root,
      );
    }
    throw databaseFault("the embedded Postgres stopped while starting", output, root);
  }
}

function launch(
  { binaries, account, root, settings, socketFolder, port }: SpawnOptions,
  log: string,
): ChildProcess {
  const listen =
    socketFolder === null
      ? ["-c", "listen_addresses=127.0.0.1"]
      : ["-k", socketFolder, "-c", "listen_addresses="];
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const descriptor = openSync(log, "a", 0o600);
  try {
    // Detached: Ctrl-C in a terminal reaches the whole process group, and the database must outlive the drain.
    const child = spawn(
      program(binaries.native, "postgres"),
      ["-D", join(root, "data"), "-p", String(port), ...listen, ...flags],
      {
        ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
        cwd: root,
        env: serverEnvironment,
        detached: true,
        stdio: ["ignore", descriptor, descriptor],
        windowsHide: true,
      },
    );
    child.unref();
    return child;
  } finally {
    closeSync(descriptor);
  }
}

async function untilReady(
  child: ChildProcess,
  data: string,
  deadline: number,
): Promise<"ready" | "late" | null> {
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) return null;
    const found = await readPostmaster(data);
    if (found?.ready && (found.pid === child.pid || process.platform === "win32")) return "ready";
    await wait(4);
  }
  return "late";
}

export interface StopOptions {
  readonly data: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  /** For the orderly stop; after it the server is told to quit at once (safe: it recovers at the next start). */
  readonly timeoutMs: number;
}

/** Stops a server, started by us or adopted: fast shutdown, then immediate. Resolves when the process is gone. */
export async function stopServer(pid: number, options: StopOptions): Promise<void> {
  if (process.platform === "win32") {
    await runAs(
      null,
      program(options.binaries.native, "pg_ctl"),
      ["stop", "-m", "fast", "-D", options.data, "-s"],
      options.data,
    );
    return;
  }
  // The process may have ended long ago, and its pid be somebody else's by now.
  if (!(await isAlive(pid)) || !(await isServerOf(pid, options.data))) return;
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!send(pid, signal)) return;
    const deadline = performance.now() + options.timeoutMs;
    while (performance.now() < deadline) {
      if (!(await isAlive(pid))) return;
      await wait(5);
    }
  }
  throw new StartError("database_failed", `the embedded Postgres (pid ${pid}) does not end`, {
    advice: `End it by hand: kill -9 ${pid}`,
  });
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ESRCH") return false;
    throw error;
  }
}

/** Keeps the server's log small; returns where the coming start begins in it. */
async function startLog(log: string): Promise<number> {
  try {
    const { size } = await stat(log);
    if (size < 10_000_000) return size;
    await rename(log, `${log}.1`);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
  return 0;
}

/** The log from a position on, its last 16 kB at most. */
async function readFrom(log: string, from: number): Promise<string> {
  const handle = await open(log, "r");
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - 16_384);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString("utf8");
  } finally {
    await handle.close();
  }
}
