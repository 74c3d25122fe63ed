/** Hands a request on to the console's process and its answer back, as they come: nothing is kept, nothing is read. */
import { type Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";

/** Of one connection and not of the request that comes over it. */
const OF_THE_CONNECTION = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface Way {
  readonly agent: Agent;
  /** Path of the socket that the console listens on. */
  readonly socket: string;
}

/**
 * Resolves when the answer is out, or its client is gone; then the console's request is aborted.
 * @throws when no answer came, and nothing was said to the client
 */
export function relay(
  { agent, socket }: Way,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({
      agent,
      socketPath: socket,
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      headers: forwarded(incoming),
    });
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) asked.destroy();
      resolve();
    });
    asked.once("error", reject);
    asked.once("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answered(answer.rawHeaders));
      // An answer that is cut off cuts its client off, too: half a page must not look like a whole one.
      pipeline(answer, outgoing, () => resolve());
    });
    // Of a request that was read to its end already, no end would come.
    if (incoming.readableEnded) asked.end();
    else incoming.pipe(asked);
  });
}

function forwarded({ headers }: IncomingMessage): IncomingMessage["headers"] {
  const chunked = headers["transfer-encoding"] !== undefined;
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
  return { ...Object.fromEntries(kept), ...(chunked ? { "transfer-encoding": "chunked" } : {}) };
}

function answered(raw: readonly string[]): string[] {
  return raw.filter((_, place) => {
    const name = raw[place - (place % 2)];
    return name !== undefined && !OF_THE_CONNECTION.has(name.toLowerCase());
  });
}
