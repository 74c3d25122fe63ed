/**
 * The console in a process of its own: pages are made here, on connections to the database and a share of the processor that
 * calls do not need. It takes its orders from the gateway, listens on a private socket, and ends when the gateway does.
 */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { setPriority } from "node:os";
import type { Log } from "../log.ts";
import { shareConsole } from "../next/runtime.ts";
import { consoleAssets } from "./console-assets.ts";
import { consoleLive } from "./console-live.ts";
import {
  CONSOLE_ARGUMENT,
  type ConsoleOrders,
  type FromConsole,
  type ToConsole,
} from "./console-messages.ts";
import { openReading, type Reading } from "./console-reading.ts";
import { GatewayQuestions } from "./gateway-answers.ts";
import { STATE_HEADER, type StateHeard } from "./gateway-state.ts";
import { type LoadNext, openNext } from "./next-handler.ts";
import type { Handler } from "./server.ts";
import { openWorkerLog } from "./worker-log.ts";
import { isMessage } from "./worker-messages.ts";

export interface ConsoleProcessOptions {
  /** Where `app/` and `.next/` are. */
  readonly dir: string;
  readonly loadNext: LoadNext;
}

/** Calls go first where both want the processor; on a machine that is full pages still get a third of what a call gets. */
const NICENESS = 5;
/** The door has looked at a request's size already, and what it adds must fit, too. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Returns when the console serves. Ends the process when it cannot. */
export async function runConsole(options: ConsoleProcessOptions): Promise<void> {
  if (!process.send) {
    process.stderr.write(
      `${CONSOLE_ARGUMENT} is for the gateway itself: start the gateway with npm start.\n`,
    );
    process.exit(2);
  }
  // A terminal and service managers send these to every process; the gateway hears them, and ends its console last.
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.on(signal, () => undefined);
  // The channel closes however the gateway ends.
  process.on("disconnect", () => process.exit(0));
  const questions = new GatewayQuestions(tell);
  let state: StateHeard | null = null;
  const ordered = new Promise<ConsoleOrders>((resolve) => {
    process.on("message", (value: unknown) => {
      if (!isMessage(value)) return;
      const message = value as ToConsole;
      if (message.kind === "orders") resolve(message);
      else if (message.kind === "state") state?.heard(message.number, message.changed);
      else questions.heard(message);
    });
  });
  tell({ kind: "hello" });
  const orders = await ordered;
  const { config } = orders.state;
  const { log } = openWorkerLog({ level: config.logLevel, ...orders.look }, (lines, done) =>
    tell({ kind: "log", lines }, done),
  );
  try {
    const reading = openReading(orders, questions, log);
    state = reading.state;
    shareConsole(reading.deps);
    const render = await openNext({ ...options, publicUrl: config.console.publicUrl });
    await listen(orders.socket, handlerOf(reading, render, options.dir, log));
    // Not before: somebody waits for the start, and it is over in a second.
    yieldToCalls(log);
    tell({ kind: "serving" });
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: "failed", reason }, () => process.exit(1));
  }
}

/** Each thread has a niceness of its own on Linux, and those that exist keep it: the process's number is only the first one's. */
function yieldToCalls(log: Log): void {
  const threads = process.platform === "linux" ? readdirSync("/proc/self/task").map(Number) : [0];
  for (const thread of threads)
    try {
      setPriority(thread, NICENESS);
    } catch (error) {
      // The thread has just ended, or the system forbids it: the console works all the same.
      log.debug({ err: error, thread }, "a thread of the console keeps its priority");
    }
}

function handlerOf({ deps, state }: Reading, render: Handler, dir: string, log: Log): Handler {
  const serveAsset = consoleAssets(dir);
  const serveLive = consoleLive(deps);
  return async (incoming, outgoing) => {
    try {
      const number = Number(incoming.headers[STATE_HEADER] ?? 0);
      delete incoming.headers[STATE_HEADER];
      await state.reached(number);
      const served = (await serveAsset(incoming, outgoing)) || (await serveLive(incoming, outgoing));
      if (!served) await render(incoming, outgoing);
    } catch (error) {
      log.error({ err: error }, "the console did not answer a request");
      // The gateway has a sentence for that.
      outgoing.destroy();
    }
  };
}

async function listen(socket: string, handler: Handler): Promise<Server> {
  const server = createServer(
    {
      // The door in front has its own patience with slow peers; connections between the two stay as long as it likes.
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => void handler(incoming, outgoing),
  );
  // One that was killed leaves its name behind.
  if (process.platform !== "win32") await rm(socket, { force: true });
  server.listen(socket);
  await once(server, "listening");
  if (process.platform !== "win32") await chmod(socket, 0o600);
  return server;
}

function tell(message: FromConsole, done: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, done);
}
