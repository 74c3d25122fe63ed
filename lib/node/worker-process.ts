/** One of several workers: takes its orders from the first process, serves the port they share, and ends when told. */

import type { AddressInfo, Server } from "node:net";
import type { Config } from "../config/config.ts";
import { freeze } from "../config/freeze.ts";
import { ownFigures } from "../gateway/metrics-route.ts";
import { isLogLevel, type Log } from "../log.ts";
import type { Runtime } from "../runtime.ts";
import type { Workers } from "../workers.ts";
import { boot } from "./boot.ts";
import { type Drain, prepareDrain } from "./drain.ts";
import { type ServePortOptions, servePort } from "./serve-port.ts";
import { isStartError, messageOf } from "./start-error.ts";
import { explainStartFailure } from "./start-failure.ts";
import { FiguresFromPrimary, REPORT_MS } from "./worker-figures.ts";
import { openWorkerLog } from "./worker-log.ts";
import { type Failure, type FromWorker, isMessage, type Orders, type ToWorker } from "./worker-messages.ts";

export type WorkerOptions = Pick<ServePortOptions, "dir" | "dev" | "loadNext">;

const APPLY_AGAIN_MS = 1_000;

/** Returns when this worker serves. Ends the process when it cannot. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  // A terminal sends these to every process of the gateway; the first one hears them and says what to do.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  const inbox = openInbox();
  tell({ kind: "hello" });
  const orders = await inbox.orders;
  const { config } = orders;
  let runtime: Runtime | null = null;
  try {
    const opened = openWorkerLog({ level: config.logLevel, ...orders.look }, (lines, done) =>
      tell({ kind: "log", lines }, done),
    );
    const { log } = opened;
    let workers: Workers = orders.workers;
    const others = new FiguresFromPrimary(() => tell({ kind: "scrape" }));
    const booted = await boot({
      ...orders,
      config: freeze(config),
      log,
      workers: () => workers,
      figuresOfAll: (own) => others.read(own),
    });
    runtime = booted.runtime;
    const { deps } = runtime;
    const count = () => tell({ kind: "figures", figures: ownFigures(deps) });
    setInterval(count, REPORT_MS).unref();
    const { look, port } = orders;
    const take = (lines: string) => tell({ kind: "log", lines });
    const served = await servePort({
      ...options,
      runtime,
      place: orders,
      look,
      take,
      host: config.host,
      port,
    });
    const { server } = served;
    const drain = prepareDrain({ ...served, runtime, log, close: opened.close });
    process.on("SIGTERM", () => drain.stop("SIGTERM"));
    const apply = keepApplying(runtime, log);
    inbox.hear((message) => {
      if (message.kind === "workers") workers = message.workers;
      else if (message.kind === "count") count();
      else if (message.kind === "counted") others.answered(message.figures);
      else if (message.kind === "config") apply(freeze(message.config));
      else obey(message, drain);
    });
    const { migrations } = runtime;
    tell({
      kind: "serving",
      address: addressOf(server),
      migrations: migrations.applied,
      notices: booted.notices,
    });
  } catch (error) {
    await runtime?.close();
    const failure = await failureOf(error, config);
    tell({ kind: "failed", failure }, () => process.exit(1));
  }
}

function obey(message: ToWorker, drain: Drain): void {
  if (message.kind === "drain") drain.stop(message.why);
  else if (message.kind === "cut") drain.cut();
}

/**
 * Puts a configuration in force, again and again until it is or a newer one came: workers that disagree would answer one
 * client in two ways.
 */
function keepApplying(runtime: Runtime, log: Log): (config: Config) => void {
  let newest: Config | null = null;
  const apply = (config: Config): void => {
    newest = config;
    runtime.apply(config).then(
      () => {
        if (isLogLevel(config.logLevel)) log.level = config.logLevel;
      },
      (error: unknown) => {
        log.error({ err: error }, "configuration not reloaded in this worker, it tries again");
        setTimeout(() => {
          if (newest === config) apply(config);
        }, APPLY_AGAIN_MS).unref();
      },
    );
  };
  return apply;
}

interface Inbox {
  readonly orders: Promise<Orders>;
  /** Says who hears what comes; what came before is heard first. */
  hear(listener: (message: ToWorker) => void): void;
}

function openInbox(): Inbox {
  const early: ToWorker[] = [];
  let listener = (message: ToWorker): void => void early.push(message);
  const orders = new Promise<Orders>((resolve) => {
    process.on("message", (value: unknown) => {
      if (!isMessage(value)) return;
      const message = value as ToWorker;
      if (message.kind === "orders") resolve(message);
      else listener(message);
    });
  });
  return {
    orders,
    hear: (given) => {
      listener = given;
      for (const message of early.splice(0)) given(message);
    },
  };
}

/** @param done comes when the message has left, or cannot any more: then this process is about to end with its parent */
function tell(message: FromWorker, done: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, done);
}

function addressOf(server: Server): AddressInfo {
  return server.address() as AddressInfo;
}

async function failureOf(error: unknown, place: Pick<Config, "host" | "port">): Promise<Failure> {
  const explained = await explainStartFailure(error, place);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!isStartError(explained))
    return { code: null, message: messageOf(error), advice: "", detail: [], stack };
  const { advice, code, detail, message } = explained;
  return { code, message, advice, detail, stack };
}
