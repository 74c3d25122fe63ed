/** Shared tiers: made, shown, changed for everyone at once, and not deleted under those who have them. */
import { beforeEach, describe, expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "#test/spend/spending.ts";

const { gateway, clock, spend } = await spending({ at: "2026-06-15T10:20:00Z" });
const { sql } = gateway.database;
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });
const ok = async (path: string, body: unknown) => {
  const answer = await post(path, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
let tier = "";
let made = 0;
beforeEach(() => {
  made += 1;
  tier = `tier-${made}`;
});

const ALL = {
  max_budget: 2.5,
  soft_budget: 2,
  budget_duration: "7d",
  rpm_limit: 10,
  tpm_limit: 1000,
  rph_limit: 100,
  rpd_limit: 200,
  tph_limit: 3000,
  tpd_limit: 4000,
  max_parallel_requests: 3,
  model_max_budget: { dear: { budget_limit: 1, time_period: "1d" } },
  model_rpm_limit: { dear: 5 },
  model_tpm_limit: { dear: 500 },
  budget_limits: [{ budget_duration: "1d", max_budget: 1 }],
  reservation: "strict",
};

describe("a tier", () => {
  test("holds every limit, and shows them in all four places", async () => {
    const whole = { budget_id: tier, ...ALL, budget_reset_at: "2026-06-22T00:00:00.000Z" };
    expect(await ok("/budget/new", { budget_id: tier, ...ALL })).toMatchObject(whole);
    expect(await ok("/budget/info", { budgets: [tier, "none"] })).toEqual([expect.objectContaining(whole)]);
    const list = (await gateway.call("GET", "/budget/list")).json;
    expect(list).toContainEqual(expect.objectContaining(whole));
    const settings = (await gateway.call("GET", `/budget/settings?budget_id=${tier}`)).json;
    const values = settings.map((one: Record<string, unknown>) => [one["field_name"], one["field_value"]]);
    expect(Object.fromEntries(values)).toEqual(ALL);
  });

  test("gets an id when it names none", async () => {
    const { budget_id } = await ok("/budget/new", { max_budget: 1 });
    expect(budget_id).toMatch(/^bud_/);
    expect(await ok("/budget/info", { budgets: [budget_id] })).toHaveLength(1);
  });

  test("changes in what is sent alone; null takes away", async () => {
    await ok("/budget/new", { budget_id: tier, ...ALL });
    const after = await ok("/budget/update", {
      budget_id: tier,
      max_budget: 9,
      rpm_limit: null,
      rph_limit: null,
    });
    expect(after).toMatchObject({ ...ALL, max_budget: 9, rpm_limit: null, rph_limit: null });
  });

  test("is refused where it cannot be", async () => {
    await ok("/budget/new", { budget_id: tier });
    const refused = async (path: string, body: unknown) => {
      const { status, json } = await post(path, body);
      return [status, json.error.param];
    };
    expect(await refused("/budget/new", { budget_id: tier })).toEqual([400, "budget_id"]);
    expect(await refused("/budget/new", { budget_id: "" })).toEqual([400, "budget_id"]);
    expect(await refused("/budget/new", { temp_budget_increase: 1 })).toEqual([400, "temp_budget_increase"]);
    expect(await refused("/budget/new", { max_bugdet: 1 })).toEqual([400, "max_bugdet"]);
    expect(await refused("/budget/update", { max_budget: 1 })).toEqual([400, "budget_id"]);
    expect(await refused("/budget/update", { budget_id: "none" })).toEqual([404, "budget_id"]);
    expect(await refused("/budget/info", { budgets: [] })).toEqual([400, "budgets"]);
    expect(await refused("/budget/info", { budgets: ["none"] })).toEqual([404, "budget_id"]);
    expect(await refused("/budget/delete", { id: "none" })).toEqual([404, "budget_id"]);
    expect((await gateway.call("GET", "/budget/settings")).status).toBe(400);
    expect((await gateway.call("GET", "/budget/settings?budget_id=none")).status).toBe(404);
  });

  test("is an admin's to make and to change", async () => {
    await ok("/budget/new", { budget_id: tier });
    const { key } = await ok("/user/new", {});
    const asked = [
      ["POST", "/budget/new", {}],
      ["POST", "/budget/update", { budget_id: tier }],
      ["POST", "/budget/delete", { id: tier }],
      ["POST", "/budget/info", { budgets: [tier] }],
    ] as const;
    for (const [method, path, body] of asked)
      expect((await gateway.call(method, path, { key, body })).status).toBe(403);
    for (const path of ["/budget/list", `/budget/settings?budget_id=${tier}`])
      expect((await gateway.call("GET", path, { key })).status).toBe(403);
  });

  test("each change has its audit event, and without one it does not happen", async () => {
    await ok("/budget/new", { budget_id: tier, max_budget: 1 });
    await ok("/budget/update", { budget_id: tier, max_budget: 2 });
    await sql`create or replace function refuse_event() returns trigger language plpgsql as $$ begin raise 'no events today'; end $$`;
    await sql`create trigger refuse_event before insert on audit_events execute function refuse_event()`;
    for (const [path, body] of [
      ["/budget/update", { budget_id: tier, max_budget: 3 }],
      ["/budget/delete", { id: tier }],
      ["/budget/new", { budget_id: `${tier}-other` }],
    ] as const)
      expect((await post(path, body)).status).toBe(503);
    await sql`drop trigger refuse_event on audit_events`;
    expect(await ok("/budget/info", { budgets: [tier, `${tier}-other`] })).toMatchObject([{ max_budget: 2 }]);
    await ok("/budget/delete", { id: tier });
    const events =
      await sql`select action, before, after from audit_events where target_id = ${tier} order by seq`;
    expect(events).toMatchObject([
      { action: "budget.create", before: null, after: { maxBudgetNanoUsd: "1000000000" } },
      {
        action: "budget.update",
        before: { maxBudgetNanoUsd: "1000000000" },
        after: { maxBudgetNanoUsd: "2000000000" },
      },
      { action: "budget.delete", after: null },
    ]);
  });
});

describe("a key with a tier", () => {
  test("names one that there is, and shows its row", async () => {
    await ok("/budget/new", { budget_id: tier, max_budget: 7 });
    const body = { budget_id: tier };
    const made = await ok("/key/generate", body);
    expect(made).toMatchObject({
      ...body,
      max_budget: null,
      litellm_budget_table: { budget_id: tier, max_budget: 7 },
    });
    const { info } = (await gateway.call("GET", `/key/info?key=${made.key}`)).json;
    expect(info.litellm_budget_table.max_budget).toBe(7);
    for (const [path, fields] of [
      ["/key/generate", {}],
      ["/key/update", { key: made.key }],
    ] as const) {
      const answer = await post(path, { ...fields, budget_id: "none" });
      expect([answer.status, answer.json.error.param]).toEqual([400, "budget_id"]);
    }
    const freed = await ok("/key/update", { key: made.key, budget_id: null });
    expect([freed.budget_id, freed.litellm_budget_table]).toEqual([null, null]);
  });

  test("is held to it, each key on its own count", async () => {
    await ok("/budget/new", { budget_id: tier, max_budget: 0.04 });
    const [one, other] = [
      await gateway.newKey({ budget_id: tier }),
      await gateway.newKey({ budget_id: tier }),
    ];
    expect([await spend(one), await spend(one)]).toEqual([200, 400]);
    expect([await spend(other), await spend(other)]).toEqual([200, 400]);
  });

  test("is held to its own values where it has some", async () => {
    await ok("/budget/new", { budget_id: tier, max_budget: 0, rpm_limit: 0 });
    const key = await gateway.newKey({ budget_id: tier, max_budget: 1, rpm_limit: 1 });
    expect([await spend(key), await spend(key)]).toEqual([200, 429]);
  });

  test("feels a change of the tier with the next call", async () => {
    await ok("/budget/new", { budget_id: tier });
    const key = await gateway.newKey({ budget_id: tier });
    expect(await spend(key)).toBe(200);
    await ok("/budget/update", { budget_id: tier, rpm_limit: 0 });
    expect(await spend(key)).toBe(429);
    await ok("/budget/update", { budget_id: tier, rpm_limit: null, max_budget: 0 });
    expect(await spend(key)).toBe(400);
    await ok("/budget/update", { budget_id: tier, max_budget: 1 });
    expect(await spend(key)).toBe(200);
    await ok("/budget/update", { budget_id: tier, model_max_budget: { dear: 0 } });
    expect([await spend(key), await spend(key, "cheap")]).toEqual([400, 200]);
  });

  test("starts a period with the tier's, and the next one on its edge", async () => {
    clock.set("2026-06-16T10:00:00Z");
    await ok("/budget/new", { budget_id: tier, max_budget: 0.04, budget_duration: "1d" });
    const key = await gateway.newKey();
    expect(await spend(key)).toBe(200);
    // What was spent before the key had the tier does not count against it.
    await ok("/key/update", { key, budget_id: tier });
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
    clock.set("2026-06-17T00:00:00Z");
    expect(await spend(key)).toBe(200);
    const { info } = (await gateway.call("GET", `/key/info?key=${key}`)).json;
    expect(info.spend).toBeCloseTo(3 * DEAR_CALL_USD, 9);
  });
});

describe("deleting", () => {
  test("is refused while somebody has the tier, and says who", async () => {
    await ok("/budget/new", { budget_id: tier });
    const keys = [await gateway.newKey({ budget_id: tier }), await gateway.newKey({ budget_id: tier })];
    await sql`insert into end_users (id, budget_id) values (${tier}, ${tier})`;
    const refused = await post("/budget/delete", { id: tier });
    expect([refused.status, refused.json.error.param]).toEqual([400, "id"]);
    expect(refused.json.error.message).toContain("in use by 2 keys, 1 end user");
    await sql`delete from end_users where id = ${tier}`;
    // A deleted key has nothing any more.
    await ok("/key/delete", { keys });
    await ok("/budget/delete", { id: tier });
    expect((await post("/budget/info", { budgets: [tier] })).status).toBe(404);
  });

  test("and making a key at the same time never leave a key with a tier that is gone", async () => {
    await ok("/budget/new", { budget_id: tier });
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => post("/key/generate", { budget_id: tier })),
      post("/budget/delete", { id: tier }),
    ]);
    const keys = answers.slice(0, 10).filter(({ status }) => status === 200).length;
    const deleted = answers[10]?.status === 200;
    expect(deleted ? 0 : 10).toBe(keys);
  });
});
