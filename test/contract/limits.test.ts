/** A refusal says which rule, whose, how much and until when, and tells SDKs truly whether trying again helps. */
import { describe, expect, test } from "vitest";
import type { Clock } from "#lib/clock.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { answer, completion, rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog, chat, config, deployment } from "./setting.ts";

let nowMs = Date.UTC(2026, 0, 5, 10, 0, 30);
const clock: Clock = { now: () => nowMs, monotonic: () => performance.now() };
const upstream = await rawUpstream();
const { log, lineOf } = capturedLog();
const models = [
  deployment("chat", upstream.url),
  deployment("slow", upstream.url, { rpm: 1 }),
  deployment("open/chat", upstream.url),
];
const gateway = await mountedGateway({ clock, log, yaml: config(models) });

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = (key: string, model = "chat", fields: Record<string, unknown> = {}) =>
    send("POST", "/v1/chat/completions", { key, body: chat(model, { max_tokens: 10, ...fields }) });

  test("a good answer carries both families of rate headers", async () => {
    const key = await gateway.newKey({ rpm: 5, tpm: 1000, max_parallel_requests: 3, max_budget: 1 });
    const { headers } = await call(key, "open/chat");
    expect(headers).toMatchObject({
      "x-ratelimit-limit-requests": "5",
      "x-ratelimit-remaining-requests": "4",
      "x-ratelimit-limit-tokens": "1000",
      "x-ratelimit-reset-requests": expect.stringMatching(/^\d+s$/),
      "x-ratelimit-api_key-remaining-requests": "4",
      "x-ratelimit-api_key-limit-requests": "5",
      "x-ratelimit-api_key-limit-tokens": "1000",
      "x-ratelimit-api_key-limit-max_parallel_requests": "3",
      "x-litellm-key-rpm-limit": "5",
      "x-litellm-key-tpm-limit": "1000",
      "x-litellm-key-max-budget": "1",
      "x-litellm-key-remaining-requests-open-chat": "4",
      "x-litellm-model-group": "open/chat",
      "x-litellm-model-api-base": upstream.url,
      "x-litellm-response-cost": "0.000025",
      "x-litellm-attempted-retries": "0",
      "x-litellm-attempted-fallbacks": "0",
      "x-litellm-timeout": "600",
      "x-litellm-version": "test",
    });
  });

  test("the 429 has the guide's body, a true retry-after, and costs nothing", async () => {
    const key = await gateway.newKey({ rpm: 2, key_alias: `two-${nowMs}` });
    for (let i = 0; i < 2; i++) expect((await call(key)).status).toBe(200);
    upstream.forget();
    const { status, json, headers } = await call(key);
    expect(status).toBe(429);
    expect(json.error).toMatchObject({
      message: expect.stringMatching(
        /^Rate limit exceeded: key "two-\d+" has used 2 of 2 requests per minute\. Retry in \d+ s\.$/,
      ),
      type: "rate_limit_error",
      code: 429,
      param: null,
      reason: "key_rpm",
      limit: 2,
      used: 2,
    });
    expect(headers).toMatchObject({
      "x-ratelimit-limit-requests": "2",
      "x-ratelimit-remaining-requests": "0",
      rate_limit_type: "requests",
      reset_at: json.error.reset_at,
    });
    const seconds = Number(headers["retry-after"]);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(Number(headers["retry-after-ms"])).toBeGreaterThan((seconds - 1) * 1000);
    expect(upstream.requests).toHaveLength(0);
    expect(await lineOf(headers)).toContain("rate_limit_exceeded");

    nowMs += Number(headers["retry-after-ms"]) - 1;
    expect((await call(key)).status).toBe(429);
    nowMs += 1;
    expect((await call(key)).status).toBe(200);
  });

  test("tokens that never fit are not worth a retry", async () => {
    const key = await gateway.newKey({ tpm: 100 });
    const { status, headers, json } = await call(key, "chat", { max_tokens: 1000 });
    expect([status, headers["x-should-retry"], headers["retry-after"]]).toEqual([429, "false", undefined]);
    expect(json.error.message).toContain("Waiting will not help");
    expect((await call(key)).status).toBe(200);
  });

  test("a model's ceiling and the gateway's name their owner", async () => {
    nowMs += 120_000;
    const key = await gateway.newKey();
    expect((await call(key, "slow")).status).toBe(200);
    expect((await call(key, "slow")).json.error).toMatchObject({
      reason: "deployment_rpm",
      scope: { kind: "deployment", name: "slow" },
    });
    await gateway.reload(config(models, { litellm_settings: { rpm: 0 } }));
    expect((await call(key)).json.error).toMatchObject({ reason: "gateway_rpm", code: 429 });
    await gateway.reload(config(models));
  });

  test("a spent budget is 400, says the figures and is not retried", async () => {
    const key = await gateway.newKey({ max_budget: 0.00003, key_alias: `poor-${nowMs}` });
    expect((await call(key)).status).toBe(200);
    upstream.forget();
    const { status, json, headers } = await call(key);
    expect([status, headers["x-should-retry"], headers["retry-after"]]).toEqual([400, "false", undefined]);
    expect(json.error).toMatchObject({
      type: "budget_exceeded",
      param: null,
      code: "400",
      reason: "key_budget",
      limit: 0.00003,
      used: 0.000025,
      reset_at: null,
    });
    expect(json.error.message).toMatch(
      /^Budget has been exceeded! Current cost: 0\.000025, Max budget: 0\.00003\./,
    );
    expect(headers["x-litellm-key-spend"]).toBe("0.000025");
    expect(upstream.requests).toHaveLength(0);
    nowMs += 61_000;
  });

  test("a budget of 0 blocks the first call; its status is the operator's choice", async () => {
    const key = await gateway.newKey({ max_budget: 0 });
    expect((await call(key)).status).toBe(400);
    await gateway.reload(config(models, { general_settings: { budget_exceeded_status: 402 } }));
    const { status, json } = await call(key);
    expect([status, json.error.code, json.error.type]).toEqual([402, "402", "budget_exceeded"]);
    await gateway.reload(config(models));
  });

  test("of 20 parallel calls exactly the allowed 3 run, and none of the others costs anything", async () => {
    const key = await gateway.newKey({ max_parallel_requests: 3 });
    const waiting: (() => void)[] = [];
    const refusals: string[] = [];
    // Whichever comes last, the third call at the provider or the last refusal, lets them go.
    const releaseWhenAllAreIn = () => {
      if (refusals.length === 17 && waiting.length === 3) for (const release of waiting.splice(0)) release();
    };
    upstream.forget();
    upstream.behave(
      (_, response) =>
        new Promise<void>((resolve) => {
          waiting.push(() => {
            response.setHeader("content-type", "application/json");
            response.end(JSON.stringify(completion()));
            resolve();
          });
          releaseWhenAllAreIn();
        }),
    );
    const calls = Array.from({ length: 20 }, async () => {
      const { status, json } = await call(key);
      if (status === 429) refusals.push(json.error.reason);
      releaseWhenAllAreIn();
      return status;
    });
    const statuses = await Promise.all(calls);
    upstream.behave(answer());
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(new Set(refusals)).toEqual(new Set(["key_parallel"]));
    expect(upstream.requests).toHaveLength(3);
    expect((await call(key)).status).toBe(200);
  });
});
