/**
 * The stage a benchmark row plays on: a temporary folder and the processes started in it. Whatever happens
 * (a failure, Ctrl-C), `end` stops every process and removes the folder, so that no run leaves anything behind.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ProcessSpec, type RunningProcess, signalTo, startProcess, tail } from "./processes.ts";

export interface Stage {
  readonly folder: string;
  start(spec: ProcessSpec): RunningProcess;
  /** Runs something to its end; throws with its output when it fails. */
  run(spec: ProcessSpec): Promise<string>;
  /** The last lines of every server that ended by itself: why a row failed is often written there. */
  obituaries(): string[];
  /** Runs at the end, before the processes are stopped. */
  atEnd(task: () => Promise<void>): void;
  end(): Promise<void>;
}

/** Opens a stage in a fresh temporary folder. */
export function openStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), "shin-bench-"));
  // The databases run as other users when we are root, and must be able to walk through.
  chmodSync(folder, 0o711);
  const running: RunningProcess[] = [];
  const tasks: (() => Promise<void>)[] = [];
  let counter = 0;
  let ending: Promise<void> | null = null;

  const start = (spec: ProcessSpec): RunningProcess => {
    if (ending !== null) throw new Error(`${spec.label} was not started: the run is ending.`);
    const started = startProcess(spec, join(folder, `${counter++}.out`), folder);
    running.push(started);
    return started;
  };
  const finish = async (): Promise<void> => {
    for (const task of tasks.reverse()) await reportFailure(task());
    for (const one of [...running].reverse()) await reportFailure(one.stop());
    await reportFailure(sweep(folder));
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    folder,
    start,
    async run(spec) {
      const started = start(spec);
      const code = await started.ended;
      if (code !== 0) throw new Error(`${spec.label} ended with code ${code}:\n${tail(started.output())}`);
      return started.output();
    },
    obituaries: () =>
      running
        .filter((one) => (one.exitCode() ?? 0) !== 0)
        .map((one) => `${one.label} ended with code ${one.exitCode()}:\n${tail(one.output())}`),
    atEnd: (task) => void tasks.push(task),
    end: () => {
      ending ??= finish();
      return ending;
    },
  };
}

async function reportFailure(task: Promise<void>): Promise<void> {
  try {
    await task;
  } catch (error) {
    // Cleaning up goes on: one failing step must not keep the other processes alive.
    console.error("Cleaning up failed in one step:", error);
  }
}

const SWEEP_GRACE_MS = 5_000;

/**
 * Ends what outlived its starter in a group of its own: the embedded database of a gateway that was killed, for one.
 * The folder's name is unique, so a process that names it on its command line is one of ours.
 */
async function sweep(folder: string): Promise<void> {
  const signals = ["SIGQUIT", "SIGKILL"] as const; // PostgreSQL takes the first as "stop at once"
  for (const signal of signals) {
    const deadline = performance.now() + SWEEP_GRACE_MS;
    for (const { pid, commandLine } of processesNaming(folder)) {
      console.error(`Process ${pid} outlived its starter, ending it with ${signal}: ${commandLine}`);
      signalTo(pid, signal);
    }
    while (processesNaming(folder).length > 0 && performance.now() < deadline) await delay(25);
  }
}

function processesNaming(folder: string): { readonly pid: number; readonly commandLine: string }[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({ pid: Number(entry), commandLine: commandLineOf(entry) }))
    .filter(({ commandLine }) => commandLine.includes(folder));
}

function commandLineOf(entry: string): string {
  try {
    return readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0").join(" ");
  } catch {
    return ""; // it ended between listing and reading
  }
}
