/**
 * Watches the embedded server while the gateway runs. If it dies (killed for memory, by mistake), it is started again
 * in the same place; meanwhile the gateway treats it as any database that is away.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { ConnectionOptions } from "./embedded-postgres-connection.ts";
import { isAlive } from "./process-info.ts";
import { messageOf } from "./start-error.ts";

/** A server that answers. */
export interface RunningServer {
  readonly pid: number;
  readonly connection: ConnectionOptions;
  /** Resolves when the process ends; null for an adopted one, which is nobody's child. */
  readonly exited: Promise<void> | null;
}

/** The part of a pino logger that is used here. */
export interface ServerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface SupervisorOptions {
  readonly first: RunningServer;
  readonly log: ServerLog;
  readonly restart: () => Promise<RunningServer>;
  readonly stop: (pid: number) => Promise<void>;
}

export interface Supervisor {
  pid(): number;
  stop(): Promise<void>;
}

const longestPauseMs = 30_000;

/** Starts watching. `stop` ends the watch first and then the server. */
export function supervise({ first, log, restart, stop }: SupervisorOptions): Supervisor {
  const ending = new AbortController();
  let current = first;
  let stopping: Promise<void> | null = null;
  const watching = watch();

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      await ended(current, ending.signal);
      if (ending.signal.aborted) return;
      log.error({ pid: current.pid }, "the embedded Postgres ended unexpectedly; it is started again");
      await startAgain();
    }
  }

  async function startAgain(): Promise<void> {
    for (let pauseMs = 250; !ending.signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        current = await restart();
        log.info({ pid: current.pid }, "the embedded Postgres runs again");
        return;
      } catch (error) {
        log.error(
          { reason: messageOf(error), retryMs: pauseMs },
          "the embedded Postgres could not be started again",
        );
        await pause(pauseMs, ending.signal);
      }
    }
  }

  async function end(): Promise<void> {
    ending.abort();
    await watching;
    await stop(current.pid);
  }

  return {
    pid: () => current.pid,
    stop: () => {
      stopping ??= end();
      return stopping;
    },
  };
}

/** Resolves when the server's process ends or `signal` fires. */
async function ended(server: RunningServer, signal: AbortSignal): Promise<void> {
  if (server.exited !== null) {
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    return Promise.race([server.exited, aborted]);
  }
  while (!signal.aborted && (await isAlive(server.pid))) await pause(1_000, signal);
}

/** Waits without keeping the process alive; returns early when `signal` fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { ref: false, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
