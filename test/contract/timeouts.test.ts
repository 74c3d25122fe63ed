/** No provider can hold a call for longer than was configured: not while connecting, not before the first byte, not in between. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { until } from "#test/helpers/house.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { type Behaviour, chunk, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, events, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const TIMES = {
  timeout: 0.2,
  stream_timeout: 0.15,
  connect_timeout: 0.15,
  idle_timeout: 0.2,
  num_retries: 0,
};
/** What the provider does with a call, by the name of its model; every case has its own, so that all run at once. */
const behaviours: Record<string, Behaviour> = {
  silent: () => {},
  headers: stream(() => {}),
  half: (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"id":');
  },
  slow: stream(async (response) => {
    for (let i = 0; i < 8; i++) {
      response.write(sse(chunk("x")));
      await wait(40);
    }
    response.end(sse("[DONE]"));
  }),
  stalls: stream((response) => void response.write(sse(chunk("x".repeat(400))))),
  trickles: (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 20);
    response.once("close", () => clearInterval(timer));
  },
};
upstream.behave((request, response) => behaviours[request.json.model]?.(request, response));
const gateway = await mountedGateway({
  yaml: config(
    [
      deployment("full", `http://127.0.0.1:${await fullSocket()}/v1`),
      deployment("patient/*", upstream.url, { model: "openai/*", timeout: 60, stream_timeout: 60 }),
      deployment("*", upstream.url, { model: "openai/*" }),
    ],
    { router_settings: TIMES },
  ),
});

/** The port of a listener whose queue is full and who accepts nobody: a further connection hangs. */
async function fullSocket(): Promise<number> {
  const program =
    "require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})";
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const port = Number(String(line));
  child.kill("SIGSTOP");
  const fillers = Array.from({ length: 4 }, () =>
    connect(port, "127.0.0.1").on("error", () => "cut at the end"),
  );
  afterAll(() => {
    child.kill("SIGKILL");
    for (const filler of fillers) filler.destroy();
  });
  await once(fillers[0] as Socket, "connect");
  return port;
}

describe.concurrent.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = async (model: string, fields: Record<string, unknown> = {}) => {
    const startedMs = performance.now();
    const answered = await send("POST", "/v1/chat/completions", { body: chat(model, fields) });
    const { status, text, headers } = answered;
    return { status, text, headers, tookMs: performance.now() - startedMs };
  };
  const expectTimeout = (answered: { status: number; text: string; tookMs: number }, what: string) => {
    expect(answered.status).toBe(408);
    expect(JSON.parse(answered.text).error).toMatchObject({
      type: "timeout_error",
      code: "408",
      message: expect.stringContaining(what),
    });
    expect(answered.tookMs).toBeLessThan(10_000);
  };

  test.skipIf(process.platform !== "linux")("a provider that does not accept connections", async () => {
    const answered = await call("full");
    expectTimeout(answered, "did not connect in time");
    expect(await recordOf(gateway, answered.headers)).toMatchObject({
      outcome: "timeout",
      // It never heard of the call, so there is nothing to bill.
      usage_source: "none",
      cost_nano_usd: "0",
    });
  });

  test("no first byte", async () => {
    const answered = await call("silent");
    expectTimeout(answered, "begin its answer");
    // The provider may have worked on it.
    expect(await recordOf(gateway, answered.headers)).toMatchObject({
      outcome: "timeout",
      usage_source: "estimated",
      completion_tokens: "0",
    });
    const calls = upstream.requests.filter((request) => request.json.model === "silent");
    await until("its connection is closed", () => calls.some((request) => request.abortedAtMs !== null));
  });

  test("no first byte of a stream", async () => {
    expectTimeout(await call("silent", { stream: true }), "begin its answer");
  });

  test("a stream whose headers come and whose first event does not", async () => {
    expectTimeout(await call("headers", { stream: true }), "did not finish in time");
  });

  test("half a JSON answer and then silence", async () => {
    expectTimeout(await call("patient/half"), "go on");
  });

  test("a stream may go on for longer than the time for its first event", async () => {
    const { text, tookMs } = await call("slow", { stream: true });
    expect(tookMs).toBeGreaterThan(300);
    expect(events(text).at(-1)).toBe("[DONE]");
  });

  test("silence in mid-stream ends in an error event, billed for what came", async () => {
    const { status, text, headers } = await call("patient/stalls", { stream: true });
    expect(status).toBe(200);
    expect(events(text).at(-1).error).toMatchObject({ type: "timeout_error", code: "408" });
    expect(await recordOf(gateway, headers)).toMatchObject({
      outcome: "timeout",
      usage_source: "estimated",
      completion_tokens: "100",
    });
  });

  test("an answer that trickles on does not outlast the time for a whole answer", async () => {
    expectTimeout(await call("trickles"), "did not finish in time");
  });
});
