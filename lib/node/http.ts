/** The Node mount: IncomingMessage in, gateway answer out, with limits on body, headers and slow peers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import {
  type Departure,
  type GatewayRequest,
  type GatewayResponse,
  payloadTooLarge,
} from "../gateway/http.ts";

const ONE_WRITE_BYTES = 16 * 1024;
/** A client that takes nothing for this long is gone. */
const STALL_MS = 30_000;
/** A client that has its answer and goes on sending is heard out for this long. */
const LINGER_MS = 2_000;

/** Answers one request. Never throws. */
export async function serve(
  gateway: Gateway,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = new NodeRequest(incoming, outgoing);
  const answer = await gateway.handle(request);
  if (outgoing.destroyed && !isStream(answer.body)) return;
  // An unread body would be taken for the next request; such a connection is closed instead.
  if (!incoming.complete) answer.headers.push("connection", "close");
  if (isStream(answer.body)) await writeStream(answer, answer.body, incoming, outgoing);
  else writeWhole(answer, answer.body, incoming, outgoing);
}

function writeWhole(
  answer: GatewayResponse,
  body: Buffer | string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { headers } = answer;
  if (answer.status !== 204)
    headers.push("content-length", String(typeof body === "string" ? Buffer.byteLength(body) : body.length));
  outgoing.writeHead(answer.status, headers);
  if (!incoming.complete) {
    outgoing.write(incoming.method === "HEAD" ? "" : body);
    discardRest(incoming, () => outgoing.end());
  } else if (incoming.method === "HEAD") outgoing.end();
  // As text it leaves in one write with the headers, as bytes in two.
  else if (typeof body !== "string" && body.length <= ONE_WRITE_BYTES)
    outgoing.end(body.toString("latin1"), "latin1");
  else outgoing.end(body);
}

/**
 * Takes in and throws away what the client still sends, for a while: a connection that is closed with bytes unread is
 * reset, and the client would see that instead of the answer.
 */
function discardRest(incoming: IncomingMessage, done: () => void): void {
  const stop = () => {
    clearTimeout(timer);
    incoming.off("end", stop);
    incoming.off("close", stop);
    done();
  };
  const timer = setTimeout(stop, LINGER_MS);
  incoming.once("end", stop);
  incoming.once("close", stop);
  incoming.resume();
}

async function writeStream(
  answer: GatewayResponse,
  chunks: AsyncIterable<Buffer>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    if (!outgoing.destroyed) {
      outgoing.writeHead(answer.status, answer.headers);
      outgoing.flushHeaders();
    }
    // Also when the client is gone already: the loop is what settles the call.
    for await (const chunk of chunks) {
      if (outgoing.destroyed) break;
      if (!outgoing.write(chunk)) await drained(outgoing);
    }
    outgoing.end();
  } catch {
    // The call has settled and logged its end; what is left is to cut a connection that cannot be finished well.
    incoming.destroy();
  }
}

/** Resolves when more can be written, or when the client is gone or has stalled too long. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    const timer = setTimeout(() => outgoing.destroy(), STALL_MS);
    outgoing.once("drain", done);
    outgoing.once("close", done);
  });
}

function isStream(body: GatewayResponse["body"]): body is AsyncIterable<Buffer> {
  return typeof body !== "string" && !Buffer.isBuffer(body);
}

class NodeRequest implements GatewayRequest {
  readonly method: string;
  readonly url: string;
  readonly peer: string;
  readonly headers: { get(name: string): string | null };
  readonly departure: Departure;
  readonly #incoming: IncomingMessage;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#incoming = incoming;
    this.method = incoming.method ?? "GET";
    this.url = incoming.url ?? "/";
    this.peer = incoming.socket.remoteAddress ?? "";
    this.headers = {
      get: (name) => {
        const value = incoming.headers[name];
        return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
      },
    };
    this.departure = new SocketDeparture(outgoing);
  }

  bytes(limitBytes: number): Promise<Buffer> {
    const incoming = this.#incoming;
    const announced = Number(incoming.headers["content-length"] ?? 0);
    if (announced > limitBytes) return Promise.reject(payloadTooLarge(limitBytes));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > limitBytes) {
          incoming.pause();
          incoming.removeAllListeners("data");
          reject(payloadTooLarge(limitBytes));
        } else chunks.push(chunk);
      });
      incoming.once("end", () =>
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
      );
      incoming.once("error", (error) =>
        reject(new GatewayError("client_closed", "The request was cut off.", { cause: error })),
      );
      incoming.once("close", () => {
        if (!incoming.complete) reject(new GatewayError("client_closed", "The request was cut off."));
      });
    });
  }
}

/** The client's connection closed before its answer was written. */
class SocketDeparture implements Departure {
  gone = false;
  readonly #listeners: (() => void)[] = [];

  constructor(outgoing: ServerResponse) {
    outgoing.once("close", () => {
      if (outgoing.writableFinished) return;
      this.gone = true;
      for (const listener of this.#listeners) listener();
    });
  }

  onGone(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
