/** Faults that LiteLLM's users met around keys and budgets, each with its number there: none of them happens here. */
import { expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2026-06-15T10:20:00Z" });
const post = async (path: string, body: unknown) => (await gateway.call("POST", path, { body })).json;

test("#31079: rotation gives no fresh budget, neither the key's nor a model's", async () => {
  const key = await gateway.newKey({
    model_max_budget: { dear: { budget_limit: 0.04, time_period: "30d" } },
    budget_limits: [{ budget_duration: "7d", max_budget: 0.05 }],
  });
  expect([await spend(key), await spend(key)]).toEqual([200, 400]);
  const { key: renewed } = await post("/key/regenerate", { key });
  expect(await spend(renewed)).toBe(400);
  expect(await spend(renewed, "cheap")).toBe(200);
  await post("/key/update", { key: renewed, model_max_budget: null });
  // The week's budget has counted both secrets' calls.
  expect([await spend(renewed), await spend(renewed)]).toEqual([400, 400]);
});

test("#25553: under load an update is felt by every call that begins after its answer", async () => {
  const key = await gateway.newKey({ models: ["cheap", "dear"] });
  let running = true;
  const under = Array.from({ length: 8 }, async () => {
    // A refusal needs no I/O: without the turn the loop would let nothing else run.
    while (running) await Promise.all([spend(key, "cheap"), new Promise(setImmediate)]);
  });
  for (const models of [["dear"], ["cheap"], ["dear"], ["cheap"]]) {
    await post("/key/update", { key, models });
    const [allowed, denied] = models[0] === "dear" ? ["dear", "cheap"] : ["cheap", "dear"];
    expect(await Promise.all([spend(key, allowed), spend(key, denied)])).toEqual([200, 403]);
  }
  await post("/key/update", { key, max_budget: 0 });
  expect(await Promise.all([spend(key, "cheap"), spend(key, "cheap")])).toEqual([400, 400]);
  await post("/key/update", { key, max_budget: null, rpm_limit: 0 });
  expect(await spend(key, "cheap")).toBe(429);
  running = false;
  await Promise.all(under);
});

test("#34492: a budget_duration for an old key starts a period with nothing spent", async () => {
  clock.set("2026-06-15T10:20:00Z");
  const key = await gateway.newKey({ max_budget: 0.04 });
  expect([await spend(key), await spend(key)]).toEqual([200, 400]);
  const updated = await post("/key/update", { key, budget_duration: "1d" });
  expect(updated).toMatchObject({ spend: 0, budget_reset_at: "2026-06-16T00:00:00.000Z" });
  expect([await spend(key), await spend(key)]).toEqual([200, 400]);
  // Said again it is no change: the period goes on.
  expect(await post("/key/update", { key, budget_duration: "1d" })).toMatchObject({ spend: DEAR_CALL_USD });
  expect(await spend(key)).toBe(400);
});

test("#34492: so does one more budget beside the old ones", async () => {
  const key = await gateway.newKey({ max_budget: 10 });
  expect(await spend(key)).toBe(200);
  await post("/key/update", { key, budget_limits: [{ budget_duration: "1d", max_budget: 0.04 }] });
  expect([await spend(key), await spend(key)]).toEqual([200, 400]);
});
