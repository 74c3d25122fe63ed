/** Stopping: no new calls, running ones finish up to `drain_timeout`, the ledger is flushed, exit 0. */
import type { Server } from "node:http";
import type { Log } from "../log.ts";
import type { Booted } from "./boot.ts";

export interface DrainOptions {
  readonly server: Server;
  readonly running: Booted;
  readonly log: Log;
}

/** SIGTERM and SIGINT stop the gateway; a second one stops it at once. */
export function stopOnSignal(options: DrainOptions): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      options.log.warn(`${signal} again: stopping at once`);
      options.server.closeAllConnections();
      return;
    }
    stopping = true;
    drain(options, signal).then(
      () => process.exit(0),
      (error: unknown) => {
        options.log.error({ err: error }, "the gateway did not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

async function drain({ log, running, server }: DrainOptions, signal: NodeJS.Signals): Promise<void> {
  const timeoutMs = running.runtime.deps.policy().config.drainTimeoutMs;
  log.info(`${signal}: no new calls; running ones have ${timeoutMs / 1000} s`);
  running.runtime.drain();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that idle between two requests have nothing to finish.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
  await running.close();
}
