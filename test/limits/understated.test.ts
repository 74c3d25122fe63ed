/** Calls that are written to look smaller than they are: each is held to what a provider would make of it. */
import { beforeEach, describe, expect, test } from "vitest";
import { testGateway } from "#test/helpers/gateway.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";

const upstream = await rawUpstream();
upstream.behave(answer());
const entry = (name: string, model: string) => ({
  model_name: name,
  litellm_params: {
    model,
    api_key: "k",
    api_base: upstream.url,
    input_cost_per_token: 0.000001,
    output_cost_per_token: 0.00001,
  },
});
const models = [entry("priced", "openai/upstream"), entry("older", "mistral/upstream")];
const gateway = await testGateway({ yaml: JSON.stringify({ model_list: models }) });
beforeEach(() => upstream.forget());

const hello = { messages: [{ role: "user", content: "hello" }], max_tokens: 10 };
const url = "https://pictures.example/1.png";
const linked = (part: string, count: number) =>
  `{"model":"priced","max_tokens":1,"messages":[{"role":"user","content":[${Array(count).fill(part).join(",")}]}]}`;
const picture = `{"type":"image_url","image_url":{"url":"${url}"}}`;

/** A hundredth of a dollar: 1,000 tokens of output, or 10,000 of a prompt. */
const small = (fields: Record<string, unknown> = {}) => gateway.newKey({ max_budget: 0.01, ...fields });

describe("a small budget pays for none of", () => {
  test.each<[string, string, unknown]>([
    [
      "two bounds, the first a small one",
      "chat",
      { ...hello, max_completion_tokens: 1, max_tokens: 100_000 },
    ],
    [
      "two bounds, the second a small one",
      "chat",
      { ...hello, max_completion_tokens: 100_000, max_tokens: 1 },
    ],
    ["many choices", "chat", { ...hello, n: 1_000 }],
    ["many prompts", "text", { max_tokens: 10, prompt: Array(1_000).fill("a") }],
    ["many prompts of tokens", "text", { max_tokens: 10, prompt: Array(1_000).fill([1]) }],
    ["many prompts, far too many to parse", "text", { max_tokens: 1, prompt: Array(20_000).fill("a") }],
    ["the best of many", "text", { max_tokens: 10, prompt: "a", best_of: 1_000 }],
    ["many linked pictures", "chat", linked(picture, 50)],
    [
      "many linked pictures, oddly spaced",
      "chat",
      linked(`{"type":"image_url", "image_url" : "${url}"}`, 50),
    ],
    [
      "linked pictures, oddly spelled",
      "chat",
      linked(picture.replaceAll("image_url", "im\\u0061ge_\\u0075rl"), 50),
    ],
    [
      "a schema that is longer than the prompt",
      "chat",
      { ...hello, response_format: { a: "x".repeat(50_000) } },
    ],
    ["a prediction that is", "chat", { ...hello, prediction: { content: "x".repeat(50_000) } }],
  ])("%s", async (_name, kind, body) => {
    const path = kind === "chat" ? "/v1/chat/completions" : "/v1/completions";
    const sent = typeof body === "string" ? body : { model: "priced", ...(body as object) };
    const { json, status } = await gateway.call("POST", path, { key: await small(), body: sent });
    expect([status, json.error?.type, upstream.requests.length]).toEqual([400, "budget_exceeded", 0]);
  });
});

test.each([
  ["best_of", "1000"],
  ["best_of", 1.5],
  ["n", "5"],
  ["n", 0],
  ["n", 1e300],
  ["max_tokens", -1],
  ["max_tokens", 2 ** 53],
  ["max_completion_tokens", "1"],
  ["temperature", "1"],
  ["stream", "true"],
])("%s: %j is refused before the provider could read it otherwise", async (name, value) => {
  const body = { model: "priced", ...hello, [name]: value };
  const { json, status } = await gateway.call("POST", "/v1/chat/completions", { body });
  expect([status, json.error.param, upstream.requests.length]).toEqual([400, name, 0]);
});

describe("a strict key's bound", () => {
  const sent = async (body: object, fields: Record<string, unknown> = {}) => {
    const key = await small({ reservation: "strict", ...fields });
    const { status } = await gateway.call("POST", "/v1/chat/completions", { key, body });
    expect(status).toBe(200);
    return upstream.requests[0]?.json;
  };

  test("stands under both names where both are there", async () => {
    const body = await sent({ model: "priced", ...hello, max_completion_tokens: 1, max_tokens: 5_000 });
    expect(body.max_tokens).toBeLessThan(1_000);
    expect(body.max_completion_tokens).toBe(body.max_tokens);
  });

  test("has the name that the provider knows", async () => {
    const { messages } = hello;
    const lowered = await sent({ model: "older", messages, max_completion_tokens: 5_000 });
    expect(lowered).not.toHaveProperty("max_completion_tokens");
    expect(lowered.max_tokens).toBeLessThan(1_000);
    upstream.forget();
    const small = await sent({ model: "older", messages, max_completion_tokens: 7 });
    expect([small.max_tokens, small.max_completion_tokens]).toEqual([7, undefined]);
  });
});

test("a picture with its data in it counts once, and a small prompt as its text", async () => {
  const data = `{"type":"image_url","image_url":{"url":"data:image/png;base64,${"A".repeat(40_000)}"}}`;
  const key = await gateway.newKey({ tpm_limit: 1_100 });
  const one = await gateway.call("POST", "/v1/chat/completions", { key, body: linked(data, 1) });
  expect(one.status).toBe(200);
  const tight = await gateway.newKey({ tpm_limit: 50 });
  const text = {
    model: "priced",
    ...hello,
    messages: [{ role: "user", content: "image_url https://a.b \u0041" }],
  };
  expect((await gateway.call("POST", "/v1/chat/completions", { key: tight, body: text })).status).toBe(200);
});
