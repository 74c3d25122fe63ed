/**
 * Upstash's REST protocol in front of a real Redis: POST a command as a JSON array, `/pipeline`, `/multi-exec`, a bearer
 * token, base64 answers when asked for. The Lua runs in Redis itself.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import { type PlainClient, plainClient } from "./redis.ts";

export interface UpstashBridge {
  readonly url: string;
  readonly token: string;
  /** HTTP requests so far. */
  requests(): number;
  close(): Promise<void>;
}

type Answer = { readonly result: unknown } | { readonly error: string };

export async function startUpstashBridge(redisUrl: string): Promise<UpstashBridge> {
  const client = plainClient(redisUrl);
  client.on("error", () => {
    // Redis was stopped by the test; requests answer with the error.
  });
  await client.connect();
  const token = createHash("sha256").update(redisUrl).digest("base64url");
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void answer(client, token, request).then(({ body, status }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the bridge has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      client.destroy();
    },
  };
}

async function answer(
  client: PlainClient,
  token: string,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  if (request.headers.authorization !== `Bearer ${token}`)
    return { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
  const encode = request.headers["upstash-encoding"] === "base64" ? toBase64 : (value: unknown) => value;
  try {
    const body: unknown = JSON.parse(await readText(request));
    const path = request.url ?? "/";
    if (path === "/") {
      const result = await run(client, body);
      return { status: "error" in result ? 400 : 200, body: encoded(result, encode) };
    }
    if (!Array.isArray(body)) return { status: 400, body: { error: "ERR expected an array of commands" } };
    if (path === "/pipeline") {
      const results = await Promise.all(body.map((command) => run(client, command)));
      return { status: 200, body: results.map((result) => encoded(result, encode)) };
    }
    if (path === "/multi-exec") {
      const multi = client.multi();
      for (const command of body) multi.addCommand(words(command));
      const results = await multi.exec();
      return { status: 200, body: results.map((result) => ({ result: encode(result) })) };
    }
    return { status: 404, body: { error: `ERR no such path ${path}` } };
  } catch (error) {
    return { status: 400, body: { error: messageOf(error) } };
  }
}

async function run(client: PlainClient, command: unknown): Promise<Answer> {
  try {
    return { result: await client.sendCommand(words(command)) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function words(command: unknown): string[] {
  if (!Array.isArray(command)) throw new Error("ERR a command is an array");
  return command.map(String);
}

function encoded(answered: Answer, encode: (value: unknown) => unknown): Answer {
  return "error" in answered ? answered : { result: encode(answered.result) };
}

function toBase64(value: unknown): unknown {
  if (typeof value === "string") return Buffer.from(value).toString("base64");
  return Array.isArray(value) ? value.map(toBase64) : value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
