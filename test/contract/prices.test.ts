/** What a call costs, to the nano-dollar: the answer's header, the record, the key's spend and the rollup say the same. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
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
import { chat, config, deployment, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const models = [
  deployment("full", upstream.url, {
    input_cost_per_token: 0.00000125,
    output_cost_per_token: 0.00001,
    cache_read_input_token_cost: 0.000000125,
    cache_creation_input_token_cost: 0.0000015625,
    output_cost_per_reasoning_token: 0.00002,
    input_cost_per_request: 0.0005,
  }),
  deployment("fraction", upstream.url, { input_cost_per_token: 0.00000000015, output_cost_per_token: 0 }),
  {
    ...deployment("listed", upstream.url),
    litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-x", api_base: upstream.url },
  },
  {
    ...deployment("unpriced", upstream.url),
    litellm_params: { model: "openai/made-up-model", api_key: "sk-x", api_base: upstream.url },
  },
];
const gateway = await mountedGateway({ yaml: config(models) });
const full = {
  prompt_tokens: 1_001,
  completion_tokens: 307,
  prompt_tokens_details: { cached_tokens: 400, cache_creation_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 107 },
};
// 501 plain, 400 read, 100 written, 200 plain, 107 reasoned, and the flat fee.
const FULL_NANO =
  501n * 1250n + 400n * 125n + (100n * 15625n) / 10n + 200n * 10_000n + 107n * 20_000n + 500_000n;

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = async (model: string, usage: unknown, fields: Record<string, unknown> = {}) => {
    const key = await gateway.newKey();
    upstream.behave(
      either(answer(completion({ usage })), stream(sse(chunk("x"), usageChunk(usage), "[DONE]"))),
    );
    const answered = await send("POST", "/v1/chat/completions", { key, body: chat(model, fields) });
    return { answered, key, record: await recordOf(gateway, answered.headers) };
  };

  test.each([false, true])(
    "cached, cache-writing and reasoning tokens have their own prices (stream: %s)",
    async (streamed) => {
      const { answered, key, record } = await call("full", full, { stream: streamed });
      expect(record).toMatchObject({
        cost_nano_usd: String(FULL_NANO),
        prompt_tokens: "1001",
        completion_tokens: "307",
        cache_read_tokens: "400",
        cache_write_tokens: "100",
        reasoning_tokens: "107",
        unpriced: false,
      });
      if (!streamed)
        expect(answered.headers["x-litellm-response-cost"]).toBe("0.00547250".replace(/0+$/, ""));
      const { json } = await send("GET", `/key/info?key=${key}`);
      expect(json.info.spend).toBe(Number(FULL_NANO) / 1e9);
      const [rollup] = await gateway.database
        .sql`select sum(cost_nano_usd) as cost, sum(requests) as calls from spend_hourly where key_id = ${record["key_id"]}`;
      expect(rollup).toMatchObject({ cost: String(FULL_NANO), calls: "1" });
    },
  );

  test("a fraction of a nano-dollar a token is rounded once a call, half up", async () => {
    expect(
      (await call("fraction", { prompt_tokens: 10, completion_tokens: 0 })).record["cost_nano_usd"],
    ).toBe("2");
    expect((await call("fraction", { prompt_tokens: 3, completion_tokens: 0 })).record["cost_nano_usd"]).toBe(
      "0",
    );
  });

  test("parts larger than their whole count as the whole", async () => {
    const odd = { prompt_tokens: 10, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 10_000 } };
    expect((await call("full", odd)).record["cost_nano_usd"]).toBe(String(10n * 125n + 500_000n));
  });

  test("a listed price serves when the entry sets none", async () => {
    const { record } = await call("listed", { prompt_tokens: 1_000_000, completion_tokens: 1_000_000 });
    expect(record).toMatchObject({ cost_nano_usd: "750000000", unpriced: false });
  });

  test("without any price the call is free and flagged, or refused if the operator says so", async () => {
    expect((await call("unpriced", { prompt_tokens: 10, completion_tokens: 5 })).record).toMatchObject({
      cost_nano_usd: "0",
      unpriced: true,
      prompt_tokens: "10",
    });
    await gateway.reload(config(models, { general_settings: { unpriced_models: "deny" } }));
    upstream.forget();
    const { status, json } = await send("POST", "/v1/chat/completions", { body: chat("unpriced") });
    expect([status, json.error.param, upstream.requests.length]).toEqual([400, "model", 0]);
    expect(json.error.message).toContain("no price");
    expect((await call("full", full)).answered.status).toBe(200);
    await gateway.reload(config(models));
  });

  test.each(["\u0000", "\ud800", "x".repeat(100_000)])(
    "an id of the provider's that no column can hold loses no record",
    async (id) => {
      upstream.behave(answer(completion({ id })));
      const { headers } = await send("POST", "/v1/chat/completions", {
        body: chat("full", { user: id, tags: [id], metadata: { a: id } }),
      });
      expect(await recordOf(gateway, headers)).toMatchObject({ outcome: "ok", usage_source: "provider" });
    },
  );

  test.each([
    [undefined],
    [{ prompt_tokens: -5, completion_tokens: 1 }],
    [{ prompt_tokens: 1e300 }],
    [{ prompt_tokens: "9" }],
    ["lots"],
  ])("usage %j is estimated, and flagged so", async (usage) => {
    const { record } = await call("full", usage);
    expect(record).toMatchObject({ usage_source: "estimated", outcome: "ok" });
    expect(BigInt(record["cost_nano_usd"])).toBeGreaterThan(500_000n);
  });
});
