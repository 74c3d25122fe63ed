/** A price can be asked for before a call, and is the price that a call then has. */
import { expect, test } from "vitest";
import { spending } from "./spending.ts";

const { gateway } = await spending({ at: "2025-06-15T10:20:00Z" });
const calculate = (body: unknown, key?: string) =>
  gateway.call("POST", "/spend/calculate", { body, ...(key === undefined ? {} : { key }) });
const messages = [{ role: "user", content: "hello there" }];

test("an answer's cost is that of its usage, under the group's name or the provider's", async () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 500 };
  for (const model of ["dear", "dear-upstream"]) {
    expect((await calculate({ completion_response: { model, usage } })).json).toEqual({ cost: 2 });
  }
  expect((await calculate({ model: "cheap", completion_response: { model: "dear", usage } })).json).toEqual({
    cost: 0.002,
  });
});

test("a prompt's cost is in proportion to its estimated tokens and its model's price", async () => {
  const dear = (await calculate({ model: "dear", messages })).json.cost;
  expect(dear).toBe(Math.ceil(JSON.stringify(messages).length / 4) * 0.001);
  expect((await calculate({ model: "cheap", messages })).json.cost).toBeCloseTo(dear / 1000, 12);
});

test.each([
  ["model", {}],
  ["model", { model: "dear" }],
  ["model", { model: "no-such-model", messages }],
  ["messages", { model: "dear", messages: [] }],
  ["messages", { model: "dear", messages: "hello" }],
  ["messages[0]", { model: "dear", messages: [1] }],
  ["completion_response", { completion_response: { model: "dear" } }],
  ["model", { completion_response: { usage: { prompt_tokens: 1 } } }],
  ["modle", { modle: "dear", messages }],
])("what is amiss with %s is said: %j", async (param, body) => {
  const { status, json } = await calculate(body);
  expect(status).toBe(400);
  expect(json.error.param).toBe(param);
});

test("a model that the key may not call has no price for it", async () => {
  const key = await gateway.newKey({ models: ["cheap"] });
  expect((await calculate({ model: "cheap", messages }, key)).status).toBe(200);
  expect((await calculate({ model: "dear", messages }, key)).json.error.message).toContain(
    "Invalid model name",
  );
});
