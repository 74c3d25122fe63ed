/** Service tiers, sound and single calls have prices of their own: a call costs what the provider asks for what it did. */
import { expect, test } from "vitest";
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
import { chat, config, deployment, recordOf } from "../contract/setting.ts";

const TIERS = {
  input_cost_per_token_flex: 0.0000005,
  output_cost_per_token_flex: 0.000001,
  input_cost_per_token_priority: 0.000002,
  output_cost_per_token_priority: 0.000004,
};
const upstream = await rawUpstream();
const gateway = await testGateway({
  yaml: config([
    deployment("tiers", upstream.url, { ...TIERS, cache_read_input_token_cost_priority: 0.000001 }),
    deployment("flat", upstream.url),
    deployment("sound", upstream.url, {
      input_cost_per_audio_token: 0.00004,
      output_cost_per_audio_token: 0.00008,
    }),
    deployment("preset", upstream.url, { ...TIERS, service_tier: "flex" }),
    deployment("sonar", upstream.url, {
      model: "perplexity/sonar",
      input_cost_per_token: undefined,
      output_cost_per_token: undefined,
    }),
  ]),
});
const usage = { prompt_tokens: 1_000, completion_tokens: 500 };

/** The nano-dollars that a call costs. @param served the tier that the answer names */
async function cost(
  model: string,
  fields: Record<string, unknown>,
  served?: unknown,
  used: unknown = usage,
): Promise<number> {
  const tier = served === undefined ? {} : { service_tier: served };
  upstream.behave(
    either(
      answer(completion({ usage: used, ...tier })),
      stream(sse(chunk("x"), { ...usageChunk(used), ...tier }, "[DONE]")),
    ),
  );
  const { headers } = await gateway.call("POST", "/v1/chat/completions", { body: chat(model, fields) });
  return Number((await recordOf(gateway, headers))["cost_nano_usd"]);
}

test.each([false, true])("what served is charged, whatever was asked for (stream: %s)", async (stream) => {
  const asked = (service_tier: string) => ({ stream, service_tier });
  expect(await cost("tiers", { stream })).toBe(2_000_000);
  expect(await cost("tiers", asked("flex"), "flex")).toBe(1_000_000);
  expect(await cost("tiers", asked("priority"), "priority")).toBe(4_000_000);
  expect(await cost("tiers", asked("priority"), "default")).toBe(2_000_000);
  expect(await cost("tiers", asked("auto"), "priority")).toBe(4_000_000);
  expect(await cost("tiers", asked("flex"), { odd: ["priority"] })).toBe(2_000_000);
});

test("sound has prices of its own, and is never more than the tokens it is among", async () => {
  const sound = (audio_tokens: unknown) => ({
    ...usage,
    prompt_tokens_details: { audio_tokens },
    completion_tokens_details: { audio_tokens },
  });
  // 900 x 1,000 and 100 x 40,000 of the prompt, 400 x 2,000 and 100 x 80,000 of the answer.
  for (const stream of [false, true]) {
    expect(await cost("sound", { stream }, undefined, sound(100))).toBe(13_700_000);
    expect(await cost("sound", { stream }, undefined, sound(1e9))).toBe(2_000_000);
    expect(await cost("sound", { stream }, undefined, sound(1e6))).toBe(80_000_000);
    expect(await cost("sound", { stream }, undefined, sound(-100))).toBe(2_000_000);
  }
  expect(await cost("flat", {}, undefined, sound(100))).toBe(2_000_000);
});

test("an answer that names no tier costs what was asked for, by the caller or by the entry", async () => {
  expect(await cost("tiers", { service_tier: "priority" })).toBe(4_000_000);
  expect(await cost("preset", {})).toBe(1_000_000);
  expect(await cost("preset", { service_tier: "default" })).toBe(2_000_000);
  expect(await cost("flat", { service_tier: "priority" }, "priority")).toBe(2_000_000);
});

test("a budget sets the asked tier's price aside, and a strict one the dearest", async () => {
  const refused = async (max_budget: number, fields: Record<string, unknown>, more = {}) => {
    const key = await gateway.newKey({ max_budget, ...more });
    upstream.behave(answer(completion({ usage: { prompt_tokens: 1, completion_tokens: 1 } })));
    const body = chat("tiers", { max_tokens: 1_000, ...fields });
    return (await gateway.call("POST", "/v1/chat/completions", { key, body })).status !== 200;
  };
  expect(await refused(0.003, {})).toBe(false);
  expect(await refused(0.003, { service_tier: "priority" })).toBe(true);
  expect(await refused(0.005, { service_tier: "priority" })).toBe(false);
  // 20 tokens of prompt at most and 1,000 of answer: at the dear tier the budget affords 500 of them.
  await refused(0.00204, {}, { reservation: "strict" });
  expect(upstream.last().json.max_completion_tokens ?? upstream.last().json.max_tokens).toBeLessThan(510);
});

test("/model/info shows the prices, and a price list's fee for each call is charged", async () => {
  const { json } = await gateway.call("GET", "/model/info");
  const shown = json.data.find((one: { model_name: string }) => one.model_name === "tiers").model_info;
  expect(shown).toMatchObject({ ...TIERS, cache_read_input_token_cost_priority: 0.000001 });
  expect(await cost("sonar", {})).toBe(1_500_000 + 12_000_000);
});

test("/spend/calculate counts the tier of an answer", async () => {
  const body = { model: "tiers", completion_response: completion({ usage, service_tier: "priority" }) };
  expect((await gateway.call("POST", "/spend/calculate", { body })).json.cost).toBe(0.004);
});
