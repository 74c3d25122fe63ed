/** What a tracing system is told of calls: the tree of spans, the conventions' attributes, and whose trace it is. */
import { beforeEach, describe, expect, it } from "vitest";
import { departureOf } from "#lib/gateway/http.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import {
  answer,
  chunk,
  completion,
  either,
  rawUpstream,
  sse,
  stream,
  usageChunk,
} from "#test/helpers/upstream.ts";
import { otlpReceiver, type ReceivedSpan } from "./receiver.ts";
import { flush, lookAt } from "./setting.ts";

const receiver = await otlpReceiver();
const good = await rawUpstream();
const bad = await rawUpstream();

const yaml = `
model_list:
  - model_name: gpt-4
    litellm_params: { model: openai/up-4, api_base: ${good.url}, api_key: sk-up, order: 2, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 }
    model_info: { id: dep_good }
  - model_name: gpt-4
    litellm_params: { model: mistral/up-m, api_base: ${bad.url}, api_key: sk-up, order: 1 }
    model_info: { id: dep_first }
litellm_settings:
  cooldown_time: 0
`;
const gateway = await testGateway({
  yaml,
  env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20otlp-Secret-77,x-scope=a%2Cb",
    OTEL_SERVICE_NAME: "shin-of-tests",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging",
  },
});
const key = await gateway.newKey({ key_alias: "mobile", user_id: "alice@example.com" });

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const SECRET_PROMPT = "the merger closes on friday";
const body = (more: object = {}) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: SECRET_PROMPT }],
  max_tokens: 64,
  temperature: 0.25,
  ...more,
});
const chat = (more: object = {}, headers: Record<string, string> = {}, with_ = key) =>
  gateway.call("POST", "/v1/chat/completions", { key: with_, body: body(more), headers });

const STREAMED = stream(
  sse(
    chunk("hel"),
    chunk("lo", { choices: [{ index: 0, delta: { content: "lo" }, finish_reason: "stop" }] }),
    usageChunk(),
    "[DONE]",
  ),
);

beforeEach(async () => {
  await lookAt(gateway, receiver);
  receiver.answer(200);
  good.forget();
  bad.forget();
  good.behave(either(answer(), STREAMED));
  bad.behave(either(answer(), STREAMED));
});

/** The gateway's own span and those below it. */
async function tree(amount: number): Promise<[ReceivedSpan, ...ReceivedSpan[]]> {
  const [server, ...clients] = await receiver.spansOf(amount);
  if (!server) throw new Error("no span");
  expect(receiver.spans).toHaveLength(amount);
  return [server, ...clients];
}

describe("a call that is answered", () => {
  it("is a span of the gateway's with the provider's below it, in the client's trace", async () => {
    const reply = await chat({}, { traceparent: PARENT, tracestate: "vendor=abc" });
    expect(reply.status).toBe(200);
    const [server, client] = await tree(2);
    expect(server).toMatchObject({
      name: "POST /chat/completions",
      kind: 2,
      traceId: "0af7651916cd43dd8448eb211c80319c",
      parentSpanId: "b7ad6b7169203331",
      traceState: "vendor=abc",
      events: ["admitted"],
      status: { code: 0 },
    });
    expect(server.attributes).toEqual({
      "http.request.method": "POST",
      "http.route": "/chat/completions",
      "http.response.status_code": 200,
      "shin.request.id": reply.headers["x-shin-request-id"],
      "shin.outcome": "ok",
      "shin.model": "gpt-4",
      "shin.key.id": expect.stringMatching(/^key_/),
      "shin.key.alias": "mobile",
      "shin.cost_usd": 0,
      "shin.unpriced": true,
      "user.id": "alice@example.com",
      "client.address": "127.0.0.1",
    });
    expect(client).toMatchObject({
      name: "chat up-m",
      kind: 3,
      traceId: server.traceId,
      parentSpanId: server.spanId,
      status: { code: 0 },
    });
    expect(client?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "mistral_ai",
      "gen_ai.request.model": "up-m",
      "gen_ai.request.max_tokens": 64,
      "gen_ai.request.temperature": 0.25,
      "gen_ai.response.id": "chatcmpl-test",
      "gen_ai.response.model": "upstream-model-0613",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 11,
      "gen_ai.usage.output_tokens": 7,
      "server.address": "127.0.0.1",
      "server.port": bad.port,
      "shin.deployment.id": "dep_first",
    });
    expect(client?.startMs).toBeGreaterThanOrEqual(server.startMs);
    expect(client?.endMs).toBeLessThanOrEqual(server.endMs);
    expect(receiver.resources[0]).toMatchObject({
      "service.name": "shin-of-tests",
      "service.version": "test",
      "deployment.environment.name": "staging",
    });
    expect(receiver.raw[0]).toContain('"authorization":"Bearer otlp-Secret-77"');
    expect(receiver.raw[0]).toContain('"x-scope":"a,b"');
  });

  it("hands the gateway's own place in the trace to the provider, and nothing else of the client's", async () => {
    await chat({}, { traceparent: PARENT, tracestate: "vendor=abc", baggage: "user=alice" });
    const [, client] = await tree(2);
    const { headers } = bad.last();
    expect(headers["traceparent"]).toBe(`00-0af7651916cd43dd8448eb211c80319c-${client?.spanId}-01`);
    expect(headers["tracestate"]).toBeUndefined();
    expect(headers["baggage"]).toBeUndefined();
  });

  it("leads from its log line and its spend record to its trace", async () => {
    const reply = await chat();
    const [server] = await tree(2);
    const [line] = await receiver.logsOf(1);
    expect(line).toMatchObject({ traceId: server.traceId, spanId: server.spanId, severity: "INFO" });
    expect(line?.body).toMatchObject({
      request_id: reply.headers["x-shin-request-id"],
      trace_id: server.traceId,
      outcome: "ok",
      status: 200,
      msg: "call",
    });
    const [row] = await gateway.database
      .sql`select metadata from spend_records where id = ${reply.headers["x-shin-request-id"] ?? ""}`;
    expect(row?.["metadata"]).toEqual({ trace_id: server.traceId });
  });

  it("is told without a word of prompt or answer, whatever way it ends", async () => {
    await chat();
    await chat({ stream: true });
    bad.behave(answer({ error: { message: `cannot say: ${SECRET_PROMPT}` } }, 400));
    await chat();
    bad.behave(answer({ error: { message: SECRET_PROMPT } }, 500));
    await chat();
    await receiver.spansOf(9);
    await receiver.logsOf(4);
    const everything = receiver.raw.join("\n");
    for (const text of [SECRET_PROMPT, "merger", "hello", '"hel"', "gen_ai.input.messages"])
      expect(everything).not.toContain(text);
  });
});

describe("a traceparent", () => {
  it.each([
    ["of another form", "0af7651916cd43dd8448eb211c80319c"],
    ["in capitals", PARENT.toUpperCase()],
    ["without a trace", `00-${"0".repeat(32)}-b7ad6b7169203331-01`],
    ["without a span", `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`],
    ["of version 255", PARENT.replace(/^00/, "ff")],
    ["with more than version 0 has", `${PARENT}-extra`],
    ["sent twice", `${PARENT}, ${PARENT}`],
  ])("%s is ignored: the call begins a trace of its own", async (_, traceparent) => {
    await chat({}, { traceparent, tracestate: "vendor=abc" });
    const [server] = await tree(2);
    expect(server.parentSpanId).toBeUndefined();
    expect(server.traceState).toBeUndefined();
    expect(server.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(server.traceId).not.toBe("0af7651916cd43dd8448eb211c80319c");
  });

  it("of a later version is taken, with a tracestate that cannot be read left out", async () => {
    await chat({}, { traceparent: `${PARENT.replace(/^00/, "cc")}-what-comes`, tracestate: "NOT A LIST" });
    const [server] = await tree(2);
    expect(server.parentSpanId).toBe("b7ad6b7169203331");
    expect(server.traceState).toBeUndefined();
  });

  it("that is not sampled ends tracing of that call, and the provider is told so", async () => {
    await chat({}, { traceparent: PARENT.replace(/01$/, "00") });
    await chat();
    const [server] = await tree(2);
    expect(server.traceId).not.toBe("0af7651916cd43dd8448eb211c80319c");
    expect(bad.requests[0]?.headers["traceparent"]).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/,
    );
    expect(await receiver.logsOf(2)).toHaveLength(2);
  });
});

describe("a stream", () => {
  /** Resolves when the first chunk is here; gives what comes. */
  async function opened(left: AbortSignal) {
    const bytes = Buffer.from(JSON.stringify(body({ stream: true })));
    const { body: parts } = await gateway.runtime.gateway.handle({
      method: "POST",
      url: "/v1/chat/completions",
      headers: new Headers({ authorization: `Bearer ${key}` }),
      peer: "127.0.0.1",
      departure: departureOf(left),
      bytes: async () => bytes,
    });
    if (typeof parts === "string" || Buffer.isBuffer(parts)) throw new Error("not a stream");
    return parts;
  }

  it("ends its spans when it ends, with the time to its first chunk", async () => {
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    bad.behave(
      stream(async (response) => {
        response.write(sse(chunk("hel")));
        await held;
        response.end(
          sse(
            chunk("", { choices: [{ index: 0, delta: {}, finish_reason: "length" }] }),
            usageChunk(),
            "[DONE]",
          ),
        );
      }),
    );
    const parts = await opened(new AbortController().signal);
    // Its first chunk is here; nobody is told of the call before its last.
    await flush(gateway);
    expect(receiver.spans).toEqual([]);
    end();
    for await (const part of parts) expect(part.length).toBeGreaterThan(0);
    const [server, client] = await tree(2);
    expect(server.attributes).toMatchObject({
      "shin.outcome": "ok",
      "shin.time_to_first_byte": expect.any(Number),
    });
    expect(client?.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.id": "chatcmpl-stream",
      "gen_ai.response.model": "upstream-model-0613",
      "gen_ai.response.finish_reasons": ["length"],
      "gen_ai.usage.output_tokens": 7,
    });
    const first = Number(client?.attributes["gen_ai.response.time_to_first_chunk"]) * 1_000;
    const whole = (client?.endMs ?? 0) - (client?.startMs ?? 0);
    expect(first).toBeGreaterThan(0);
    expect(whole).toBeGreaterThan(first);
  });

  it("that the client leaves is an error in both spans", async () => {
    bad.behave(stream((response) => void response.write(sse(chunk("hel")))));
    const leaving = new AbortController();
    const parts = await opened(leaving.signal);
    leaving.abort();
    const rest = async () => {
      for await (const part of parts) expect(part.length).toBeGreaterThan(0);
    };
    await expect(rest()).rejects.toMatchObject({ name: "AbortError" });
    const [server, client] = await tree(2);
    for (const span of [server, client]) {
      expect(span?.status).toEqual({ code: 2, message: "client_closed" });
      expect(span?.attributes["error.type"]).toBe("client_closed");
    }
    expect(server.attributes).toMatchObject({
      "http.response.status_code": 499,
      "shin.outcome": "client_closed",
    });
  });

  it("that breaks off is an error though its status was 200", async () => {
    bad.behave(
      stream((response) => {
        response.write(sse(chunk("hel")));
        setImmediate(() => response.destroy());
      }),
    );
    await chat({ stream: true });
    const [server, client] = await tree(2);
    expect(server.status.code).toBe(2);
    expect(server.attributes["shin.outcome"]).toBe("failed");
    expect(client?.status.code).toBe(2);
  });
});

describe("attempts", () => {
  it("each have a span: what failed, and what answered in its place", async () => {
    bad.behave(answer({ error: { message: "no" } }, 503));
    const reply = await chat();
    expect(reply.status).toBe(200);
    const [server, first, second] = await tree(3);
    expect(server.attributes).toMatchObject({
      "shin.attempts": 2,
      "shin.outcome": "ok",
      "shin.cost_usd": 0.000025,
    });
    expect(first).toMatchObject({
      name: "chat up-m",
      parentSpanId: server.spanId,
      status: { code: 2, message: "503" },
    });
    expect(first?.attributes).toMatchObject({
      "error.type": "503",
      "http.response.status_code": 503,
      "shin.deployment.id": "dep_first",
      "shin.attempt": 1,
    });
    expect(first?.attributes).not.toHaveProperty(["gen_ai.usage.input_tokens"]);
    expect(second).toMatchObject({ name: "chat up-4", parentSpanId: server.spanId, status: { code: 0 } });
    expect(second?.attributes).toMatchObject({
      "gen_ai.provider.name": "openai",
      "gen_ai.usage.input_tokens": 11,
      "shin.attempt": 2,
    });
    expect(good.last().headers["traceparent"]).toContain(second?.spanId);
  });

  it("at an address where nobody listens say so", async () => {
    bad.behave((_, response) => void response.destroy());
    await chat();
    const [server, ...attempts] = await receiver.spansOf(3);
    expect(server?.attributes["shin.outcome"]).toBe("ok");
    expect(attempts[0]?.attributes["error.type"]).toBe("upstream_unreachable");
  });
});

describe("a refusal", () => {
  it("of a wrong key is a span with its reason", async () => {
    const reply = await chat({}, { traceparent: PARENT }, "sk-nobody-knows-this-key");
    expect(reply.status).toBe(401);
    const [server] = await tree(1);
    expect(server).toMatchObject({ parentSpanId: "b7ad6b7169203331", status: { code: 0 } });
    expect(server.attributes).toEqual({
      "http.request.method": "POST",
      "http.route": "/chat/completions",
      "http.response.status_code": 401,
      "shin.request.id": reply.headers["x-shin-request-id"],
      "shin.outcome": "refused",
      "error.type": "invalid_key",
    });
    expect(receiver.raw.join()).not.toContain("sk-nobody");
  });

  it.each([
    [429, "rate_limit_exceeded", { rpm_limit: 0 }],
    [400, "budget_exceeded", { max_budget: 0 }],
  ])("with %i names the rule and calls no provider", async (status, reason, limits) => {
    const limited = await gateway.newKey(limits);
    await flush(gateway);
    receiver.forget();
    const reply = await chat({}, {}, limited);
    expect(reply.status).toBe(status);
    const [server] = await tree(1);
    expect(server.attributes).toMatchObject({
      "http.response.status_code": status,
      "error.type": reason,
      "shin.outcome": "refused",
      "shin.refused_by": expect.stringContaining("key"),
      "shin.attempts": 0,
    });
    expect(server.events).toEqual([]);
    expect(bad.requests).toEqual([]);
  });

  it("of a body that is no JSON has one, too", async () => {
    await gateway.call("POST", "/v1/chat/completions", { key, body: "{" });
    const [server] = await tree(1);
    expect(server.attributes).toMatchObject({ "error.type": "invalid_request", "shin.outcome": "refused" });
  });
});

describe("other requests", () => {
  it("of the admin API have a span and a log record; probes have none", async () => {
    await gateway.call("GET", "/health/liveliness", { key: null });
    await gateway.call("GET", `/key/info?key=${key}`);
    const [server] = await tree(1);
    expect(server).toMatchObject({ name: "GET /key/info", kind: 2, status: { code: 0 } });
    expect(await receiver.logsOf(1)).toMatchObject([
      { traceId: server.traceId, body: { path: "/key/info" } },
    ]);
    expect(receiver.raw.join()).not.toContain(key);
  });

  it("of several answers have all reasons why they ended", async () => {
    const choices = ["stop", "length"].map((reason, index) => ({
      index,
      message: { role: "assistant", content: `a "finish_reason": "fake" ${"x".repeat(9_000)}` },
      finish_reason: reason,
    }));
    bad.behave(answer(completion({ choices })));
    await chat({ n: 2 });
    const [, client] = await tree(2);
    expect(client?.attributes).toMatchObject({
      "gen_ai.request.choice.count": 2,
      "gen_ai.response.finish_reasons": ["stop", "length"],
    });
  });
});
