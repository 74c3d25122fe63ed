/**
 * A provider on loopback that does what the prompt says: `"<prompt tokens> <completion tokens> <mode>"`, where the mode is
 * `now` (answers), `hold` (takes the call and never answers), `drip` (a stream that stays open until `release`), `fail`
 * (500), `full` (answers with all that it may produce) or `break` (a stream that is cut after its first words).
 */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Provider {
  /** For `api_base`. */
  readonly url: string;
  /** Calls that came, of whatever kind. */
  calls(): number;
  /** The body of the call that came last. */
  lastBody(): Record<string, unknown>;
  /** Calls that are held or drip now. */
  readonly open: ReadonlySet<ServerResponse>;
  /** Lets dripping streams end well. */
  release(): void;
  close(): Promise<void>;
}

type Mode = "now" | "full" | "hold" | "drip" | "fail" | "break";

interface Asked {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly mode: Mode;
  readonly stream: boolean;
}

export async function startProvider(): Promise<Provider> {
  const open = new Set<ServerResponse>();
  const endings = new Set<() => void>();
  let calls = 0;
  let lastBody: Record<string, unknown> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const asked = read(text);
      lastBody = JSON.parse(text);
      calls += 1;
      if (asked.mode === "fail") return void response.writeHead(500).end('{"error":{"message":"broken"}}');
      if (asked.mode === "now" || asked.mode === "full")
        return asked.stream ? stream(response, asked) : whole(response, asked);
      open.add(response);
      response.once("close", () => open.delete(response));
      if (asked.mode === "hold") return;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event({ choices: [{ index: 0, delta: { content: "first" } }] }), () => {
        if (asked.mode === "break") response.destroy();
      });
      endings.add(() => finish(response, asked));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls: () => calls,
    lastBody: () => lastBody,
    open,
    release: () => {
      for (const end of endings) end();
      endings.clear();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The body of a call that asks the provider for those figures. */
export function ask(
  promptTokens: number,
  completionTokens: number,
  mode: Mode,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const content = `${promptTokens} ${completionTokens} ${mode}`;
  return { model: "priced", max_tokens: 500, messages: [{ role: "user", content }], ...more };
}

function read(text: string): Asked {
  const body: { stream?: boolean; max_tokens?: number; n?: number; messages: { content: string }[] } =
    JSON.parse(text);
  const [prompt, completion, mode] = (body.messages[0]?.content ?? "").split(" ");
  return {
    promptTokens: Number(prompt),
    completionTokens: mode === "full" ? (body.max_tokens ?? 4_096) * (body.n ?? 1) : Number(completion),
    mode: mode as Mode,
    stream: body.stream === true,
  };
}

function usage(asked: Asked): object {
  const { promptTokens, completionTokens } = asked;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function whole(response: ServerResponse, asked: Asked): void {
  const message = { role: "assistant", content: "done" };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      id: "c1",
      model: "upstream",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: usage(asked),
    }),
  );
}

/** Chunk by chunk, a turn of the event loop apart, so that a kill finds streams half-way. */
function stream(response: ServerResponse, asked: Asked): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let left = 10;
  const next = () => {
    if (left-- === 0) return finish(response, asked);
    response.write(event({ choices: [{ index: 0, delta: { content: "word " } }] }));
    setImmediate(next);
  };
  next();
}

function finish(response: ServerResponse, asked: Asked): void {
  response.end(`${event({ choices: [], usage: usage(asked) })}data: [DONE]\n\n`);
}

function event(fields: object): string {
  return `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", model: "upstream", ...fields })}\n\n`;
}
