/** Budgets over time: the first cent, the exact second of a reset, changes by hand, and a restart. */
import { afterEach, describe, expect, test } from "vitest";
import { type Answer, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { ask } from "../reliability/provider.ts";
import { admissionSetting, heldFor, keyId, reserveOf } from "./setting.ts";

const setting = await admissionSetting("litellm_settings: { timezone: America/New_York }");
const { gateway, provider, clock } = setting;
const { sql } = gateway.database;
/** Another one over the same database, with a memory of its own. */
const restarted = await testGateway({ clock, database: gateway.database });

/** 10 tokens in, 20 out: 170,000 nano-dollars. */
const body = ask(10, 20, "now");
const COST = 0.00017;
const call = (key: string, more: Record<string, unknown> = body): Promise<Answer> =>
  gateway.call("POST", "/v1/chat/completions", { key, body: more });
const reserve = Number(reserveOf(body)) / 1e9;
const update = async (key: string, fields: Record<string, unknown>) => {
  const answer = await gateway.call("POST", "/key/update", { body: { key, ...fields } });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
const spendOf = async (key: string) => (await gateway.call("GET", `/key/info?key=${key}`)).json.info.spend;

afterEach(() => expectExactSumsOfCounters());

test("max_budget 0 refuses the first call, also to a model that costs nothing", async () => {
  const key = await gateway.newKey({ max_budget: 0 });
  const answer = await call(key);
  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject({
    type: "budget_exceeded",
    reason: "key_budget",
    limit: 0,
    used: 0,
  });
});

describe.each([
  ["1d", "2026-06-16T04:00:00Z"],
  ["7d", "2026-06-22T04:00:00Z"],
  ["30d", "2026-07-01T04:00:00Z"],
  ["1mo", "2026-07-01T04:00:00Z"],
  ["1h", "2026-06-15T13:00:00Z"],
  ["30s", "2026-06-15T12:00:30Z"],
])("a budget of %s", (duration, resetAt) => {
  test(`is spent until ${resetAt} and whole from then on, to the millisecond`, async () => {
    clock.set(Date.parse("2026-06-15T12:00:00Z"));
    const key = await gateway.newKey({ max_budget: reserve, budget_duration: duration });
    expect((await call(key)).status).toBe(200);
    const refused = await call(key);
    expect(refused.status).toBe(400);
    expect(Date.parse(refused.json.error.reset_at)).toBe(Date.parse(resetAt));
    clock.set(Date.parse(resetAt) - 1);
    expect((await call(key)).status).toBe(400);
    expect(await spendOf(key)).toBe(COST);
    clock.set(Date.parse(resetAt));
    expect(await spendOf(key)).toBe(0);
    expect((await call(key)).status).toBe(200);
    expect(await spendOf(key)).toBe(COST);
  });
});

test("a call that runs over the reset is billed to the period it began in", async () => {
  clock.set(Date.parse("2026-06-16T03:59:59Z"));
  const key = await gateway.newKey({ max_budget: 1, budget_duration: "1d" });
  const running = call(key, ask(10, 20, "drip", { stream: true }));
  await until("the call runs", () => provider.open.size === 1);
  clock.advance(2_000);
  expect((await call(key)).status).toBe(200);
  provider.release();
  expect((await running).status).toBe(200);
  expect(await spendOf(key)).toBe(COST);
});

test("reset_spend makes room at once, for calls here and in the figures", async () => {
  clock.set(Date.parse("2026-06-17T12:00:00Z"));
  const key = await gateway.newKey({ max_budget: reserve });
  await call(key);
  expect((await call(key)).status).toBe(400);
  const reset = await gateway.call("POST", `/key/${key}/reset_spend`, { body: { reset_to: 0 } });
  expect(reset.json).toMatchObject({ spend: 0, previous_spend: COST });
  expect((await call(key)).status).toBe(200);
  expect(await spendOf(key)).toBe(COST);
});

describe("budget_duration changed by an update", () => {
  test.each([
    ["1d", "30d"],
    ["30d", "1d"],
    [null, "1d"],
  ])("from %s to %s starts anew, and the new budget holds", async (from, to) => {
    clock.set(Date.parse("2026-06-18T12:00:00Z"));
    const key = await gateway.newKey({ max_budget: reserve + COST, budget_duration: from });
    await call(key);
    await update(key, { budget_duration: to });
    expect(await spendOf(key)).toBe(0);
    expect((await call(key)).status).toBe(200);
    expect((await call(key)).status).toBe(200);
    expect((await call(key)).status).toBe(400);
    expect(await spendOf(key)).toBe(2 * COST);
  });

  test("to none keeps what was spent, and a call that ran meanwhile is added to it", async () => {
    clock.set(Date.parse("2026-06-18T12:00:00Z"));
    const key = await gateway.newKey({ max_budget: 2 * reserve + COST, budget_duration: "1d" });
    await call(key);
    const running = call(key, ask(10, 20, "drip", { stream: true }));
    await until("the call runs", () => provider.open.size === 1);
    await update(key, { budget_duration: null });
    provider.release();
    await running;
    expect(await spendOf(key)).toBe(2 * COST);
    expect(heldFor(setting, "key", await keyId(gateway, key))).toEqual({ running: 0, reserved: false });
    expect((await call(key)).status).toBe(200);
    expect(await spendOf(key)).toBe(3 * COST);
  });
});

test("a key of a team is charged to the team's budget, and the user's stays whole", async () => {
  await gateway.call("POST", "/user/new", {
    body: { user_id: "u1", auto_create_key: false, max_budget: reserve },
  });
  await gateway.call("POST", "/team/new", { body: { team_id: "t1", max_budget: reserve + COST } });
  const key = await gateway.newKey({ user_id: "u1", team_id: "t1" });
  expect((await call(key)).status).toBe(200);
  expect((await call(key)).status).toBe(200);
  expect((await call(key)).json.error.reason).toBe("team_budget");
});

test("after a restart the budget goes on from what the ledger says", async () => {
  const key = await gateway.newKey({ max_budget: reserve });
  expect((await call(key)).status).toBe(200);
  // The demo model there is free: the call only makes the counter.
  const free = { ...body, model: "gpt-4" };
  expect((await restarted.call("POST", "/v1/chat/completions", { key, body: free })).status).toBe(200);
  expect(restarted.runtime.deps.admission.spent(`key:${await keyId(gateway, key)}:budget`)).toBe(170_000n);
});

async function expectExactSumsOfCounters(): Promise<void> {
  const [row] = await sql`
    select (select coalesce(sum(cost_nano_usd), 0) from spend_hourly) = (select coalesce(sum(cost_nano_usd), 0) from spend_records) as same`;
  expect(row?.same).toBe(true);
}
