/** Keeps the console's process: starts it with the first request, starts it again when it died, ends it with the gateway. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { GatewayDeps } from "../gateway/context.ts";
import type { BootOptions } from "./boot.ts";
import {
  CONSOLE_ARGUMENT,
  type ConsoleOrders,
  type FromConsole,
  type GatewayState,
  type ToConsole,
} from "./console-messages.ts";
import { type ConsoleSocket, makeConsoleSocket } from "./console-socket.ts";
import { answerTo } from "./gateway-answers.ts";
import { StateTold } from "./gateway-state.ts";
import { isMessage } from "./worker-messages.ts";

export interface RunningConsole {
  /** Path of the socket that it listens on. */
  readonly socket: string;
  /** Number of the state that it was told last. */
  readonly state: number;
}

export interface ConsoleChildOptions {
  /** Where server.ts is. */
  readonly dir: string;
  readonly deps: GatewayDeps;
  readonly place: Pick<BootOptions, "database" | "encryptionKey" | "dataDir" | "worker">;
  readonly look: ConsoleOrders["look"];
  /** Takes the console's log lines. */
  readonly take: (lines: string) => void;
}

/** A machine that is busy with calls starts it slowly. */
const START_MS = 60_000;
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 10_000;
/** Who has served for so long does not die of what it was started with. */
const STEADY_MS = 30_000;
const END_MS = 2_000;
const NEWS_MS = 500;

export class ConsoleChild {
  readonly #options: ConsoleChildOptions;
  #child: ChildProcess | null = null;
  #serving: Promise<void> | null = null;
  #socket: ConsoleSocket | null = null;
  #told: StateTold | null = null;
  /** Deaths in a row. */
  #deaths = 0;
  #restsUntilMs = 0;
  #closed = false;

  constructor(options: ConsoleChildOptions) {
    this.#options = options;
  }

  /** The console as it serves, having heard all that is in force now. @throws when it does not start, or rests after deaths */
  async running(): Promise<RunningConsole> {
    const { clock } = this.#options.deps;
    if (this.#serving === null) {
      if (this.#closed) throw new Error("the gateway is stopping");
      const restsForMs = this.#restsUntilMs - clock.monotonic();
      if (restsForMs > 0)
        throw new Error(
          `its process died ${this.#deaths} times in a row; it rests for ${Math.ceil(restsForMs)} ms`,
        );
      this.#serving = this.#start();
    }
    await this.#serving;
    const [child, socket, told] = [this.#child, this.#socket, this.#told];
    if (child === null || socket === null || told === null) throw new Error("its process has just ended");
    const changed = told.changes();
    if (changed !== null) send(child, { kind: "state", number: told.number, changed });
    return { socket: socket.path, state: told.number };
  }

  /** Waits a moment for the news that its process has ended: they come after its connections are cut. */
  async newsOfItsEnd(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, NEWS_MS);
    child.once("exit", resolve);
    await promise;
    clearTimeout(late);
    child.removeListener("exit", resolve);
  }

  /** Ends it, and starts none any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      const late = setTimeout(() => child.kill("SIGKILL"), END_MS);
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(late);
    }
    await this.#socket?.remove();
  }

  async #start(): Promise<void> {
    const { deps, dir, place } = this.#options;
    const startedMs = deps.clock.monotonic();
    this.#socket ??= await makeConsoleSocket(place.dataDir, place.worker);
    const { path: socket } = this.#socket;
    const child = fork(path.join(dir, "server.ts"), [CONSOLE_ARGUMENT], {
      // Configurations hold big integers and dates, which JSON has not.
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(() => {
      reject(new Error(`it did not start within ${START_MS / 1000} s`));
      child.kill("SIGKILL");
    }, START_MS);
    child.on("message", (value: unknown) => {
      if (!isMessage(value)) return;
      const message = value as FromConsole;
      if (message.kind === "hello") this.#order(child, socket);
      else if (message.kind === "serving") resolve();
      else if (message.kind === "failed") reject(new Error(message.reason));
      else if (message.kind === "log") this.#options.take(message.lines);
      else this.#answer(child, message);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      reject(new Error(`it ended with ${how} before it served`));
      this.#ended(child, how, deps.clock.monotonic() - startedMs);
    });
    try {
      await promise;
      deps.log.info(
        { pid: child.pid, ms: Math.round(deps.clock.monotonic() - startedMs) },
        "the console serves",
      );
    } finally {
      clearTimeout(late);
    }
  }

  #order(child: ChildProcess, socket: string): void {
    const { deps, look, place } = this.#options;
    const { database, encryptionKey } = place;
    const told = new StateTold(deps);
    this.#told = told;
    const state: GatewayState = told.state;
    const { origin } = deps;
    send(child, {
      kind: "orders",
      database,
      encryptionKey,
      socket,
      origin,
      look,
      number: told.number,
      state,
    });
  }

  #answer(child: ChildProcess, { id, question }: Extract<FromConsole, { kind: "question" }>): void {
    answerTo(this.#options.deps, id, question).then(
      (message) => send(child, message),
      (error: unknown) =>
        this.#options.deps.log.error({ err: error }, "the console's question was not answered"),
    );
  }

  #ended(child: ChildProcess, how: string, livedMs: number): void {
    if (this.#child !== child) return;
    const { clock, log } = this.#options.deps;
    this.#child = null;
    this.#serving = null;
    if (this.#closed) return;
    this.#deaths = livedMs > STEADY_MS ? 1 : this.#deaths + 1;
    // The first time there is nothing to wait for: somebody looks at an empty page.
    const restMs =
      this.#deaths === 1 ? 0 : Math.min(FIRST_REST_MS * 2 ** (this.#deaths - 2), LONGEST_REST_MS);
    this.#restsUntilMs = clock.monotonic() + restMs;
    log.error(`the console (pid ${child.pid}) ended with ${how}: the next request for it starts it again`);
  }
}

/** To a process that is just dying nothing can be said, and nothing needs to be: its end is news of its own. */
function send(child: ChildProcess, message: ToConsole): void {
  if (child.connected) child.send(message, () => undefined);
}
