/** `reservation: strict`: whatever the provider answers within its bound, no budget is ever passed. */
import { describe, expect, test } from "vitest";
import { until } from "#test/helpers/house.ts";
import { admissionSetting, keyId } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";

const setting = await admissionSetting();
const { gateway, provider } = setting;

const spendOf = async (key: string): Promise<bigint> => {
  await gateway.runtime.deps.ledger.flush();
  const [row] = await gateway.database
    .sql`select spend_nano_usd as spend from virtual_keys where id = ${await keyId(gateway, key)}`;
  return BigInt(row?.spend);
};

describe("a strict key", () => {
  test("a call is bounded by what is left, says so in a header, and the provider is told", async () => {
    // Prompt of about 40 bytes at 3,000 nano-dollars, output at 7,000: a thousandth of a dollar is some 120 tokens.
    const key = await gateway.newKey({ max_budget: 0.001, reservation: "strict" });
    const { headers, status } = await gateway.call("POST", "/v1/chat/completions", {
      key,
      body: ask(10, 5, "now"),
    });
    expect(status).toBe(200);
    const bound = Number(headers["x-shin-max-tokens"]);
    expect(bound).toBeGreaterThan(50);
    expect(bound).toBeLessThan(143);
    expect(provider.lastBody()).toMatchObject({ max_tokens: bound });
  });

  test("answers as long as they may be never pass the ceiling, alone or many at once", async () => {
    const budget = 0.004;
    const key = await gateway.newKey({ max_budget: budget, reservation: "strict" });
    const call = () =>
      gateway.call("POST", "/v1/chat/completions", { key, body: ask(10, 0, "full", { n: 2 }) });
    for (let round = 0; round < 6; round++) await Promise.all(Array.from({ length: 20 }, call));
    const last = await call();
    expect(last.json.error.type).toBe("budget_exceeded");
    expect(last.headers["x-should-retry"]).toBe("false");
    const spent = await spendOf(key);
    expect(spent).toBeLessThanOrEqual(4_000_000n);
    // It is used, too: what is left does not pay for one more prompt and token.
    expect(spent).toBeGreaterThan(3_500_000n);
  });

  test("a call without max_tokens gets one", async () => {
    const key = await gateway.newKey({ max_budget: 1_000, reservation: "strict" });
    const { headers } = await gateway.call("POST", "/v1/chat/completions", {
      key,
      body: ask(10, 5, "now", { max_tokens: undefined }),
    });
    expect(headers["x-shin-max-tokens"]).toBe("4096");
    expect(Object.values(provider.lastBody())).toContain(4096);
  });

  test("without a budget nothing is bounded", async () => {
    const key = await gateway.newKey({ reservation: "strict" });
    const { headers } = await gateway.call("POST", "/v1/chat/completions", { key, body: ask(1, 1, "now") });
    expect(headers["x-shin-max-tokens"]).toBeUndefined();
  });
});

test("otherwise at most the one answer that outgrew its bound passes the ceiling", async () => {
  const key = await gateway.newKey({ max_budget: 0.01 });
  const body = ask(10, 2_000, "now", { max_tokens: 100 });
  const statuses: number[] = [];
  for (let call = 0; call < 5; call++)
    statuses.push((await gateway.call("POST", "/v1/chat/completions", { key, body })).status);
  expect(statuses).toEqual([200, 400, 400, 400, 400]);
  expect(await spendOf(key)).toBe(10n * 3_000n + 2_000n * 7_000n);
});

test("counters of every kind of budget equal the ledger to the nano-dollar when the calls have ended", async () => {
  const { deps } = gateway.runtime;
  await gateway.call("POST", "/team/new", {
    body: {
      team_id: "books",
      max_budget: 100,
      team_member_budget: 50,
      members_with_roles: [{ role: "user", user_id: "ann" }],
    },
  });
  const key = await gateway.newKey({
    team_id: "books",
    user_id: "ann",
    max_budget: 10,
    soft_budget: 5,
    model_max_budget: { priced: { budget_limit: 10, time_period: "1d" } },
    budget_limits: [{ budget_duration: "30d", max_budget: 20 }],
  });
  await gateway.call("POST", "/customer/new", {
    body: { user_id: "eve", max_budget: 10, budget_duration: "30d" },
  });
  await gateway.call("POST", "/tag/new", { body: { name: "t1", max_budget: 10, budget_duration: "30d" } });
  const headers = { "x-litellm-tags": "t1,t2" };
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => {
      const gone = new AbortController();
      const mode = n % 3 === 0 ? "hold" : n % 3 === 1 ? "fail" : "now";
      const sent = gateway.call("POST", "/v1/chat/completions", {
        key,
        headers,
        body: ask(7 + n, 11, mode, { user: "eve" }),
        signal: gone.signal,
      });
      if (mode !== "hold") return sent;
      return until("the call is held", () => provider.open.size > 0).then(() => {
        gone.abort();
        return sent;
      });
    }),
  );
  await deps.ledger.flush();
  const id = await keyId(gateway, key);
  const [ledger] = await gateway.database
    .sql`select sum(cost_nano_usd)::bigint as cost from spend_records where key_id = ${id}`;
  const cost = BigInt(ledger?.cost);
  expect(cost).toBeGreaterThan(0n);
  for (const counter of [
    `key:${id}:budget`,
    `key:${id}:soft`,
    `key:${id}:budget:model 1d priced`,
    `key:${id}:budget:limit 30d`,
    "team:books:budget",
    "team_member:books/ann:budget:main",
    "end_user:eve:budget:main",
    "tag:t1:budget:main",
  ])
    expect(await deps.admission.spent(counter), counter).toBe(cost);
  const rows = await gateway.database.sql`select kind, budget, spend_nano_usd as spend from budget_spend`;
  expect(rows.map((row) => `${row.kind} ${row.budget}`).sort()).toEqual(
    [
      "end_user life",
      "end_user main",
      "key limit 30d",
      "key model 1d priced",
      "tag life",
      "tag life",
      "tag main",
      "team_member main",
    ].sort(),
  );
  for (const row of rows) expect(BigInt(row.spend), `${row.kind} ${row.budget}`).toBe(cost);
});

test("a dearer deployment that stands in for a broken one is bounded by its own price, and not tried when it cannot pay", async () => {
  const entry = (order: number, apiBase: string, each: number) => ({
    model_name: "pair",
    litellm_params: {
      model: "openai/upstream",
      api_key: "k",
      api_base: apiBase,
      order,
      input_cost_per_token: each,
      output_cost_per_token: each,
    },
  });
  const models = (dear: number) => ({
    model_list: [entry(1, "http://127.0.0.1:9/v1", 0.000001), entry(2, provider.url, dear)],
  });
  const body = { ...ask(10, 0, "full"), model: "pair", max_tokens: 5_000 };
  await gateway.reload(JSON.stringify(models(0.00001)));
  const key = await gateway.newKey({ max_budget: 0.002, reservation: "strict" });
  const { headers, status } = await gateway.call("POST", "/v1/chat/completions", { key, body });
  expect(status).toBe(200);
  // Two thousandths of a dollar are 200 tokens at that price, some 40 of them the prompt's.
  expect(Number(headers["x-shin-max-tokens"])).toBeLessThan(170);
  expect(await spendOf(key)).toBeLessThanOrEqual(2_000_000n);
  await gateway.reload(JSON.stringify(models(0.001)));
  const other = await gateway.newKey({ max_budget: 0.002, reservation: "strict" });
  const before = provider.calls();
  expect(
    (await gateway.call("POST", "/v1/chat/completions", { key: other, body })).status,
  ).toBeGreaterThanOrEqual(400);
  expect(provider.calls()).toBe(before);
});
