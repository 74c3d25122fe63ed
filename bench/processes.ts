/** Starts and ends programs: each in a group of its own, with a plain environment, its output in a file. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What to start. Nothing but `environment` and a plain PATH reaches the process, so runs are alike everywhere. */
export interface ProcessSpec {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Run as this user (we may be root, PostgreSQL may not). */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Keep the caller's whole environment; for npm, which finds its settings there. */
  readonly inheritEnvironment?: boolean;
  readonly stopSignal?: NodeJS.Signals;
}

export interface RunningProcess {
  readonly label: string;
  readonly pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** Exit code once it ended, null before; a signal counts as 128. */
  exitCode(): number | null;
  /** Resolves with the exit code. */
  ended: Promise<number>;
  /** Asks it to end, insists after ten seconds, resolves when it is gone. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 10_000;

/** Starts a program; what it prints goes to `outputFile`. */
export function startProcess(spec: ProcessSpec, outputFile: string, stageFolder: string): RunningProcess {
  // Output goes to a file: a pipe would make the runner take part in the measurement.
  const outputFd = openSync(outputFile, "a");
  const child = spawn(spec.command, spec.args, {
    cwd: spec.folder ?? stageFolder,
    detached: true, // a group of its own, so that its children can be ended with it
    stdio: ["ignore", outputFd, outputFd],
    ...(spec.inheritEnvironment
      ? {}
      : { env: { ...plainEnvironment(), ...spec.environment } as NodeJS.ProcessEnv }),
    ...spec.user,
  });
  closeSync(outputFd);
  const pid = child.pid ?? 0;
  let code: number | null = null;
  let spawnError = "";
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      spawnError = error.message;
      code = 127;
      resolve(127);
    });
    child.once("exit", (exitCode) => {
      code = exitCode ?? 128;
      resolve(code);
    });
  });
  // Right after the leader's end, while the group's number cannot belong to anybody else.
  const groupEnded = ended.then(() => endGroup(pid));
  return {
    label: spec.label,
    pid,
    output: () => spawnError + readFileSync(outputFile, "utf8"),
    exitCode: () => code,
    ended,
    async stop() {
      if (code === null && pid !== 0) {
        signalTo(pid, spec.stopSignal ?? "SIGTERM");
        const inTime = await Promise.race([
          ended.then(() => true),
          delay(STOP_GRACE_MS, false, { ref: false }),
        ]);
        if (!inTime) {
          console.error(`${spec.label} did not end within ${STOP_GRACE_MS / 1000} s and was killed.`);
          signalTo(-pid, "SIGKILL");
        }
      }
      await groupEnded;
    },
  };
}

/** Lets the children of a program that ended (npm's, for one) finish their own ending, then insists. */
async function endGroup(pid: number): Promise<void> {
  if (pid === 0) return;
  const deadline = performance.now() + STOP_GRACE_MS;
  while (signalTo(-pid, 0) && performance.now() < deadline) await delay(25);
  signalTo(-pid, "SIGKILL");
}

/** Node's own folder comes first, so that `node` is the Node that runs the benchmark. */
function plainEnvironment(): Record<string, string> {
  const path = [
    dirname(process.execPath),
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
  ];
  return { PATH: path.join(":"), HOME: homedir(), LANG: "C.UTF-8" };
}

/** Sends a signal to a process, or to the group of process -pid; 0 only asks. False when there is none any more. */
export function signalTo(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // ESRCH: gone, which is what we want. Anything else would leave processes behind.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/** The last lines of a program's output, where the reason of a failure stands. */
export function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-25).join("\n");
}
