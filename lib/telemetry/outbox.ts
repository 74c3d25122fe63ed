/**
 * What waits to be sent of one signal: bounded, counted, and never in anybody's way. That a receiver does not answer is
 * said once, and once more when it does again.
 */
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Log } from "../log.ts";

type Result = Parameters<Parameters<SpanExporter["export"]>[1]>[0];

/** Of a receiver that is away for longer the rest is dropped. */
export const MOST_WAITING = 8_192;
/** Prompts and answers in all that waits, in characters. */
const MOST_CONTENT = 8_000_000;
const SUCCESS = 0;

/** Counts since the start of the process. */
export interface OutboxFigures {
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
}

export class Outbox {
  readonly #signal: string;
  readonly #receiver: string;
  readonly #log: Log;
  readonly figures = { sent: 0, failed: 0, dropped: 0 };
  #waiting = 0;
  #contentChars = 0;
  #failing = false;

  /** @param url of the receiver; its query may hold a secret and is not shown */
  constructor(signal: string, url: string, log: Log) {
    this.#signal = signal;
    const { origin, pathname } = new URL(url);
    this.#receiver = origin + pathname;
    this.#log = log;
  }

  /** Takes a place; false when all are taken: what asked for it is dropped. */
  take(): boolean {
    if (this.#waiting >= MOST_WAITING) {
      this.figures.dropped += 1;
      return false;
    }
    this.#waiting += 1;
    return true;
  }

  /** Takes room for message content; false when what waits holds too much of it already. */
  takeContent(chars: number): boolean {
    if (this.#contentChars + chars > MOST_CONTENT) return false;
    this.#contentChars += chars;
    return true;
  }

  /** Gives places back when a batch is through, one way or the other. */
  done(amount: number, contentChars: number, result: Result): void {
    this.#waiting -= amount;
    this.#contentChars -= contentChars;
    const good = result.code === SUCCESS;
    if (good) this.figures.sent += amount;
    else this.figures.failed += amount;
    if (good !== this.#failing) return;
    this.#failing = !good;
    if (good) this.#log.info(`OpenTelemetry: ${this.#signal} arrive again at ${this.#receiver}`);
    else
      this.#log.warn(
        { reason: reasonOf(result.error) },
        `OpenTelemetry: ${this.#signal} do not arrive at ${this.#receiver}. Calls go on; what is lost is counted in shin_telemetry_records_total`,
      );
  }
}

/** Code, status or kind of an error: its text could quote a header. */
function reasonOf(error: Error | undefined): string {
  if (error === undefined) return "unknown";
  return "code" in error && error.code !== undefined ? String(error.code) : error.name;
}

interface Exporter<T> {
  export(items: T[], done: (result: Result) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** An exporter of the SDK, with what it does told to an outbox. */
export class CountedExporter<T> {
  readonly #exporter: Exporter<T>;
  readonly #outbox: Outbox;
  readonly #contentOf: (item: T) => number;

  /** @param contentOf how many characters of message content an item holds */
  constructor(exporter: Exporter<T>, outbox: Outbox, contentOf: (item: T) => number) {
    this.#exporter = exporter;
    this.#outbox = outbox;
    this.#contentOf = contentOf;
  }

  export(items: T[], done: (result: Result) => void): void {
    let content = 0;
    for (const item of items) content += this.#contentOf(item);
    this.#exporter.export(items, (result) => {
      this.#outbox.done(items.length, content, result);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
