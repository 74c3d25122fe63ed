/** No provider can hold a call for longer than was configured: not while connecting, not before the first byte, not in between. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { chunk, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, events, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const TIMES = { timeout: 0.2, stream_timeout: 0.15, connect_timeout: 0.15, idle_timeout: 0.2, num_retries: 0 };
const models = [
  deployment("chat", upstream.url),
  deployment("full", `http://127.0.0.1:${await fullSocket()}/v1`),
  deployment("patient", upstream.url, { timeout: 60, stream_timeout: 60 }),
];
const gateway = await mountedGateway({
  yaml: config(models, { router_settings: TIMES }),
});
const silent = () => {};

/** The port of a listener whose queue is full and who accepts nobody: a further connection hangs. */
async function fullSocket(): Promise<number> {
  const program = "require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})";
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const port = Number(String(line));
  child.kill("SIGSTOP");
  const fillers = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => "cut at the end"));
  afterAll(() => {
    child.kill("SIGKILL");
    for (const filler of fillers) filler.destroy();
  });
  await once(fillers[0] as Socket, "connect");
  return port;
}

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = async (model: string, fields: Record<string, unknown> = {}) => {
    const startedMs = performance.now();
    const answered = await send("POST", "/v1/chat/completions", { body: chat(model, fields) });
    const { status, text, headers } = answered;
    return { status, text, headers, tookMs: performance.now() - startedMs };
  };
  const expectTimeout = (answered: { status: number; text: string; tookMs: number }, what: string) => {
    expect(answered.status).toBe(408);
    expect(JSON.parse(answered.text).error).toMatchObject({ type: "timeout_error", code: "408", message: expect.stringContaining(what) });
    expect(answered.tookMs).toBeLessThan(1_500);
  };

  test.skipIf(process.platform !== "linux")("a provider that does not accept connections", async () => {
    const answered = await call("full");
    expectTimeout(answered, "did not connect in time");
    expect(await recordOf(gateway, answered.headers)).toMatchObject({ outcome: "timeout" });
  });

  test("no first byte", async () => {
    upstream.behave(silent);
    const answered = await call("chat");
    expectTimeout(answered, "begin its answer");
    expect(upstream.last().abortedAtMs).not.toBeNull();
    // The provider may have worked on it.
    expect(await recordOf(gateway, answered.headers)).toMatchObject({ outcome: "timeout", usage_source: "estimated", completion_tokens: "0" });
  });

  test("no first byte of a stream", async () => {
    upstream.behave(silent);
    expectTimeout(await call("chat", { stream: true }), "begin its answer");
  });

  test("a stream whose headers come and whose first event does not", async () => {
    await gateway.reload(config(models, { router_settings: { ...TIMES, idle_timeout: 60 } }));
    upstream.behave(stream(() => {}));
    expectTimeout(await call("chat", { stream: true }), "did not finish in time");
    await gateway.reload(config(models, { router_settings: TIMES }));
  });

  test("half a JSON answer and then silence", async () => {
    upstream.behave((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"id":');
    });
    expectTimeout(await call("patient"), "go on");
  });

  test("a stream may go on for longer than the time for its first event", async () => {
    upstream.behave(
      stream(async (response) => {
        for (let i = 0; i < 8; i++) {
          response.write(sse(chunk("x")));
          await wait(40);
        }
        response.end(sse("[DONE]"));
      }),
    );
    const { text, tookMs } = await call("chat", { stream: true });
    expect(tookMs).toBeGreaterThan(300);
    expect(events(text).at(-1)).toBe("[DONE]");
  });

  test("silence in mid-stream ends in an error event, billed for what came", async () => {
    upstream.behave(stream((response) => void response.write(sse(chunk("x".repeat(400))))));
    const { status, text, headers } = await call("patient", { stream: true });
    expect(status).toBe(200);
    expect(events(text).at(-1).error).toMatchObject({ type: "timeout_error", code: "408" });
    expect(await recordOf(gateway, headers)).toMatchObject({ outcome: "timeout", usage_source: "estimated", completion_tokens: "100" });
  });

  test("an answer that trickles on does not outlast the time for a whole answer", async () => {
    let timer: NodeJS.Timeout | undefined;
    upstream.behave((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      timer = setInterval(() => response.write(" "), 20);
      response.once("close", () => clearInterval(timer));
    });
    expectTimeout(await call("chat"), "did not finish in time");
  });
});
