/** `node server.ts` as a child: what a self-hoster runs, to be killed, stopped and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "../..");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GatewayProcess {
  readonly pid: number;
  /** Without a path: `http://127.0.0.1:port`. */
  readonly url: string;
  /** What it wrote to its log so far. */
  log(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  readonly ended: Promise<Ended>;
}

export interface GatewayProcessOptions {
  readonly dataDir: string;
  readonly configFile: string;
  /** Further arguments of server.ts. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a gateway on a free port and waits until it listens. @throws with its output when it does not start */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ["server.ts", "--json", ...(options.args ?? [])], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      NODE_ENV: "test",
      PATH: process.env.PATH ?? "",
      PORT: "0",
      SHIN_CONFIG: options.configFile,
      SHIN_DATA_DIR: options.dataDir,
      ...options.env,
    },
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, "exit").then(([code, signal]): Ended => ({ code, signal }));
  const url = await Promise.race([
    banner(child, (line) => {
      output += `${line}\n`;
    }),
    ended.then(({ code, signal }) =>
      Promise.reject(new Error(`the gateway ended with ${code ?? signal}:\n${output}`)),
    ),
  ]);
  const { pid } = child;
  if (pid === undefined) throw new Error("the gateway has no process id");
  return { pid, url, ended, log: () => output, signal: (name) => void child.kill(name) };
}

/** The API's address from the first line that is the banner. */
function banner(child: ChildProcess, other: (line: string) => void): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error("the gateway has no output");
  return new Promise((resolve) => {
    createInterface(stdout).on("line", (line) => {
      if (!line.startsWith('{"event":"started"')) return other(line);
      const { apiUrl }: { apiUrl: string } = JSON.parse(line);
      resolve(apiUrl.replace(/\/v1$/, ""));
    });
  });
}
