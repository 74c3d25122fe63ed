/** A key's holder sees without anybody's help what it has spent and what is left, as the gate sees it, and nothing of others. */
import { beforeAll, describe, expect, test } from "vitest";
import type { WindowRule } from "#lib/admission/admission.ts";
import { MASTER } from "#lib/keys/caller.ts";
import { usageOf } from "#lib/spend/usage.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { DEAR_CALL_USD, spending, testClock } from "./spending.ts";

const NOW = "2025-06-15T10:20:00Z";
const LIMITS = `
router_settings:
  model_group_limits:
    dear: { rpm: 50 }
  provider_budget_config:
    openai: { budget_limit: 1000, time_period: 30d }
litellm_settings:
  tpd: 1000000
  max_budget: 500
`;
const { gateway, record, spend } = await spending({ at: NOW, settings: LIMITS });
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const usage = async (key: string, query = "") =>
  (await gateway.call("GET", `/v1/usage${query}`, { key })).json;
const named = (rows: readonly { rule: string }[]) => new Map(rows.map((row) => [row.rule, row]));

describe("a key inside a team", () => {
  let member = "";
  let boss = "";

  beforeAll(async () => {
    await post("/team/new", { team_id: "crew", max_budget: 5, rpm_limit: 100, soft_budget: 1 });
    await post("/user/new", { user_id: "boss", auto_create_key: false });
    await post("/team/member_add", {
      team_id: "crew",
      member: { role: "admin", user_id: "boss" },
      max_budget_in_team: 2,
    });
    await post("/tag/new", { name: "batch", max_budget: 3 });
    member = await gateway.newKey({
      key_alias: "mine",
      team_id: "crew",
      rpm_limit: 10,
      max_budget: 1,
      budget_duration: "30d",
      budget_limits: [{ max_budget: 0.5, budget_duration: "1d" }],
      model_max_budget: { cheap: 0.25 },
      tags: ["batch"],
    });
    boss = await gateway.newKey({ team_id: "crew", user_id: "boss" });
    expect(await spend(member)).toBe(200);
  });

  test("sees its own figures", async () => {
    const { budgets, key, limits, object, spend: own } = await usage(member);
    expect(object).toBe("usage");
    expect(key).toMatchObject({ key_alias: "mine", team_id: "crew", user_id: null, reservation: "estimate" });
    expect(own).toEqual({
      period_usd: DEAR_CALL_USD,
      life_usd: DEAR_CALL_USD,
      duration: "30d",
      period_started_at: "2025-06-01T00:00:00.000Z",
      resets_at: "2025-07-01T00:00:00.000Z",
    });
    expect(named(limits).get("key_rpm")).toEqual({
      rule: "key_rpm",
      scope: { kind: "key", name: "mine" },
      metric: "requests",
      span: "1m",
      model: null,
      limit: 10,
      used: 1,
      remaining: 9,
      resets_at: "2025-06-15T10:21:01.000Z",
    });
    const mine = named(budgets);
    expect(mine.get("key_budget")).toEqual({
      rule: "key_budget",
      scope: { kind: "key", name: "mine" },
      model: null,
      limit_usd: 1,
      spent_usd: DEAR_CALL_USD,
      remaining_usd: 1 - DEAR_CALL_USD,
      duration: "30d",
      resets_at: "2025-07-01T00:00:00.000Z",
      soft: false,
    });
    expect(mine.get("key_budget_1d")).toMatchObject({
      limit_usd: 0.5,
      spent_usd: DEAR_CALL_USD,
      resets_at: "2025-06-16T00:00:00.000Z",
    });
    expect(mine.get("key_model_budget")).toMatchObject({ model: "cheap", spent_usd: 0, remaining_usd: 0.25 });
  });

  test("hears of others' budgets without a figure or a name", async () => {
    const { budgets } = await usage(member);
    for (const rule of ["team_budget", "team_budget_soft", "gateway_budget", "tag_budget"]) {
      const { scope, soft, ...rest } = named(budgets).get(rule) as Record<string, unknown>;
      expect(scope).toMatchObject({ name: null });
      expect(soft).toBe(rule.endsWith("soft"));
      expect({ ...rest, rule: null }).toEqual({
        rule: null,
        model: null,
        limit_usd: null,
        spent_usd: null,
        remaining_usd: null,
        duration: null,
        resets_at: null,
      });
    }
    const team = named((await usage(member)).limits).get("team_rpm");
    expect(team).toMatchObject({ limit: null, used: null, remaining: null, resets_at: null });
  });

  test("whose user is the team's admin reads the team's figures, not the gateway's", async () => {
    const { budgets, limits } = await usage(boss);
    expect(named(budgets).get("team_budget")).toMatchObject({ limit_usd: 5, spent_usd: DEAR_CALL_USD });
    expect(named(budgets).get("team_member_budget")).toMatchObject({ limit_usd: 2, spent_usd: 0 });
    expect(named(limits).get("team_rpm")).toMatchObject({ limit: 100, used: 1 });
    expect(named(budgets).get("gateway_budget")).toMatchObject({ limit_usd: null, spent_usd: null });
  });

  test("with a model sees that model's rules too, and only those of models it may call", async () => {
    const rules = async (query: string) => {
      const { budgets, limits } = await usage(member, query);
      return [...limits, ...budgets].map((row: { rule: string }) => row.rule);
    };
    expect(await rules("")).not.toContain("model_rpm");
    expect(await rules("?model=dear")).toEqual(expect.arrayContaining(["model_rpm", "provider_budget"]));
    expect(await rules("?model=dear")).not.toContain("key_model_budget");
    expect(await rules("?model=cheap")).toContain("key_model_budget");
    const narrow = await gateway.newKey({ models: ["cheap"] });
    for (const model of ["dear", "nowhere"]) {
      const { status, json } = await gateway.call("GET", `/usage?model=${model}`, { key: narrow });
      expect([status, json.error.message]).toEqual([
        404,
        `model not found: "${model}". Call GET /v1/models.`,
      ]);
    }
  });
});

test("what it says is what the refusal says", async () => {
  const key = await gateway.newKey({ key_alias: "even", rpm_limit: 2, max_budget: 0.06 });
  expect([await spend(key), await spend(key)]).toEqual([200, 200]);
  const body = { model: "dear", messages: [{ role: "user", content: "hello" }], max_tokens: 10 };
  const refused = (await gateway.call("POST", "/v1/chat/completions", { key, body })).json.error;
  const { budgets, limits } = await usage(key);
  expect(refused.reason).toBe("key_budget");
  expect(named(budgets).get(refused.reason)).toMatchObject({
    limit_usd: refused.limit,
    spent_usd: refused.used,
    resets_at: refused.reset_at,
  });
  expect(refused.also).toEqual(["key_rpm"]);
  expect(named(limits).get("key_rpm")).toMatchObject({ used: 2, remaining: 0 });
});

test("an admin's key reads every figure", async () => {
  const admin = (await post("/user/new", { user_role: "proxy_admin" })).json.key;
  const { budgets, limits } = await usage(admin, "?model=dear");
  expect(named(budgets).get("gateway_budget")).toMatchObject({ limit_usd: 500 });
  expect(named(budgets).get("provider_budget")).toMatchObject({
    scope: { kind: "provider", name: "openai" },
    limit_usd: 1000,
  });
  expect(named(limits).get("gateway_tpd")).toMatchObject({ span: "1d", limit: 1_000_000 });
});

test("a process that has counted nothing yet tells what the ledger has", async () => {
  const key = await gateway.newKey({
    max_budget: 1,
    budget_limits: [{ max_budget: 2, budget_duration: "7d" }],
  });
  await spend(key);
  await gateway.runtime.deps.ledger.flush();
  const { key_id } = (await usage(key)).key;
  await record({ at: "2025-05-31T12:00:00Z", keyId: key_id, costNanoUsd: 7_000_000_000n });
  const other = await testGateway({ database: gateway.database, clock: testClock(NOW) });
  const { json } = await other.call("GET", "/v1/usage", { key });
  expect(named(json.budgets).get("key_budget_7d")).toMatchObject({ spent_usd: DEAR_CALL_USD });
  expect(json.spend.life_usd).toBeCloseTo(7 + DEAR_CALL_USD, 9);
});

describe("an end user", () => {
  const rulesOf = (json: { limits: { rule: string }[]; budgets: { rule: string }[] }) =>
    named([...json.limits, ...json.budgets]);

  test("has its limits listed when the call names it, by header or in the query", async () => {
    await post("/customer/new", { user_id: "ann", max_budget: 2, rpm_limit: 7, budget_duration: "1d" });
    const key = await gateway.newKey();
    const headers = { "x-litellm-customer-id": "ann" };
    expect(await spend(key, "dear", headers)).toBe(200);
    expect([...rulesOf(await usage(key)).keys()]).not.toContain("end_user_rpm");
    const byHeader = (await gateway.call("GET", "/v1/usage", { key, headers })).json;
    for (const json of [byHeader, await usage(key, "?customer_id=ann")]) {
      const rules = rulesOf(json);
      expect(rules.get("end_user_rpm")).toMatchObject({ limit: 7, used: 1, remaining: 6 });
      expect(rules.get("end_user_budget")).toMatchObject({
        scope: { kind: "end_user", name: "ann" },
        limit_usd: 2,
        spent_usd: DEAR_CALL_USD,
        resets_at: "2025-06-16T00:00:00.000Z",
      });
    }
  });

  test("that nobody has limited has none", async () => {
    const rules = rulesOf(await usage(await gateway.newKey(), "?customer_id=nobody"));
    expect([...rules.keys()].filter((rule) => rule.startsWith("end_user"))).toEqual([]);
  });
});

test("two keys without a user are not the same user's", async () => {
  const [one, two] = [await gateway.newKey(), await gateway.newKey()];
  await spend(one);
  expect((await usage(one)).spend.life_usd).toBe(DEAR_CALL_USD);
  expect((await usage(two)).spend.life_usd).toBe(0);
});

test("a raise shows while it lasts", async () => {
  const key = await gateway.newKey({ max_budget: 1, temp_budget_increase: 2, temp_budget_expiry: "1h" });
  expect(named((await usage(key)).budgets).get("key_budget")).toMatchObject({ limit_usd: 3 });
});

test("needs a key, and no more", async () => {
  expect((await gateway.call("GET", "/v1/usage", { key: null })).status).toBe(401);
  expect((await gateway.call("GET", "/v1/usage", { key: await gateway.newKey() })).status).toBe(200);
  const master = await gateway.call("GET", "/usage");
  expect(master.json).toMatchObject({ key: { key_id: "master" }, spend: { period_usd: 0 } });
});

test("while nobody can tell what is used, the limit itself is still said", () => {
  const rule: WindowRule = {
    id: "key_rpm",
    subject: { kind: "key", id: "key_1", name: "mine" },
    counter: "key:key_1:rpm",
    model: null,
    metric: "requests",
    spanMs: 60_000,
    ceiling: 10,
  };
  expect(usageOf([{ rule, state: null }], MASTER, 0).limits).toEqual([
    {
      rule: "key_rpm",
      scope: { kind: "key", name: "mine" },
      metric: "requests",
      span: "1m",
      model: null,
      limit: 10,
      used: null,
      remaining: null,
      resets_at: null,
    },
  ]);
});
