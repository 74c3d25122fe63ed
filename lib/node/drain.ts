/** Stopping: no new calls, running ones finish up to `drain_timeout`, the ledger is flushed. */
import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import type { Log } from "../log.ts";
import type { Runtime } from "../runtime.ts";
import type { Console } from "./console.ts";

/** For so long calls on connections that are open are still served, each as the last of its connection. */
const FAREWELL_MS = 1_000;
const IDLE_CHECK_MS = 100;

export interface DrainOptions {
  readonly server: Server;
  readonly console: Pick<Console, "close">;
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

async function drain(options: DrainOptions, why: string): Promise<void> {
  const { close, log, runtime, server } = options;
  const timeoutMs = runtime.deps.policy().config.drainTimeoutMs;
  log.info(`${why}: no new calls; running ones have ${timeoutMs / 1000} s`);
  runtime.drain();
  // The port is closed at once: a proxy finds nobody there and takes the next gateway. `close` of an HTTP server would cut idle
  // connections with it, and with one of them a call that is just on its way; those are closed by their next answer instead.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const timers: NodeJS.Timeout[] = [];
  const farewell = () => {
    // Connections that idle between two requests have nothing to finish. They go at once and before anything is refused: a
    // proxy that keeps many uses a few of them, and would send its next call into one that was only about to be closed.
    server.closeIdleConnections();
    timers.push(setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS));
  };
  timers.push(setTimeout(farewell, Math.min(FAREWELL_MS, timeoutMs)));
  // Whoever comes even later has a connection on which nothing was asked before.
  timers.push(setTimeout(() => runtime.refuse(), Math.min(2 * FAREWELL_MS, timeoutMs)));
  const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  for (const timer of [...timers, late]) clearTimeout(timer);
  await options.console.close();
  await runtime.close();
  await close();
}
