/** A reset opens every budget at once and erases no record. */
import { expect, test } from "vitest";
import { DEAR_CALL_USD, spending } from "./spending.ts";

const { gateway, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const post = (path: string, body: unknown) => gateway.call("POST", path, { body });

test("keys, users and teams start from nothing, and the logs stay", async () => {
  const limit = { max_budget: 0.04, budget_duration: "30d" };
  await post("/team/new", { team_id: "team-r", ...limit });
  const { json: user } = await post("/user/new", { user_id: "user-r", ...limit });
  const team = await gateway.newKey({ team_id: "team-r" });
  const own = await gateway.newKey(limit);
  for (const key of [user.key, team, own]) {
    expect(await spend(key)).toBe(200);
    expect(await spend(key)).toBe(400);
  }

  const { status, json } = await post("/global/spend/reset", {});
  expect(status).toBe(200);
  expect(json).toMatchObject({ status: "success", reset: { keys: 3, users: 1, teams: 1 } });
  expect((await gateway.call("GET", "/user/info?user_id=user-r")).json.user_info.spend).toBe(0);
  expect((await gateway.call("GET", "/team/info?team_id=team-r")).json.team_info.spend).toBe(0);
  expect((await gateway.call("GET", "/spend/info")).json.total_spend).toBeCloseTo(3 * DEAR_CALL_USD, 9);
  for (const key of [user.key, team, own]) expect(await spend(key)).toBe(200);

  const events = await gateway.database
    .sql`select actor_kind, before from audit_events where action = 'spend.reset'`;
  expect(events).toEqual([{ actor_kind: "master_key", before: { keys: 3, users: 1, teams: 1 } }]);
});

test("budgets beside the main ones start again too", async () => {
  const budget = [{ max_budget: 0.04, budget_duration: "1d" }];
  const further = await gateway.newKey({ budget_limits: budget });
  const ofModel = await gateway.newKey({ model_max_budget: { dear: 0.04 } });
  await post("/team/new", { team_id: "team-m" });
  await post("/user/new", { user_id: "user-m", auto_create_key: false });
  const member = { role: "user", user_id: "user-m" };
  await post("/team/member_add", { team_id: "team-m", member, max_budget_in_team: 0.04 });
  const ofMember = await gateway.newKey({ team_id: "team-m", user_id: "user-m" });
  for (const key of [further, ofModel, ofMember])
    expect([await spend(key), await spend(key)]).toEqual([200, 400]);
  expect((await post("/global/spend/reset", {})).status).toBe(200);
  for (const key of [further, ofModel, ofMember]) expect(await spend(key)).toBe(200);
});

test("resets and calls beside each other never lock each other out, and no cost is lost or kept", async () => {
  await post("/team/new", { team_id: "team-busy", max_budget: 1000 });
  await post("/user/new", { user_id: "user-busy", auto_create_key: false });
  const owners = { team_id: "team-busy", user_id: "user-busy" };
  const further = { max_budget: 900, budget_limits: [{ max_budget: 800, budget_duration: "1d" }] };
  const keys = await Promise.all(Array.from({ length: 4 }, () => gateway.newKey({ ...owners, ...further })));
  const calls = async (key: string) => {
    for (let n = 0; n < 40; n++) expect(await spend(key)).toBe(200);
  };
  const resets = async () => {
    for (let n = 0; n < 15; n++) expect((await post("/global/spend/reset", {})).status).toBe(200);
  };
  await Promise.all([...keys.map(calls), resets()]);
  expect((await post("/global/spend/reset", {})).status).toBe(200);
  for (const key of keys) {
    expect(await spend(key)).toBe(200);
    const { budgets } = (await gateway.call("GET", "/v1/usage", { key })).json;
    const spent = (rule: string) =>
      budgets.find((row: { rule: string }) => row.rule === rule)?.spent_usd as number;
    expect([spent("key_budget"), spent("key_budget_1d")]).toEqual([DEAR_CALL_USD, DEAR_CALL_USD]);
  }
});

test("lists are sorted by the running period's spend: what an earlier one left behind counts as nothing", async () => {
  const { sql } = gateway.database;
  await sql`insert into users (id, spend_nano_usd, budget_duration, spend_period_started_at) values
    ('stale', 900000000000, '30d', '2025-05-01'), ('current', 500000000000, '30d', '2025-06-01'), ('for life', 700000000000, null, null)`;
  const { json, headers } = await gateway.call("GET", "/spend/users?page_size=2");
  expect(json.map((row: { user_id: string; spend: number }) => [row.user_id, row.spend])).toEqual([
    ["for life", 700],
    ["current", 500],
  ]);
  expect(headers["x-total-count"]).toBe("6");
  const rest = await gateway.call("GET", "/spend/users?page_size=2&page=2");
  expect(rest.json.map((row: { user_id: string; spend: number }) => [row.user_id, row.spend])).toContainEqual(
    ["stale", 0],
  );
});
