/** The Node mount: IncomingMessage in, gateway answer out, with limits on body, headers and slow peers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../errors.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { GatewayRequest, GatewayResponse } from "../gateway/http.ts";

/** A client that takes nothing for this long is gone. */
const STALL_MS = 30_000;

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
  if (!incoming.complete) answer.headers["connection"] = "close";
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
    headers["content-length"] = String(typeof body === "string" ? Buffer.byteLength(body) : body.length);
  outgoing.writeHead(answer.status, headers);
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
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
  readonly signal: AbortSignal;
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
    const controller = new AbortController();
    this.signal = controller.signal;
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) controller.abort();
    });
  }

  bytes(limitBytes: number): Promise<Buffer> {
    const incoming = this.#incoming;
    const announced = Number(incoming.headers["content-length"] ?? 0);
    if (announced > limitBytes) return Promise.reject(tooLarge(limitBytes));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > limitBytes) {
          incoming.pause();
          incoming.removeAllListeners("data");
          reject(tooLarge(limitBytes));
        } else chunks.push(chunk);
      });
      incoming.once("end", () =>
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
      );
      incoming.once("error", (error) =>
        reject(new GatewayError("client_closed", "The request was cut off.", { cause: error })),
      );
      incoming.once("close", () => reject(new GatewayError("client_closed", "The request was cut off.")));
    });
  }
}

function tooLarge(limitBytes: number): GatewayError {
  const megabytes = Math.round((limitBytes / 1024 / 1024) * 10) / 10;
  return new GatewayError(
    "payload_too_large",
    `The request body is larger than ${megabytes} MB (general_settings.max_request_size_mb).`,
  );
}
