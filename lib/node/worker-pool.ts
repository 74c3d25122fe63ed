/**
 * The workers, as the first process keeps them: started one after the other at first (the first one brings the database
 * up to date), started again when they die, told when something changes, and all ended together.
 */
import cluster, { type Worker } from "node:cluster";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { StartError } from "./start-error.ts";
import { FiguresOfWorkers } from "./worker-figures.ts";
import type { FromWorker, Orders, ToWorker } from "./worker-messages.ts";
import { fromFailure, isMessage } from "./worker-messages.ts";

export interface WorkerPoolOptions {
  readonly wanted: number;
  /** The orders of each worker, but for what changes while the gateway runs. */
  readonly orders: Omit<Orders, "kind" | "worker" | "workers" | "config">;
  readonly config: Config;
  readonly log: Log;
  /** Takes the workers' log lines. */
  readonly take: (lines: string) => void;
  /** Told whenever a worker comes or goes. */
  readonly onChange: (workers: readonly RunningWorker[], restarts: number) => void;
}

export type Serving = Extract<FromWorker, { kind: "serving" }>;

export interface RunningWorker {
  readonly number: number;
  readonly pid: number;
  readonly since: Date;
}

interface Slot extends RunningWorker {
  readonly worker: Worker;
  readonly sinceMs: number;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** Who has served for so long does not die of what it was started with. */
const STEADY_MS = 30_000;
/** Beyond `drain_timeout`: closing connections and flushing. */
const END_MS = 15_000;

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  #config: Config;
  readonly #serving = new Map<number, Slot>();
  readonly #alive = new Set<Worker>();
  /** Deaths in a row, by number. */
  readonly #deaths = new Map<number, number>();
  readonly #delays = new Set<NodeJS.Timeout>();
  readonly #figures = new FiguresOfWorkers();
  #restarts = 0;
  #stopping = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#config = options.config;
    // Every worker takes connections from the one socket by itself. Handed out in turn by this process, a connection that
    // is on its way to a worker that just died is served by nobody and never closed: its client would wait for ever.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    // Configurations hold big integers and dates, which JSON has not.
    cluster.setupPrimary({ serialization: "advanced" });
  }

  /** Resolves when all serve, with what the first one said. @throws what kept one from starting; the others are ended */
  async start(): Promise<Serving> {
    try {
      const first = await this.#start(1);
      const others = Array.from({ length: this.#options.wanted - 1 }, (_, index) => this.#start(index + 2));
      await Promise.all(others);
      return first;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  /** Hands a new configuration to every worker, and to those that start from now on. */
  reload(config: Config): void {
    this.#config = config;
    this.#tellAll({ kind: "config", config });
  }

  /** Lets every worker finish what it does. @returns whether all ended well */
  async stop(why: string): Promise<boolean> {
    this.#stopping = true;
    for (const delay of this.#delays) clearTimeout(delay);
    const ends = [...this.#alive].map((worker) => endOf(worker));
    this.#tellAll({ kind: "drain", why });
    const late = setTimeout(() => {
      this.#options.log.error(
        "workers that did not end are killed; what they left is settled at the next start",
      );
      for (const worker of this.#alive) worker.process.kill("SIGKILL");
    }, this.#config.drainTimeoutMs + END_MS);
    const codes = await Promise.all(ends);
    clearTimeout(late);
    return codes.every((code) => code === 0);
  }

  /** Waits no longer for calls that run. */
  cut(): void {
    this.#tellAll({ kind: "cut" });
  }

  async #end(): Promise<void> {
    this.#stopping = true;
    for (const delay of this.#delays) clearTimeout(delay);
    const ends = [...this.#alive].map((worker) => endOf(worker));
    for (const worker of this.#alive) worker.process.kill("SIGTERM");
    await Promise.all(ends);
  }

  #start(number: number): Promise<Serving> {
    const worker = cluster.fork();
    this.#alive.add(worker);
    return new Promise((resolve, reject) => {
      worker.on("message", (value: unknown) => {
        if (!isMessage(value)) return;
        const message = value as FromWorker;
        if (message.kind === "hello") this.#sendOrders(worker, number);
        else if (message.kind === "log") this.#options.take(message.lines);
        else if (message.kind === "figures") this.#figures.heard(number, message.figures);
        else if (message.kind === "scrape") this.#answerScrape(worker);
        else if (message.kind === "failed") reject(fromFailure(message.failure));
        else if (message.kind === "serving") {
          this.#joined(worker, number);
          resolve(message);
        }
      });
      worker.once("exit", (code: number | null, signal: string | null) => {
        this.#alive.delete(worker);
        const how = signal ?? `exit code ${code}`;
        reject(
          new StartError("worker_failed", `worker ${number} ended with ${how} before it served`, {
            advice: "What it said itself stands above, or in the log.",
          }),
        );
        this.#left(worker, number, how);
      });
    });
  }

  #sendOrders(worker: Worker, number: number): void {
    const workers = this.#state(number);
    send(worker, { ...this.#options.orders, kind: "orders", worker: number, workers, config: this.#config });
  }

  #answerScrape(asker: Worker): void {
    const ask = () => {
      for (const { worker } of this.#serving.values()) send(worker, { kind: "count" });
      return [...this.#serving.keys()];
    };
    this.#figures.gather(ask).then(
      (figures) => send(asker, { kind: "counted", figures }),
      (error: unknown) => this.#options.log.error({ err: error }, "figures of the workers were not gathered"),
    );
  }

  #joined(worker: Worker, number: number): void {
    const pid = worker.process.pid ?? 0;
    this.#serving.set(number, { number, pid, worker, since: new Date(), sinceMs: performance.now() });
    this.#changed();
  }

  #left(worker: Worker, number: number, how: string): void {
    const slot = this.#serving.get(number);
    if (slot?.worker !== worker) return; // it never served: whoever started it is told
    this.#serving.delete(number);
    this.#figures.left(number);
    this.#changed();
    if (this.#stopping) return;
    if (performance.now() - slot.sinceMs > STEADY_MS) this.#deaths.delete(number);
    this.#startAgain(number, `worker ${number} (pid ${slot.pid}) ended with ${how}`);
  }

  #startAgain(number: number, what: string): void {
    const deaths = this.#deaths.get(number) ?? 0;
    this.#deaths.set(number, deaths + 1);
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** deaths, LONGEST_DELAY_MS);
    this.#options.log.error(`${what}: it is started again in ${delayMs / 1000} s`);
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      this.#restarts += 1;
      this.#start(number).then(
        () => this.#options.log.warn(`worker ${number} serves again`),
        (error: unknown) => {
          if (this.#stopping) return;
          this.#options.log.error({ err: error }, `worker ${number} did not start`);
          this.#startAgain(number, `worker ${number} did not start`);
        },
      );
    }, delayMs);
    this.#delays.add(delay);
  }

  #changed(): void {
    for (const { number, worker } of this.#serving.values())
      send(worker, { kind: "workers", workers: this.#state(number) });
    this.#options.onChange([...this.#serving.values()], this.#restarts);
  }

  #state(own: number) {
    const { wanted } = this.#options;
    return { own, wanted, running: this.#serving.size, restarts: this.#restarts };
  }

  #tellAll(message: ToWorker): void {
    for (const worker of this.#alive) send(worker, message);
  }
}

/** To a worker that is just dying nothing can be said, and nothing needs to be: its end is news of its own. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.process.send?.(message, undefined, undefined, () => undefined);
}

function endOf(worker: Worker): Promise<number | null> {
  return new Promise((resolve) => worker.once("exit", (code: number | null) => resolve(code)));
}
