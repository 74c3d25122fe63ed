/**
 * Revoked is revoked: the next call on the same gateway, within one second on every other. If this fails, a leaked key
 * goes on spending after somebody was told that it is dead.
 */
import { describe, expect, test } from "vitest";
import { call, change, heard, twoGateways } from "./setting.ts";

const { here, there, clock } = await twoGateways();

/** A key that both gateways have in their caches. */
async function knownKey(fields: Record<string, unknown> = {}): Promise<string> {
  const key = await here.newKey(fields);
  expect((await call(here, key)).status).toBe(200);
  expect((await call(there, key)).status).toBe(200);
  return key;
}

interface Case {
  readonly name: string;
  readonly fields?: Record<string, unknown>;
  readonly path: string;
  readonly body: (key: string) => unknown;
  /** The status of a call afterwards. */
  readonly status: number;
}

const CASES: readonly Case[] = [
  { name: "deleted", path: "/key/delete", body: (key) => ({ keys: [key] }), status: 401 },
  { name: "blocked", path: "/key/block", body: (key) => ({ key }), status: 401 },
  {
    name: "given other models",
    path: "/key/update",
    body: (key) => ({ key, models: ["gpt-3.5-turbo"] }),
    status: 403,
  },
  { name: "given no requests", path: "/key/update", body: (key) => ({ key, rpm_limit: 0 }), status: 429 },
  { name: "given no budget", path: "/key/update", body: (key) => ({ key, max_budget: 0 }), status: 400 },
  { name: "rotated without grace", path: "/key/regenerate", body: (key) => ({ key }), status: 401 },
  {
    name: "blocked by its user",
    fields: { user_id: "u1" },
    path: "/user/update",
    body: () => ({ user_id: "u1", blocked: true }),
    status: 401,
  },
  {
    name: "blocked by its team",
    fields: { team_id: "t1" },
    path: "/team/block",
    body: () => ({ team_id: "t1" }),
    status: 401,
  },
];

describe.each(CASES)("a key that is $name", ({ fields, path, body, status }) => {
  test(`is refused with ${status} by the next call here, and within a second there`, async () => {
    if (fields?.user_id) await change(here, "/user/new", { user_id: "u1", auto_create_key: false });
    if (fields?.team_id) await change(here, "/team/new", { team_id: "t1" });
    const key = await knownKey(fields);
    await change(here, path, body(key));
    expect((await call(here, key)).status).toBe(status);
    await heard(there, key, status);
  });
});

test("a block is lifted as fast as it was set", async () => {
  const key = await knownKey();
  await change(here, "/key/block", { key });
  await heard(there, key, 401);
  await change(there, "/key/unblock", { key });
  expect((await call(there, key)).status).toBe(200);
  await heard(here, key, 200);
});

test("a key expires at its second, on every gateway, with nobody telling it", async () => {
  const key = await knownKey({ duration: "90s" });
  clock.advance(89_999);
  expect((await call(here, key)).status).toBe(200);
  clock.advance(1);
  for (const gateway of [here, there]) {
    const { status, json } = await call(gateway, key);
    expect(status).toBe(401);
    expect(json.error.type).toBe("expired_key");
  }
});

test("a key that was unknown there a moment ago works there within a second of being made here", async () => {
  const key = "sk-made-by-hand-0123456789";
  expect((await call(there, key)).status).toBe(401);
  await change(here, "/key/generate", { key });
  await heard(there, key, 200);
});

test("revoke_all wants the right count, and then every key is dead everywhere", async () => {
  const keys = [await knownKey(), await knownKey()];
  const { total_count } = (await here.call("GET", "/key/list")).json;
  const unsure = await here.call("POST", "/key/revoke_all", { body: { confirm: total_count - 1 } });
  expect(unsure.status).toBe(409);
  expect(unsure.json.error.message).toContain(`{"confirm": ${total_count}}`);
  for (const key of keys) expect((await call(here, key)).status).toBe(200);

  expect(await change(here, "/key/revoke_all", { confirm: total_count })).toEqual({ revoked: total_count });
  for (const key of keys) {
    expect((await call(here, key)).status).toBe(401);
    await heard(there, key, 401);
  }
  const deleted = (await there.call("GET", "/key/list?status=deleted&size=100&return_full_object=true")).json;
  expect(deleted.total_count).toBeGreaterThanOrEqual(total_count);
  for (const row of deleted.keys)
    expect(row).toMatchObject({ deleted_by: "default_user_id", deleted_at: expect.any(String) });
  expect((await here.call("GET", "/key/list")).json.total_count).toBe(0);
});

test("no virtual key may revoke all", async () => {
  const key = await here.newKey();
  const answer = await here.call("POST", "/key/revoke_all", { key, body: { confirm: 1 } });
  expect([401, 403]).toContain(answer.status);
  expect((await call(here, key)).status).toBe(200);
});
