/**
 * Providers for tests. `rawUpstream` is a bare HTTP server that does whatever a test tells it, hostile things included,
 * and remembers what it was sent; `aimock` stands in for a well-behaved provider and for its own kinds of chaos.
 */

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LLMock } from "@copilotkit/aimock";
import { atEnd } from "./at-end.ts";

/** A request as the provider got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies by name, and fail on what is not there
  readonly json: any;
  /** When the gateway closed the connection before the answer was complete; null while it has not. */
  abortedAtMs: number | null;
}

export type Behaviour = (request: Received, response: ServerResponse) => void | Promise<void>;

export interface RawUpstream {
  /** With `/v1`, for `api_base`. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Received[];
  /** The request that came last. @throws when none came */
  last(): Received;
  /** What every request from now on gets, or, with several, one after the other and then the last again. */
  behave(...behaviours: readonly Behaviour[]): void;
  /** Forgets what came so far. */
  forget(): void;
}

/** Starts a provider that is stopped with the test or the file that asked for it; it answers `hello` until told otherwise. */
export async function rawUpstream(first: Behaviour = answer()): Promise<RawUpstream> {
  let queue: readonly Behaviour[] = [first];
  const requests: Received[] = [];
  const server = createServer((incoming, response) => void take(incoming, response));
  const take = async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const received: Received = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body,
      get json() {
        return JSON.parse(body.toString());
      },
      abortedAtMs: null,
    };
    response.once("close", () => {
      if (!response.writableFinished) received.abortedAtMs = performance.now();
    });
    requests.push(received);
    const behaviour = queue[0];
    if (queue.length > 1) queue = queue.slice(1);
    await behaviour?.(received, response);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    last: () => {
      const request = requests.at(-1);
      if (!request) throw new Error("the provider was not called");
      return request;
    },
    behave: (...behaviours) => {
      queue = behaviours;
    },
    forget: () => {
      requests.length = 0;
    },
  };
}

export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

/** A chat answer as OpenAI gives it. */
export const completion = (fields: Record<string, unknown> = {}) => ({
  id: "chatcmpl-test",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "upstream-model-0613",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: USAGE,
  ...fields,
});

/** Answers JSON, text or bytes. */
export function answer(
  body: unknown = completion(),
  status = 200,
  headers: Record<string, string | string[]> = {},
): Behaviour {
  return (_, response) => {
    const raw = typeof body === "string" || Buffer.isBuffer(body);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(raw ? body : JSON.stringify(body));
  };
}

/** One chunk of a chat stream. */
export const chunk = (content: string, fields: Record<string, unknown> = {}) => ({
  id: "chatcmpl-stream",
  object: "chat.completion.chunk",
  created: 1_700_000_000,
  model: "upstream-model-0613",
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
  ...fields,
});

export const usageChunk = (usage: unknown = USAGE) => ({ ...chunk(""), choices: [], usage });

/** Server-sent events of those chunks; text goes over as it is. */
export const sse = (...events: readonly unknown[]): string =>
  events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");

/** The stream that most tests want: two words, usage, [DONE]. */
export const STREAM = sse(chunk("hel"), chunk("lo"), usageChunk(), "[DONE]");

/** Sends an event stream; `write` gets the response and ends it or not. */
export function stream(
  write: string | ((response: ServerResponse) => void | Promise<void>) = STREAM,
): Behaviour {
  return async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    if (typeof write === "string") response.end(write);
    else await write(response);
  };
}

/** Hands the request to one behaviour or the other, by its `stream`. */
export const either =
  (whole: Behaviour, streamed: Behaviour): Behaviour =>
  (request, response) =>
    request.body.length > 0 && request.json.stream === true
      ? streamed(request, response)
      : whole(request, response);

/** aimock, stopped when the file's tests are done. Its chaos is set with `setChaos`. */
export async function aimock(): Promise<LLMock> {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  await mock.start();
  atEnd(() => mock.stop());
  return mock;
}
