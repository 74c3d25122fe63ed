/** What a client may steer for its own call, by LiteLLM's headers: it may be stricter than the operator, never laxer. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const models = [
  ...[1, 2, 3].map((n) => deployment("trio", upstream.url, {}, { id: `trio-${n}` })),
  ...[1, 2, 3].map((n) => deployment("once", upstream.url, { num_retries: 0 }, { id: `once-${n}` })),
  deployment("chat", upstream.url, { timeout: 0.3 }),
];
const gateway = await mountedGateway({ yaml: config(models, { router_settings: { cooldown_time: 0 } }) });

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = (model: string, headers: Record<string, string>, fields: Record<string, unknown> = {}) => {
    upstream.forget();
    return send("POST", "/v1/chat/completions", { body: chat(model, fields), headers });
  };

  test.each([
    ["trio", {}, {}, 3],
    ["trio", { "x-litellm-num-retries": "0" }, {}, 1],
    ["trio", { "x-litellm-num-retries": "1" }, {}, 2],
    ["trio", {}, { num_retries: 1 }, 2],
    ["once", {}, {}, 1],
    ["once", { "x-litellm-num-retries": "2" }, {}, 3],
  ])("model %s with headers %j and body %j is tried %4$i times", async (model, headers, fields, times) => {
    upstream.behave(answer({ error: { message: "broken" } }, 500));
    expect((await call(model, headers as Record<string, string>, fields)).status).toBe(500);
    expect(upstream.requests).toHaveLength(times);
    for (const request of upstream.requests) expect(request.json).not.toHaveProperty("num_retries");
  });

  test("a shorter time-out counts, a longer one does not", async () => {
    upstream.behave(() => {});
    const startedMs = performance.now();
    const late = await Promise.all(
      ["0.1", "60"].map((seconds) => call("chat", { "x-litellm-timeout": seconds })),
    );
    expect(late.map(({ status }) => status)).toEqual([408, 408]);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    upstream.behave(answer());
    const { headers } = await call("chat", { "x-litellm-timeout": "0.2" });
    expect(headers["x-litellm-timeout"]).toBe("0.2");
  });

  test("tags, end user and metadata stand in the record", async () => {
    upstream.behave(answer());
    const { headers } = await call("chat", {
      "x-litellm-tags": "team-a, prod,,",
      "x-litellm-customer-id": "customer-7",
      "x-litellm-spend-logs-metadata": '{"job":"nightly","n":7}',
    });
    expect(await recordOf(gateway, headers)).toMatchObject({
      tags: ["team-a", "prod"],
      end_user: "customer-7",
      metadata: { job: "nightly", n: 7 },
    });
  });

  test.each([
    ["a NUL", '{"a":"\\u0000"}'],
    ["half a surrogate pair", '{"a":"\\ud800"}'],
    ["half a surrogate pair as a name", '{"\\ud800":1}'],
    ["3,000 lists in each other", `{"a":${"[".repeat(3_000)}${"]".repeat(3_000)}}`],
    ["a number beyond all numbers", '{"a":1e400}'],
    ["__proto__", '{"__proto__":{"a":1}}'],
  ])("metadata that a database cannot hold loses no record: %s", async (_, metadata) => {
    upstream.behave(answer());
    const { status, headers } = await call("chat", { "x-litellm-spend-logs-metadata": metadata });
    if (status === 400) return;
    expect(status).toBe(200);
    expect(await recordOf(gateway, headers)).toMatchObject({ outcome: "ok", state: "settled" });
  });

  test.each<Record<string, string>>([
    { "x-litellm-timeout": "soon" },
    { "x-litellm-timeout": "0" },
    { "x-litellm-timeout": "-1" },
    { "x-litellm-num-retries": "1.5" },
    { "x-litellm-num-retries": "1000" },
    { "x-litellm-spend-logs-metadata": "[]" },
    { "x-litellm-spend-logs-metadata": "{" },
  ])("%j is 400 and names the header", async (headers) => {
    const { status, json } = await call("chat", headers);
    expect([status, json.error.param]).toEqual([400, Object.keys(headers)[0]]);
    expect(upstream.requests).toHaveLength(0);
  });
});
