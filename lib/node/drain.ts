/** Stopping: nobody new is let in, running calls finish up to `drain_timeout`, the ledger is flushed. */
import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Runtime } from "../runtime.ts";
import type { Console } from "./console.ts";

/** For so long connections that idle are kept: a call may be on its way, and is served as the last of its connection. */
const FAREWELL_MS = 1_000;
/** Then idle ones are closed this often: those whose client reads slowly become idle later. */
const SWEEP_MS = 100;

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
  // Who has connected already is let in first: closing the port would cut those that still wait to be accepted.
  await nextTurn();
  // Then a proxy finds nobody there and takes the next gateway. `close` of an HTTP server would cut idle connections
  // with it, and with one of them a call that is just on its way; those are closed by their next answer instead.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  let sweep: NodeJS.Timeout | null = null;
  const farewell = setTimeout(
    () => {
      server.closeIdleConnections();
      sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    },
    Math.min(FAREWELL_MS, timeoutMs),
  );
  const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearTimeout(farewell);
  if (sweep) clearInterval(sweep);
  clearTimeout(late);
  await options.console.close();
  await runtime.close();
  await close();
}
