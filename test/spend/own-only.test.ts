/** Nobody sees another's spend. A key without a user is nobody's sibling: two absent owners are not the same owner. */
import { beforeAll, describe, expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { DEAR_CALL_USD, spending } from "./spending.ts";

const { gateway, spend } = await spending({ at: "2025-06-15T10:20:00Z" });
const keys = { ann1: "", ann2: "", ben: "", loose1: "", loose2: "", viewer: "" };
const get = (path: string, key: string) => gateway.call("GET", path, { key });

beforeAll(async () => {
  await gateway.call("POST", "/user/new", { body: { user_id: "ann", auto_create_key: false } });
  await gateway.call("POST", "/user/new", { body: { user_id: "ben", auto_create_key: false } });
  keys.ann1 = await gateway.newKey({ user_id: "ann" });
  keys.ann2 = await gateway.newKey({ user_id: "ann" });
  keys.ben = await gateway.newKey({ user_id: "ben" });
  keys.loose1 = await gateway.newKey({});
  keys.loose2 = await gateway.newKey({});
  const viewer = await gateway.call("POST", "/user/new", {
    body: { user_id: "vic", user_role: "proxy_admin_viewer" },
  });
  keys.viewer = viewer.json.key;
  for (const key of [keys.ann1, keys.ann2, keys.ben, keys.ben, keys.ben, keys.loose1, keys.loose2])
    expect(await spend(key)).toBe(200);
});

const total = async (path: string, key: string) => (await get(path, key)).json;

describe.each([
  ["a user's key sees all keys of its user", "ann1", 2],
  ["a key without a user sees itself", "loose1", 1],
  ["a viewer sees all", "viewer", 7],
] as const)("%s", (_, who, calls) => {
  test("in /spend/info", async () => {
    expect((await total("/spend/info", keys[who])).total_spend).toBeCloseTo(calls * DEAR_CALL_USD, 9);
  });

  test("in /spend/logs, row by row and summed", async () => {
    const rows = await total("/spend/logs", keys[who]);
    expect(rows).toHaveLength(calls);
    const [day] = await total("/spend/logs?start_date=2025-06-15&end_date=2025-06-15", keys[who]);
    expect(day.spend).toBeCloseTo(calls * DEAR_CALL_USD, 9);
    expect((await total("/spend/logs/v2", keys[who])).total).toBe(calls);
  });

  test("in /user/daily/activity", async () => {
    expect((await total("/user/daily/activity", keys[who])).metadata.total_api_requests).toBe(calls);
  });
});

test("/spend/keys and /spend/users list what is one's own", async () => {
  const aliases = async (key: string) =>
    (await total("/spend/keys", key)).map((row: { token: string }) => row.token);
  expect((await aliases(keys.ann1)).toSorted()).toEqual([keys.ann1, keys.ann2].map(hashSecret).toSorted());
  expect(await aliases(keys.loose1)).toEqual([hashSecret(keys.loose1)]);
  const users = async (key: string) =>
    (await total("/spend/users", key)).map((row: { user_id: string }) => row.user_id);
  expect(await users(keys.ann1)).toEqual(["ann"]);
  expect(await users(keys.loose1)).toEqual([]);
  expect(await users(keys.viewer)).toEqual(["ben", "ann", "vic"]);
});

test("another's user_id is refused, known or not; another's key shows nothing", async () => {
  for (const path of [
    "/spend/logs",
    "/spend/logs/v2",
    "/spend/keys",
    "/spend/users",
    "/user/daily/activity",
  ]) {
    for (const other of ["ben", "nobody"])
      expect((await get(`${path}?user_id=${other}`, keys.ann1)).status).toBe(403);
    expect((await get(`${path}?user_id=ann`, keys.loose1)).status).toBe(403);
  }
  expect((await get(`/spend/logs?api_key=${hashSecret(keys.ben)}`, keys.ann1)).json).toEqual([]);
  expect((await get(`/spend/logs?api_key=${hashSecret(keys.loose2)}`, keys.loose1)).status).toBe(403);
});

test("the whole gateway's figures are for admins and viewers, its reset for the master key", async () => {
  const lists = ["logs", "keys", "models", "teams", "tags", "provider", "end_users", "report"];
  for (const path of ["/global/spend", ...lists.map((list) => `/global/spend/${list}`)]) {
    expect((await get(path, keys.ann1)).status).toBe(403);
    expect((await get(path, keys.viewer)).status).toBe(200);
  }
  const admin = await gateway.call("POST", "/user/new", { body: { user_role: "proxy_admin" } });
  for (const key of [keys.ann1, keys.viewer, admin.json.key]) {
    expect((await gateway.call("POST", "/global/spend/reset", { key, body: {} })).status).toBe(403);
  }
});
