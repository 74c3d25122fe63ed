/** The dashboards' questions: by day, team, tag, provider, end user and owner. Every answer adds up to the records. */
import { beforeAll, describe, expect, test } from "vitest";
import { spending } from "./spending.ts";

const NOW = "2025-06-15T10:20:00Z";
const { gateway, record } = await spending({ at: NOW });
const get = async (path: string, key?: string) => gateway.call("GET", path, key === undefined ? {} : { key });
const keys = { ann: "", ben: "", viewer: "" };
const ids = { ann: "", ben: "" };

beforeAll(async () => {
  for (const [team_id, team_alias] of [
    ["team-1", "Search"],
    ["team-2", "Ads"],
    ["team-3", "Ads"],
  ])
    await gateway.call("POST", "/team/new", { body: { team_id, team_alias } });
  for (const who of ["ann", "ben"] as const) {
    await gateway.call("POST", "/user/new", { body: { user_id: who, auto_create_key: false } });
    keys[who] = await gateway.newKey({ user_id: who });
    ids[who] = (await get("/key/info", keys[who])).json.info.key_id;
  }
  const viewer = await gateway.call("POST", "/user/new", { body: { user_role: "proxy_admin_viewer" } });
  keys.viewer = viewer.json.key;
  const ann = { keyId: ids.ann, userId: "ann" };
  const ben = { keyId: ids.ben, userId: "ben" };
  const dollars = (amount: number) => ({ costNanoUsd: BigInt(amount) * 1_000_000_000n });
  await record({ at: "2025-05-16T23:59:59Z", ...ann, ...dollars(1000), tags: ["red"], endUser: "eve" });
  await record({ at: "2025-05-17T00:00:00Z", ...ann, ...dollars(1), tags: ["red", "blue"], endUser: "eve" });
  await record({ at: "2025-06-14T12:00:00Z", ...ann, ...dollars(2), tags: ["red", "red"], teamId: "team-1" });
  await record({ at: "2025-06-14T13:00:00Z", ...ben, ...dollars(4), teamId: "team-2", endUser: "mia" });
  await record({ at: "2025-06-15T00:30:00Z", ...ben, ...dollars(8), teamId: "team-3", modelGroup: "cheap" });
  await record({
    at: "2025-06-15T01:00:00Z",
    ...ben,
    ...dollars(16),
    provider: "azure",
    tags: ["blue"],
    endUser: "eve",
  });
  await record({
    at: "2025-06-15T02:00:00Z",
    ...ben,
    costNanoUsd: 0n,
    outcome: "refused",
    provider: "",
    deploymentId: "",
    endUser: "",
  });
});

test("/global/spend/logs has each of thirty days, of all keys or of one", async () => {
  const { json } = await get("/global/spend/logs");
  expect(json).toHaveLength(30);
  expect(json[0]).toEqual({ date: "2025-05-17", spend: 1 });
  expect(json.at(-2)).toEqual({ date: "2025-06-14", spend: 6 });
  expect(json.at(-1)).toEqual({ date: "2025-06-15", spend: 24 });
  const one = (await get(`/global/spend/logs?api_key=${keys.ann}&start_date=2025-05-16`)).json;
  expect(one[0]).toMatchObject({ date: "2025-05-16", spend: 1000 });
  expect(one[0].api_key).toMatch(/^[0-9a-f]{64}$/);
});

test("/global/spend/teams: two teams of one name stay two, and what has no team is no team's", async () => {
  const { json } = await get("/global/spend/teams");
  expect(json.daily_spend).toEqual([
    { date: "2025-05-17", Unassigned: 1 },
    { date: "2025-06-14", Search: 2, "team-2": 4 },
    { date: "2025-06-15", "team-3": 8, Unassigned: 16 },
  ]);
  expect(json.teams.toSorted()).toEqual(["Search", "Unassigned", "team-2", "team-3"]);
  expect(
    json.total_spend_per_team.map((row: { team_id: string; total_spend: number }) => [
      row.team_id,
      row.total_spend,
    ]),
  ).toEqual([
    [null, 17],
    ["team-3", 8],
    ["team-2", 4],
    ["team-1", 2],
  ]);
});

test("/global/spend/provider leaves out calls that met none", async () => {
  const { json } = await get("/global/spend/provider");
  expect(json.map((row: { provider: string; spend: number }) => [row.provider, row.spend])).toEqual([
    ["azure", 16],
    ["openai", 15],
  ]);
});

describe("tags", () => {
  test("count for every call that has them, once a call", async () => {
    expect((await get("/spend/tags")).json).toEqual([
      { individual_request_tag: "blue", log_count: 2, total_spend: 17 },
      { individual_request_tag: "red", log_count: 2, total_spend: 3 },
    ]);
  });

  test("of /global/spend/tags follow dates and names", async () => {
    expect(
      (await get("/global/spend/tags?start_date=2025-05-01&end_date=2025-05-31&tags=red,none")).json,
    ).toEqual({
      spend_per_tag: [{ name: "red", spend: 1001, log_count: 2 }],
    });
    expect((await get("/global/spend/tags?tags=all-tags&limit=1")).json.spend_per_tag).toHaveLength(1);
  });

  test("are the caller's own", async () => {
    expect((await get("/spend/tags", keys.ann)).json).toEqual([
      { individual_request_tag: "red", log_count: 2, total_spend: 3 },
      { individual_request_tag: "blue", log_count: 1, total_spend: 1 },
    ]);
    expect((await get("/spend/tags?user_id=ben", keys.ann)).status).toBe(403);
    expect((await get("/global/spend/tags", keys.ann)).status).toBe(403);
  });
});

describe("/global/spend/end_users", () => {
  const eve = { end_user: "eve", total_count: 2, total_spend: 17 };
  const mia = { end_user: "mia", total_count: 1, total_spend: 4 };

  test("asked by POST and by GET tells of those that calls named", async () => {
    const posted = await gateway.call("POST", "/global/spend/end_users", { body: {} });
    expect(posted.json).toEqual([eve, mia]);
    expect((await get("/global/spend/end_users")).json).toEqual([eve, mia]);
    expect((await get("/global/spend/end_users?limit=1")).json).toEqual([eve]);
  });

  test("within instants, and of one key", async () => {
    const body = { startTime: "2025-06-14T13:00:00Z", endTime: "2025-06-15 00:59:59", api_key: keys.ben };
    expect((await gateway.call("POST", "/global/spend/end_users", { body })).json).toEqual([mia]);
    const none = { ...body, api_key: keys.ann };
    expect((await gateway.call("POST", "/global/spend/end_users", { body: none })).json).toEqual([]);
  });

  test("names the field at fault", async () => {
    const body = { startTime: "yesterday" };
    const { status, json } = await gateway.call("POST", "/global/spend/end_users", { body });
    expect([status, json.error.param]).toEqual([400, "startTime"]);
    expect((await get("/global/spend/end_users", keys.ann)).status).toBe(403);
    expect((await get("/global/spend/end_users", keys.viewer)).status).toBe(200);
  });
});

describe("/global/spend/report", () => {
  const dates = "start_date=2025-06-14&end_date=2025-06-15";

  test("by team: days with teams, and their models and keys", async () => {
    const { json } = await get(`/global/spend/report?${dates}`);
    expect(json.map((day: { group_by_day: string }) => day.group_by_day)).toEqual([
      "2025-06-14T00:00:00+00:00",
      "2025-06-15T00:00:00+00:00",
    ]);
    const [first, second] = json;
    expect(first.teams).toMatchObject([
      { team_id: "team-2", team_name: "Ads", total_spend: 4 },
      { team_id: "team-1", team_name: "Search", total_spend: 2 },
    ]);
    expect(first.teams[0].metadata).toEqual([
      { model: "dear", spend: 4, total_tokens: 5, api_key: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(second.teams).toMatchObject([
      { team_id: null, team_name: "Unassigned Team", total_spend: 16 },
      { team_id: "team-3", total_spend: 8, metadata: [{ model: "cheap" }] },
    ]);
  });

  test("by customer, and of one team's", async () => {
    const { json } = await get(`/global/spend/report?${dates}&group_by=customer`);
    expect(json[0].customers).toMatchObject([
      { customer: "mia", total_spend: 4 },
      { customer: null, total_spend: 2 },
    ]);
    const narrow = await get(`/global/spend/report?${dates}&team_id=team-2&customer_id=mia`);
    expect(narrow.json).toMatchObject([{ teams: [{ team_id: "team-2", total_spend: 4 }] }]);
  });

  test("by key, and of one key or user", async () => {
    const { json } = await get(`/global/spend/report?${dates}&group_by=api_key`);
    expect(json).toMatchObject([
      { total_cost: 28, total_input_tokens: 12, total_output_tokens: 8 },
      { total_cost: 2 },
    ]);
    expect(json[0].model_details).toMatchObject([
      { model: "dear", total_cost: 20, total_input_tokens: 9 },
      { model: "cheap", total_cost: 8 },
    ]);
    const ann = await get(`/global/spend/report?${dates}&internal_user_id=ann`);
    expect(ann.json).toMatchObject([{ total_cost: 2 }]);
    expect((await get(`/global/spend/report?${dates}&api_key=${keys.ann}`)).json).toEqual(ann.json);
  });

  test("says what it cannot answer, and to whom not", async () => {
    expect((await get("/global/spend/report?group_by=planet")).json.error.param).toBe("group_by");
    expect((await get("/global/spend/report?start_date=2020-01-01")).json.error.param).toBe("start_date");
    expect((await get("/global/spend/report", keys.ann)).status).toBe(403);
  });
});

describe("/global/activity", () => {
  test("counts calls and tokens a day, of all models and of each", async () => {
    const { json } = await get("/global/activity?start_date=2025-06-14&end_date=2025-06-15");
    expect(json).toEqual({
      daily_data: [
        { date: "2025-06-14", api_requests: 2, total_tokens: 10 },
        { date: "2025-06-15", api_requests: 3, total_tokens: 15 },
      ],
      sum_api_requests: 5,
      sum_total_tokens: 25,
    });
    const models = (await get("/global/activity/model?start_date=2025-06-15")).json;
    expect(
      models.map((row: { model: string; sum_api_requests: number }) => [row.model, row.sum_api_requests]),
    ).toEqual([
      ["dear", 2],
      ["cheap", 1],
    ]);
  });

  test("is the caller's own", async () => {
    expect((await get("/global/activity", keys.ann)).json.sum_api_requests).toBe(2);
    expect((await get("/global/activity?user_id=ben", keys.ann)).status).toBe(403);
  });
});
