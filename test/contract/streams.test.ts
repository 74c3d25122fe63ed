/** A stream reaches the client as OpenAI would send it, however the provider cuts, frames or breaks it off. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { chunk, rawUpstream, STREAM, sse, stream, USAGE, usageChunk } from "#test/helpers/upstream.ts";
import { chat, config, deployment, events, PROVIDER_KEY, readStream, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const gateway = await mountedGateway({
  yaml: config([deployment("chat", upstream.url)], { router_settings: { num_retries: 0 } }),
});
const HELLO = [chunk("hel", { model: "chat" }), chunk("lo", { model: "chat" })];

async function trickle(response: ServerResponse, text: string, size: number): Promise<void> {
  for (let at = 0; at < text.length; at += size) {
    if (!response.write(text.slice(at, at + size))) await once(response, "drain");
    await new Promise(setImmediate);
  }
  response.end();
}

describe.each(gateway.mounts)("$name mount", ({ send, url }) => {
  const call = (fields: Record<string, unknown> = {}) =>
    send("POST", "/v1/chat/completions", { body: chat("chat", { stream: true, ...fields }) });
  const bill = {
    outcome: "ok",
    usage_source: "provider",
    prompt_tokens: "11",
    completion_tokens: "7",
    cost_nano_usd: "25000",
  };

  test("chunks carry the model's public name; the usage chunk nobody asked for stays here", async () => {
    upstream.behave(stream());
    const { status, headers, text } = await call();
    expect([status, headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(events(text)).toEqual([...HELLO, "[DONE]"]);
    expect(await recordOf(gateway, headers)).toMatchObject({
      ...bill,
      stream: true,
      response_id: "chatcmpl-stream",
    });
  });

  test("asked for, it comes, in its place", async () => {
    upstream.behave(stream());
    const { text } = await call({ stream_options: { include_usage: true } });
    expect(events(text)).toEqual([...HELLO, { ...usageChunk(), model: "chat" }, "[DONE]"]);
  });

  test.each([
    ["a byte at a time", (response: ServerResponse) => trickle(response, STREAM, 1)],
    ["seven bytes at a time", (response: ServerResponse) => trickle(response, STREAM, 7)],
    ["in CRLF lines", (response: ServerResponse) => void response.end(STREAM.replaceAll("\n", "\r\n"))],
    ["without a last blank line", (response: ServerResponse) => void response.end(STREAM.trimEnd())],
    [
      "without [DONE]",
      (response: ServerResponse) => void response.end(STREAM.replace("data: [DONE]\n\n", "")),
    ],
    [
      "with comments and pings",
      (response: ServerResponse) =>
        void response.end(`: ping\n\n${STREAM.replace("data: {", ": x\n\ndata: {")}`),
    ],
    [
      "with usage:null in every chunk",
      (response: ServerResponse) =>
        void response.end(
          sse(chunk("hel", { usage: null }), chunk("lo", { usage: null }), usageChunk(), "[DONE]"),
        ),
    ],
    [
      "with usage in the last text chunk",
      (response: ServerResponse) =>
        void response.end(sse(chunk("hel"), chunk("lo", { usage: USAGE }), "[DONE]")),
    ],
  ])("sent %s", async (_, write) => {
    upstream.behave(stream(write));
    const { text, headers } = await call();
    const seen = events(text.replaceAll("\r\n", "\n").replace(/^: .*\n\n/gm, ""));
    expect(seen.at(-1)).toBe("[DONE]");
    const words = seen.slice(0, -1).map((event) => [event.model, event.choices[0]?.delta.content]);
    expect(words).toEqual([
      ["chat", "hel"],
      ["chat", "lo"],
    ]);
    expect(await recordOf(gateway, headers)).toMatchObject(bill);
  });

  test("characters cut in the middle arrive whole", async () => {
    const text = "漢字 😀 é".repeat(20);
    const bytes = Buffer.from(sse(chunk(text), "[DONE]"));
    upstream.behave(
      stream(async (response) => {
        for (const byte of bytes) response.write(Buffer.of(byte));
        response.end();
      }),
    );
    expect(events((await call()).text)[0].choices[0].delta.content).toBe(text);
  });

  test.each([
    ["missing", undefined],
    ["negative", { prompt_tokens: -1, completion_tokens: 5 }],
    ["absurd", { prompt_tokens: 1e300, completion_tokens: 5 }],
    ["text", { prompt_tokens: "11", completion_tokens: "7" }],
    ["a list", []],
  ])("usage that is %s is estimated and flagged", async (_, usage) => {
    upstream.behave(
      stream(sse(chunk("x".repeat(400)), ...(usage === undefined ? [] : [usageChunk(usage)]), "[DONE]")),
    );
    const record = await recordOf(gateway, (await call()).headers);
    expect(record).toMatchObject({ outcome: "ok", usage_source: "estimated", completion_tokens: "100" });
    expect(Number(record["prompt_tokens"])).toBeGreaterThan(0);
  });

  test("an explicit zero stays zero", async () => {
    upstream.behave(
      stream(sse(chunk("x".repeat(400)), usageChunk({ prompt_tokens: 0, completion_tokens: 0 }), "[DONE]")),
    );
    expect(await recordOf(gateway, (await call()).headers)).toMatchObject({
      usage_source: "provider",
      cost_nano_usd: "0",
    });
  });

  test.each([
    [{ message: "busy", code: 429 }, 429],
    [{ message: "too long", type: "invalid_request_error", code: 400 }, 400],
    [{ message: "broken", code: "server_error" }, 502],
  ])("an error as the first event is an ordinary answer: %j", async (error, status) => {
    upstream.behave(stream(sse({ error })));
    const answered = await call();
    expect([answered.status, answered.headers["content-type"]]).toEqual([status, "application/json"]);
    expect(answered.json.error.message).toContain(error.message);
    expect(answered.json.error.code).toBe(String(status));
    expect(await recordOf(gateway, answered.headers)).toMatchObject({
      outcome: "failed",
      cost_nano_usd: "0",
    });
  });

  test("a refused credential as the first event is 502, without the provider's words", async () => {
    upstream.behave(
      stream(sse({ error: { message: `Incorrect API key provided: ${PROVIDER_KEY}`, code: 401 } })),
    );
    const { status, json, text } = await call();
    expect([status, json.error.type]).toEqual([502, "upstream_auth_error"]);
    expect(text).not.toContain("Incorrect");
    expect(text).not.toContain(PROVIDER_KEY);
  });

  test("an error in mid-stream is the last event: what came is kept, nothing pretends to be done, no secret shows", async () => {
    const first = Promise.withResolvers<void>();
    upstream.behave(
      stream(async (response) => {
        response.write(sse(chunk("hel")));
        await first.promise;
        response.end(sse({ error: { message: `quota of ${PROVIDER_KEY} is gone`, code: 429 } }, "[DONE]"));
      }),
    );
    const { status, text, headers } = await readStream(url, chat("chat", { stream: true }), () =>
      first.resolve(),
    );
    expect(status).toBe(200);
    const seen = events(text);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual(HELLO[0]);
    expect(seen[1].error).toMatchObject({
      message: expect.stringContaining("is gone"),
      request_id: headers["x-shin-request-id"],
    });
    expect(text).not.toContain(PROVIDER_KEY);
    expect(await recordOf(gateway, headers)).toMatchObject({
      outcome: "failed",
      usage_source: "estimated",
      error_code: "upstream_error",
    });
  });

  test("a connection cut in mid-stream ends in an error event without [DONE], billed for what came", async () => {
    const first = Promise.withResolvers<void>();
    upstream.behave(
      stream(async (response) => {
        response.write(sse(chunk("x".repeat(400))));
        await first.promise;
        response.destroy();
      }),
    );
    const { status, text, headers } = await readStream(url, chat("chat", { stream: true }), () =>
      first.resolve(),
    );
    expect(status).toBe(200);
    const seen = events(text);
    expect(seen.at(-1).error).toMatchObject({ type: "upstream_unreachable", code: "503" });
    expect(text).not.toContain("[DONE]");
    expect(await recordOf(gateway, headers)).toMatchObject({
      outcome: "failed",
      usage_source: "estimated",
      completion_tokens: "100",
    });
  });

  test("a stream that ends before it begins is an error, not an empty answer", async () => {
    upstream.behave(stream(""));
    expect((await call()).status).toBe(502);
  });

  test("an event goes out before the next one is there", async () => {
    const first = Promise.withResolvers<void>();
    upstream.behave(
      stream(async (response) => {
        response.write(sse(chunk("hel")));
        await first.promise;
        response.end(sse(chunk("lo"), "[DONE]"));
      }),
    );
    // Compression must not hold events back; were it to, this would wait for ever.
    const { text } = await readStream(url, chat("chat", { stream: true }), () => first.resolve());
    expect(events(text)).toEqual([...HELLO, "[DONE]"]);
  });
});
