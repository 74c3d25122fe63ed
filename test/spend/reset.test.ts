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

test("lists are sorted by the running period's spend: what an earlier one left behind counts as nothing", async () => {
  const { sql } = gateway.database;
  await sql`insert into users (id, spend_nano_usd, budget_duration, spend_period_started_at) values
    ('stale', 900000000000, '30d', '2025-05-01'), ('current', 500000000000, '30d', '2025-06-01'), ('for life', 700000000000, null, null)`;
  const { json, headers } = await gateway.call("GET", "/spend/users?page_size=2");
  expect(json.map((row: { user_id: string; spend: number }) => [row.user_id, row.spend])).toEqual([
    ["for life", 700],
    ["current", 500],
  ]);
  expect(headers["x-total-count"]).toBe("4");
  const rest = await gateway.call("GET", "/spend/users?page_size=2&page=2");
  expect(rest.json.map((row: { user_id: string; spend: number }) => [row.user_id, row.spend])).toContainEqual(
    ["stale", 0],
  );
});
