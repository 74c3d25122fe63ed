/**
 * An upstream that streams: to each call it sends `chunks` chunks, one at each tick, then usage and the end mark.
 * Run as `node upstream.ts PORT CHUNKS TICK_MS`.
 */
import { createServer, type ServerResponse } from "node:http";
import { MODEL, USAGE } from "./workload.ts";

const HEAD = { id: "chatcmpl-bench", object: "chat.completion.chunk", created: 1_760_000_000, model: MODEL };

function event(data: object): string {
  return `data: ${JSON.stringify({ ...HEAD, ...data })}\n\n`;
}

const CHUNK = event({
  choices: [{ index: 0, delta: { content: " Paris" }, logprobs: null, finish_reason: null }],
  usage: null,
});
const ENDING =
  event({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }], usage: null }) +
  event({ choices: [], usage: USAGE }) +
  "data: [DONE]\n\n";

function serve(port: number, chunks: number, tickMs: number): void {
  const open = new Map<ServerResponse, number>();
  // One clock for all streams: a timer for each of hundreds would measure timers.
  setInterval(() => {
    for (const [answer, sent] of open) {
      if (sent < chunks) {
        answer.write(CHUNK);
        open.set(answer, sent + 1);
      } else {
        open.delete(answer);
        answer.end(ENDING);
      }
    }
  }, tickMs);
  const server = createServer((request, answer) => {
    request.resume();
    if (request.method !== "POST") {
      answer.end("ready");
      return;
    }
    answer.once("close", () => open.delete(answer));
    request.once("end", () => {
      answer.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
      answer.flushHeaders();
      open.set(answer, 0);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1", 4096);
}

if (import.meta.main) {
  const [port, chunks, tickMs] = process.argv.slice(2).map(Number);
  if (port === undefined || chunks === undefined || tickMs === undefined) {
    throw new Error("Usage: node upstream.ts PORT CHUNKS TICK_MS");
  }
  serve(port, chunks, tickMs);
}
