/** A freeze stops its scope everywhere within a second, says so clearly, survives a start, and is lifted in one call. */
import { expect, test } from "vitest";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { call, change, HEARD_WITHIN_MS, heard } from "../keys/setting.ts";

const here = await testGateway();
const there = await testGateway({ database: here.database });

const freeze = (scope: Record<string, unknown>, fields: Record<string, unknown> = {}) =>
  change(here, "/incident/freeze", { scope, reason: "seen in a public repository", ...fields });
const lift = (body: Record<string, unknown>) =>
  change(here, "/incident/unfreeze", { reason: "it was ours", ...body });

test("one press freezes a key here at once and there within a second; the refusal is clear and not retried", async () => {
  const key = await here.newKey();
  const other = await here.newKey();
  await heard(there, key, 200);
  const { freeze_id, incident_id } = await freeze({ kind: "key", id: key });
  const refused = await call(here, key);
  expect(refused.status).toBe(403);
  expect(refused.headers["x-should-retry"]).toBe("false");
  expect(refused.headers["retry-after"]).toBeUndefined();
  expect(refused.json.error).toMatchObject({
    type: "frozen",
    code: "403",
    reason: "frozen",
    scope: { kind: "key" },
  });
  expect(refused.text).not.toContain("public repository");
  await heard(there, key, 403);
  expect((await call(here, other)).status).toBe(200);
  // Neither reading nor changing its own things is left to a frozen key.
  expect((await here.call("GET", "/key/info", { key })).status).toBe(403);
  const status = await here.call("GET", "/incident/status");
  expect(status.json).toMatchObject({ frozen: true, freezes: [{ freeze_id, incident_id }] });
  await lift({ freeze_id });
  expect((await call(here, key)).status).toBe(200);
  await heard(there, key, 200);
  const incident = (await here.call("GET", `/incident/${incident_id}`)).json;
  expect(incident.steps.map((step: { action: string }) => step.action)).toEqual([
    "open",
    "freeze",
    "unfreeze",
  ]);
});

test("the reason is told where the operator wants it told", async () => {
  const key = await here.newKey();
  const { incident_id } = await freeze({ kind: "key", id: key }, { show_reason: true });
  expect((await call(here, key)).json.error).toMatchObject({
    operator_reason: "seen in a public repository",
  });
  await lift({ incident_id });
});

test("team, user, address and moment of creation each stop theirs and nobody else", async () => {
  const { team_id } = await change(here, "/team/new", { team_alias: "search" });
  const { user_id } = await change(here, "/user/new", { user_email: "ana@example.org" });
  const ofTeam = await here.newKey({ team_id });
  const ofUser = await here.newKey({ user_id });
  const free = await here.newKey();
  for (const [scope, frozen, open] of [
    [{ kind: "team", id: "search" }, ofTeam, ofUser],
    [{ kind: "user", id: "ana@example.org" }, ofUser, ofTeam],
  ] as const) {
    const { freeze_id } = await freeze(scope);
    expect([(await call(here, frozen)).status, (await call(here, open)).status]).toEqual([403, 200]);
    await lift({ freeze_id });
  }
  // A moment between the two.
  await here.database.sql`select pg_sleep(0.005)`;
  const since = new Date().toISOString();
  await here.database.sql`select pg_sleep(0.005)`;
  const late = await here.newKey();
  const { freeze_id } = await freeze({ kind: "created_since", id: since });
  expect([(await call(here, late)).status, (await call(here, free)).status]).toEqual([403, 200]);
  await lift({ freeze_id });
});

test("a freeze by address stops calls from there, and keys that were used from there wherever they come from now", async () => {
  const stolen = await here.newKey();
  const other = await here.newKey();
  const from = (key: string, peer: string) =>
    here.call("POST", "/v1/chat/completions", {
      key,
      peer,
      body: { model: "gpt-4", messages: [{ role: "user", content: "hi" }] },
    });
  expect((await from(stolen, "203.0.113.7")).status).toBe(200);
  expect((await from(other, "203.0.113.9")).status).toBe(200);
  const { freeze_id } = await freeze({ kind: "ip", id: "203.0.113.7" });
  expect((await from(stolen, "198.51.100.1")).status).toBe(403);
  expect((await from(other, "203.0.113.7")).status).toBe(403);
  expect((await from(other, "203.0.113.9")).status).toBe(200);
  await lift({ freeze_id });
});

test("all stops every key and the master key's model calls; the master key still acts, a frozen one only heals", async () => {
  const key = await here.newKey();
  await freeze({ kind: "all" });
  expect([(await call(here, key)).status, (await call(here, MASTER_KEY)).status]).toEqual([403, 403]);
  expect((await here.call("GET", "/key/list")).status).toBe(200);
  await lift({ all: true });
  await freeze({ kind: "master_key" });
  expect([(await call(here, key)).status, (await call(here, MASTER_KEY)).status]).toEqual([200, 403]);
  expect((await here.call("POST", "/key/generate", { body: {} })).status).toBe(403);
  await lift({ all: true });
  expect((await call(here, MASTER_KEY)).status).toBe(200);
});

test("a freeze is in force when an instance starts, and found by polling where no announcement comes", async () => {
  const key = await here.newKey();
  const { freeze_id } = await freeze({ kind: "key", id: key });
  const fresh = await testGateway({ database: here.database });
  expect((await call(fresh, key)).status).toBe(403);
  // Behind a connection pooler nothing is announced.
  await here.database.sql`update freezes set lifted_at = now() where id = ${freeze_id}`;
  const heardOf = async () => (await call(fresh, key)).status === 200;
  await until("the poll has found it", heardOf, 2 * HEARD_WITHIN_MS);
});

test("only an admin freezes, and every freeze and lift is an event", async () => {
  const key = await here.newKey();
  const body = { scope: { kind: "all" }, reason: "for fun" };
  expect((await here.call("POST", "/incident/freeze", { key, body })).status).toBe(403);
  expect((await here.call("GET", "/incident/status", { key })).status).toBe(403);
  const { freeze_id } = await freeze({ kind: "key", id: key });
  await lift({ freeze_id });
  const events = (await here.call("GET", `/audit?target_kind=freeze&target_id=${freeze_id}`)).json;
  expect(events.events.map((event: { action: string }) => event.action)).toEqual([
    "freeze.lift",
    "freeze.create",
  ]);
  expect(JSON.stringify(events)).not.toContain(key);
});

test("what cannot be understood freezes nothing", async () => {
  for (const [scope, status] of [
    [{ kind: "ip", id: "10.0.0.0/33" }, 400],
    [{ kind: "ip" }, 400],
    [{ kind: "created_since", id: "yesterday" }, 400],
    [{ kind: "key", id: "sk-nobody" }, 404],
    [{ kind: "team", id: "nobody" }, 404],
    [{ kind: "everything" }, 400],
  ] as const) {
    const answer = await here.call("POST", "/incident/freeze", { body: { scope, reason: "a test" } });
    expect(answer.status, JSON.stringify(scope)).toBe(status);
  }
  expect((await here.call("GET", "/incident/status")).json.frozen).toBe(false);
});
