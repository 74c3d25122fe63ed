/** Waiting for servers: a free port for those that cannot choose one, and the moment they answer. */
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type RunningProcess, tail } from "./processes.ts";

/** A port that is free now, for programs that cannot be asked to choose one and tell. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1.");
  return address.port;
}

/** Waits until `isReady` says so; throws when the process ends first or `timeoutMs` is over, with its last lines. */
export async function waitUntilReady(
  started: RunningProcess,
  isReady: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isReady())) {
    const code = started.exitCode();
    if (code !== null)
      throw new Error(`${started.label} ended with code ${code}:\n${tail(started.output())}`);
    if (performance.now() > deadline) {
      throw new Error(`${started.label} was not ready after ${timeoutMs} ms:\n${tail(started.output())}`);
    }
    await delay(25);
  }
}

/** True when a GET answers 200. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false; // not listening yet: the caller asks again until its deadline
  }
}
