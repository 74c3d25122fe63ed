/** Stopping: no new calls, running ones finish up to `drain_timeout`, the ledger is flushed. */
import type { Server } from "node:http";
import type { Log } from "../log.ts";
import type { Runtime } from "../runtime.ts";

export interface DrainOptions {
  readonly server: Server;
  readonly runtime: Runtime;
  readonly log: Log;
  /** Comes after the runtime is closed. */
  readonly close: () => Promise<void>;
}

export interface Drain {
  /** Stops and ends the process; asked again it stops at once. @param why for the log */
  stop(why: string): void;
  /** Cuts what still runs. */
  cut(): void;
}

/** How a serving process ends: exit 0 when everything is settled, else 1. */
export function prepareDrain(options: DrainOptions): Drain {
  const { log, server } = options;
  let stopping = false;
  const cut = () => server.closeAllConnections();
  return {
    cut,
    stop: (why) => {
      if (stopping) {
        log.warn(`${why} again: stopping at once`);
        return cut();
      }
      stopping = true;
      drain(options, why).then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, "the gateway did not stop cleanly");
          process.exit(1);
        },
      );
    },
  };
}

async function drain({ close, log, runtime, server }: DrainOptions, why: string): Promise<void> {
  const timeoutMs = runtime.deps.policy().config.drainTimeoutMs;
  log.info(`${why}: no new calls; running ones have ${timeoutMs / 1000} s`);
  runtime.drain();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that idle between two requests have nothing to finish.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
  await runtime.close();
  await close();
}
