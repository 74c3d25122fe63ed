/**
 * What can be learned about another process by its id: is it alive, since when, what is it. Needed because a pid
 * alone proves nothing: it is reused after a reboot, after a crash, and in every container.
 */
import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { systemErrorCode } from "./start-error.ts";

const run = promisify(execFile);

/** Reads a file of /proc; null where there is none (other systems, process gone, not permitted). */
async function readProc(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null; // absence is the answer here
  }
}

/** Fields of /proc/PID/stat after the command name, which may itself hold spaces and brackets. */
async function statFields(pid: number): Promise<readonly string[] | null> {
  const text = await readProc(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** True while the process runs. A zombie (dead, not yet reaped, common where pid 1 reaps nothing) counts as dead. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemErrorCode(error) === "ESRCH") return false;
    if (systemErrorCode(error) !== "EPERM") throw error;
  }
  const fields = await statFields(pid);
  return fields === null || (fields[0] !== "Z" && fields[0] !== "X");
}

/** Start of a process in clock ticks since boot (Linux), null elsewhere. With the boot id it names a process for good. */
export async function startTicks(pid: number): Promise<number | null> {
  const value = Number((await statFields(pid))?.[19]);
  return Number.isFinite(value) ? value : null;
}

/** Id of the running boot and of our pid namespace: within one pair, pids are comparable. Null where unknown. */
export async function processSpace(): Promise<string | null> {
  const boot = await readProc("/proc/sys/kernel/random/boot_id");
  if (boot === null) return null;
  try {
    return `${boot.trim()} ${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return boot.trim(); // a hardened /proc hides namespaces; the boot id alone still tells reboots apart
  }
}

/** Command line of a process, words joined by spaces; null when it is gone or cannot be seen. */
export async function commandLine(pid: number): Promise<string | null> {
  const text = await readProc(`/proc/${pid}/cmdline`);
  if (text !== null) return text === "" ? null : text.split("\0").join(" ").trim();
  if (process.platform === "linux" || process.platform === "win32") return null;
  try {
    return (await run("ps", ["-o", "command=", "-p", String(pid)])).stdout.trim() || null;
  } catch {
    return null; // ps exits 1 for an unknown pid
  }
}
