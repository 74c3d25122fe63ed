/** What a mount hands to the gateway and gets back: the structural subset of a Web Request, and a plain answer. */
import { GatewayError } from "../errors.ts";

export interface GatewayRequest {
  readonly method: string;
  /** Path and query, as received (no origin). */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** Tells when the client goes away. */
  readonly departure: Departure;
  /** Address of the socket's other end; the mount's word, never a header of the client's. */
  readonly peer: string;
  /** Sent by the gateway itself to see whether it refuses: counted as nobody's call. */
  readonly selfTest?: true;
  /** The body, read once. @throws GatewayError `payload_too_large` beyond `limitBytes`. */
  bytes(limitBytes: number): Promise<Buffer>;
}

/** The refusal of a body that is too long, for mounts. */
export function payloadTooLarge(limitBytes: number): GatewayError {
  const megabytes = Math.round((limitBytes / 1024 / 1024) * 100) / 100;
  return new GatewayError(
    "payload_too_large",
    `The request body is larger than ${megabytes} MB (general_settings.max_request_size_mb).`,
  );
}

/** The client's leaving before it had its answer: an AbortSignal's one use here, at a fraction of its price. */
export interface Departure {
  readonly gone: boolean;
  /** Calls the listener when the client leaves; it is not called for one that has left already. */
  onGone(listener: () => void): void;
}

export function departureOf(signal: AbortSignal): Departure {
  return {
    get gone() {
      return signal.aborted;
    },
    onGone: (listener) => signal.addEventListener("abort", listener, { once: true }),
  };
}

export type Headers = Record<string, string>;

/** Names and values in turn: an answer has dozens, and a list is cheaper to gather and to write than an object. */
export type HeaderList = string[];

export interface GatewayResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** Bytes, or chunks that must be iterated to their end or returned early: billing hangs on it. */
  readonly body: Buffer | string | AsyncIterable<Buffer>;
}

export function json(status: number, value: unknown, headers: Headers = {}): GatewayResponse {
  const list = ["content-type", "application/json", "cache-control", "no-store"];
  addHeaders(list, headers);
  return { status, headers: list, body: JSON.stringify(value) };
}

export function addHeaders(list: HeaderList, headers: Readonly<Headers>): void {
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
}
