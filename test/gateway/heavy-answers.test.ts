/** Answers that a hostile or broken provider makes heavy: they end in an error of the provider's, never in one of ours. */
import { describe, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { answer, chunk, completion, rawUpstream, sse, stream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, recordOf } from "../contract/setting.ts";

const upstream = await rawUpstream();
const gateway = await testGateway({ yaml: config([deployment("m", upstream.url)]) });
const call = (fields: Record<string, unknown> = {}) =>
  gateway.call("POST", "/v1/chat/completions", { body: chat("m", fields) });
const MEGABYTE = Buffer.alloc(1024 * 1024, "a");

test("an event that never ends is given up at 16 MB, however much would follow", async () => {
  let sent = 0;
  upstream.behave(
    stream((response) => {
      response.write(sse(chunk("hi")));
      response.write('data: {"a":"');
      const pour = () => {
        while (!response.destroyed && sent < 200) {
          sent += 1;
          if (!response.write(MEGABYTE)) return void response.once("drain", pour);
        }
        response.end();
      };
      pour();
    }),
  );
  const { headers, text } = await call({ stream: true });
  expect(text).toContain("an event of its stream is larger than 16 MB");
  expect(text).not.toContain("[DONE]");
  expect(sent).toBeLessThan(100);
  expect(await recordOf(gateway, headers)).toMatchObject({
    outcome: "failed",
    error_code: "upstream_invalid",
  });
});

test("an event of 3 MB in many pieces arrives whole", async () => {
  const text = "x".repeat(3 * 1024 * 1024);
  upstream.behave(
    stream(async (response) => {
      const bytes = Buffer.from(sse(chunk(text), chunk("after"), "[DONE]"));
      for (let at = 0; at < bytes.length; at += 40_000) {
        response.write(bytes.subarray(at, at + 40_000));
        await new Promise(setImmediate);
      }
      response.end();
    }),
  );
  const answered = await call({ stream: true });
  expect(answered.text).toContain(text);
  expect(answered.text).toContain('"after"');
  expect(answered.text.endsWith("data: [DONE]\n\n")).toBe(true);
});

describe("an answer nested a million levels deep", () => {
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);

  test.each([
    ["in its choices, without usage", JSON.stringify(completion({ usage: undefined, choices: 0 }))],
    ["in its usage", JSON.stringify(completion({ usage: 0 }))],
  ])("%s is the provider's fault", async (_, text) => {
    upstream.behave(answer(text.replace(/"(choices|usage)":0/, `"$1":[{"message":${deep}}]`)));
    const { status, json } = await call();
    expect([status, json.error.message]).toEqual([502, expect.stringContaining("provider's answer")]);
  });
});
