/** Prompts and answers: in spans when the operator asks for it, and never where somebody has said no. */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { answer, chunk, completion, either, sse, stream, usageChunk } from "#test/helpers/upstream.ts";
import { flush, lookAt, telemetrySetting } from "./setting.ts";

const { receiver, provider, yaml, on } = await telemetrySetting();
const env = { ...on, OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" };
const gateway = await testGateway({ yaml: yaml(), env });
const hiding = await testGateway({ yaml: yaml("general_settings: { anonymize_logs: true }"), env });
const key = await gateway.newKey();

const PROMPT = "the merger closes on friday";
const messages = [{ role: "user", content: PROMPT }];
const chat = (
  body: object = {},
  headers: Record<string, string> = {},
  on: TestGateway = gateway,
  with_ = key,
) =>
  on.call("POST", "/v1/chat/completions", {
    key: with_,
    body: { model: "gpt-4", messages, ...body },
    headers,
  });

beforeEach(async () => {
  await lookAt(gateway, receiver, hiding);
  provider.behave(either(answer(), stream()));
});

/** What the provider's span tells of the messages. */
async function told(): Promise<{ input: unknown; output: unknown }> {
  const [, client] = await receiver.spansOf(2);
  const read = (name: string) => {
    const text = client?.attributes[name];
    return typeof text === "string" ? JSON.parse(text) : null;
  };
  return { input: read("gen_ai.input.messages"), output: read("gen_ai.output.messages") };
}

describe("message content that is switched on", () => {
  it("stands in the provider's span in the conventions' shape", async () => {
    await chat();
    expect(await told()).toEqual({
      input: [{ role: "user", parts: [{ type: "text", content: PROMPT }] }],
      output: [{ role: "assistant", parts: [{ type: "text", content: "hello" }], finish_reason: "stop" }],
    });
    const [server] = await receiver.spansOf(2);
    expect(JSON.stringify(server)).not.toContain("merger");
    expect(JSON.stringify(receiver.logs)).not.toContain("merger");
  });

  it("has the whole text of a stream", async () => {
    provider.behave(
      stream(
        sse(
          chunk("hel"),
          chunk("", { choices: [{ index: 1, delta: { content: "other" }, finish_reason: "length" }] }),
          chunk("lo"),
          chunk("", { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
          usageChunk(),
          "[DONE]",
        ),
      ),
    );
    await chat({ stream: true, n: 2 });
    expect((await told()).output).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "hello" }], finish_reason: "stop" },
      { role: "assistant", parts: [{ type: "text", content: "other" }], finish_reason: "length" },
    ]);
  });

  it("names pictures and leaves their data out; tools are told with what they were asked and answered", async () => {
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "weather", arguments: '{"at":"Paris"}' },
    };
    provider.behave(
      answer(
        completion({
          choices: [
            {
              index: 0,
              message: { role: "assistant", content: null, tool_calls: [call] },
              finish_reason: "tool_calls",
            },
          ],
        }),
      ),
    );
    await chat({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "call_1", content: "rain" },
      ],
    });
    const asked = { type: "tool_call", id: "call_1", name: "weather", arguments: '{"at":"Paris"}' };
    expect(await told()).toEqual({
      input: [
        { role: "user", parts: [{ type: "text", content: "look" }, { type: "image_url" }] },
        { role: "assistant", parts: [asked] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "rain" }] },
      ],
      output: [{ role: "assistant", parts: [asked], finish_reason: "tool_calls" }],
    });
    expect(receiver.raw.join()).not.toContain("AAAA");
  });

  it("that is long is left out, and the span is not", async () => {
    provider.behave(
      answer(
        completion({ choices: [{ index: 0, message: { role: "assistant", content: "y".repeat(70_000) } }] }),
      ),
    );
    await chat({ messages: [{ role: "user", content: "x".repeat(70_000) }] });
    expect(await told()).toEqual({ input: null, output: null });
  });
});

describe("message content is never told", () => {
  it.each<[string, object, Record<string, string>]>([
    ["of a call that says no-log", { "no-log": true }, {}],
    ["of a call whose header asks for redaction", {}, { "x-litellm-enable-message-redaction": "True" }],
  ])("%s", async (_, body, headers) => {
    await chat(body, headers);
    expect(await told()).toEqual({ input: null, output: null });
    expect(receiver.raw.join()).not.toContain("merger");
    expect(provider.last().json).not.toHaveProperty("no-log");
  });

  it("of a key whose metadata refuses to have it kept", async () => {
    const shy = await gateway.newKey({ metadata: { store_prompts: false } });
    await chat({}, {}, gateway, shy);
    expect(await told()).toEqual({ input: null, output: null });
    expect(receiver.raw.join()).not.toContain("merger");
  });

  it("of a key that lets nothing be kept", async () => {
    const discreet = await gateway.newKey({ metadata: { store_prompts: false } });
    await lookAt(gateway, receiver);
    await chat({}, {}, gateway, discreet);
    expect(await told()).toEqual({ input: null, output: null });
    expect(receiver.raw.join()).not.toContain("merger");
  });

  it("of a call that was refused", async () => {
    const none = await gateway.newKey({ max_budget: 0 });
    await chat({}, {}, gateway, none);
    await chat({ model: "unknown" });
    await receiver.spansOf(3);
    expect(receiver.raw.join()).not.toContain("merger");
  });

  it("while anonymize_logs is on, nor is any name, key alias aside", async () => {
    receiver.beforeLook = () => flush(hiding);
    const theirs = await hiding.newKey({ user_id: "alice@example.com" });
    await hiding.call("POST", "/v1/chat/completions", {
      key: theirs,
      peer: "203.0.113.77",
      body: { model: "gpt-4", messages, user: "bob@example.com" },
    });
    await receiver.spansOf(3);
    await receiver.logsOf(2);
    const everything = receiver.raw.join("\n");
    for (const text of ["merger", "alice", "bob@", "203.0.113.77"]) expect(everything).not.toContain(text);
    const server = receiver.spans.find(({ name }) => name === "POST /chat/completions");
    expect(server?.attributes).toMatchObject({
      "user.id": expect.stringMatching(/^anon_/),
      "client.address": "203.0.113.0",
    });
  });

  it("once turn_off_message_logging came by a reload", async () => {
    await gateway.reload(yaml("litellm_settings: { turn_off_message_logging: true }"));
    await chat();
    expect(await told()).toEqual({ input: null, output: null });
    await gateway.reload(yaml());
    receiver.forget();
    await chat();
    expect((await told()).input).not.toBeNull();
  });
});
