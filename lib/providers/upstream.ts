/** One HTTP call to a provider over undici's shortest road, read chunk by chunk with back-pressure. */
import { type Dispatcher, Pool } from "undici";
import {
  type AddressRule,
  guardedLookup,
  type ResolveHost,
  requireReachable,
  systemResolver,
} from "./guard.ts";

type IncomingHeaders = Record<string, string | string[] | undefined>;
type DispatchController = Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseData"]>>[0];

export interface UpstreamRequest {
  readonly url: URL;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly connectTimeoutMs: number;
  /** To the first byte of the answer. */
  readonly firstByteTimeoutMs: number;
  /** Longest silence inside it. */
  readonly idleTimeoutMs: number;
  /** Where the connection may lead; null: anywhere, the operator wrote the address into config.yaml. */
  readonly rule: AddressRule | null;
  /** When the client leaves, the call is stopped at once, whatever it is waiting for. */
  readonly departure: Departure;
}

/** Tells when the client leaves; the gateway's own, by structure. */
export interface Departure {
  readonly gone: boolean;
  onGone(listener: () => void): void;
}

/** What came back, of a provider or of the demo. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHeaders;
  /** All of it is here, read or not: no more need be waited for. */
  readonly complete: boolean;
  /** The next bytes, null at the end. @throws when the connection breaks, times out or is aborted */
  next(): Promise<Buffer | null>;
  /** All that is left, at most so many bytes; null when there is more. @throws as `next` */
  readAll(limitBytes: number): Promise<Buffer | null>;
  /** Stops the call and closes its connection; whoever waits for bytes gets the reason. */
  abort(reason?: Error): void;
}

/** More than this waiting unread pauses the provider. */
const HIGH_WATER_BYTES = 256 * 1024;

/** Keeps one connection pool an origin. */
export class Upstreams {
  readonly #pools = new Map<string, Pool>();
  readonly #resolve: ResolveHost;

  /** @param resolve looks names up for guarded connections */
  constructor(resolve: ResolveHost = systemResolver) {
    this.#resolve = resolve;
  }

  /** Sends; resolves when the answer's headers are here. @throws undici's errors, and AddressRefused before a byte is sent */
  send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      if (request.rule !== null) requireReachable(request.url.hostname, request.rule);
      const reader = new AnswerReader(resolve, reject, request.departure);
      this.#pool(request).dispatch(
        {
          method: "POST",
          path: request.url.pathname + request.url.search,
          headers: request.headers as string[],
          body: request.body,
          headersTimeout: request.firstByteTimeoutMs,
          bodyTimeout: request.idleTimeoutMs,
        },
        reader,
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #pool({ url, connectTimeoutMs, rule }: UpstreamRequest): Pool {
    // A guarded connection was checked when it was made, so the unguarded ones are never lent to it.
    const guard = rule === null ? "" : ` ${rule.allowInternal ? "internal" : "public"}`;
    const key = `${url.origin} ${connectTimeoutMs}${guard}`;
    const known = this.#pools.get(key);
    if (known) return known;
    const lookup = rule === null ? {} : { lookup: guardedLookup(this.#resolve, rule) };
    const pool = new Pool(url.origin, {
      connect: { timeout: connectTimeoutMs, ...lookup },
      connections: null,
    });
    this.#pools.set(key, pool);
    return pool;
  }
}

class AnswerReader implements Dispatcher.DispatchHandler, UpstreamAnswer {
  status = 0;
  headers: IncomingHeaders = {};
  readonly #resolve: (answer: UpstreamAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #departure: Departure;
  #controller: DispatchController | null = null;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  /** Set when the whole answer is wanted at once. */
  #limitBytes: number | null = null;
  #ended = false;
  #error: unknown = null;
  #waiter: { resolve: (chunk: Buffer | null) => void; reject: (error: unknown) => void } | null = null;

  constructor(
    resolve: (answer: UpstreamAnswer) => void,
    reject: (error: unknown) => void,
    departure: Departure,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#departure = departure;
    departure.onGone(() => this.abort());
  }

  get complete(): boolean {
    return this.#ended && this.#error === null;
  }

  next(): Promise<Buffer | null> {
    const chunk = this.#take();
    if (chunk) return Promise.resolve(chunk);
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  readAll(limitBytes: number): Promise<Buffer | null> {
    this.#limitBytes = limitBytes;
    // A short answer has come whole by the time its headers are looked at.
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(this.#whole());
    if (this.#controller?.paused) this.#controller.resume();
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve: () => resolve(this.#whole()), reject };
    });
  }

  abort(reason?: Error): void {
    if (!this.#ended)
      this.#controller?.abort(reason ?? new DOMException("the call was stopped", "AbortError"));
  }

  onRequestStart(controller: DispatchController): void {
    this.#controller = controller;
    if (this.#departure.gone) this.abort();
  }

  onResponseStart(_: DispatchController, status: number, headers: IncomingHeaders): void {
    // 1xx answers come before the real one.
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#resolve(this);
  }

  onResponseData(controller: DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#limitBytes !== null) {
      if (this.#waitingBytes > this.#limitBytes) controller.abort(new Error("the answer is too long"));
    } else if (this.#waiter) {
      const { resolve } = this.#waiter;
      this.#waiter = null;
      resolve(this.#take());
    } else if (this.#waitingBytes > HIGH_WATER_BYTES) controller.pause();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#waiter?.resolve(null);
    this.#waiter = null;
  }

  onResponseError(_: DispatchController, error: Error): void {
    this.#ended = true;
    if (this.#limitBytes !== null && this.#waitingBytes > this.#limitBytes) {
      // Stopped by ourselves for its length, which is no failure.
      this.onResponseEnd();
      return;
    }
    this.#error = error;
    this.#reject(error);
    this.#waiter?.reject(error);
    this.#waiter = null;
  }

  #whole(): Buffer | null {
    if (this.#waitingBytes > (this.#limitBytes ?? 0)) return null;
    return this.#take() ?? Buffer.alloc(0);
  }

  /** Everything that waits, as one chunk: a slow reader gets few large writes. */
  #take(): Buffer | null {
    const [first] = this.#chunks;
    if (!first) return null;
    const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#waitingBytes = 0;
    if (this.#controller?.paused) this.#controller.resume();
    return all;
  }
}
