/** A new secret for the same key: what it may and what it spent stay; the old secret's grace ends in time. */
import { expect, test } from "vitest";
import { hashSecret } from "#lib/keys/secret.ts";
import { call, change, heard, twoGateways } from "./setting.ts";

const { here, there, clock } = await twoGateways();
const info = async (key: string) => (await here.call("GET", `/key/info?key=${key}`)).json.info;

test("regenerate keeps id, spend, limits, models and owner, and counts the rotation", async () => {
  const key = await here.newKey({
    max_budget: 5,
    rpm_limit: 7,
    models: ["gpt-4"],
    metadata: { app: "a" },
    key_alias: "kept",
  });
  await here.database
    .sql`update virtual_keys set spend_nano_usd = 1234567 where secret_hash = ${hashSecret(key)}`;
  const before = await info(key);
  const { key: renewed } = await change(here, "/key/regenerate", { key });
  expect(renewed).not.toBe(key);
  const { key_name, rotation_count, last_rotation_at, updated_at, ...after } = await info(renewed);
  expect(before).toMatchObject(after);
  expect(after.spend).toBe(0.001234567);
  expect(rotation_count).toBe(1);
  expect(key_name).toBe(`sk-...${renewed.slice(-4)}`);
  expect([last_rotation_at, updated_at]).toEqual([expect.any(String), expect.any(String)]);
});

test("limits count both secrets together", async () => {
  const key = await here.newKey({ rpm_limit: 2 });
  expect((await call(here, key)).status).toBe(200);
  const { key: renewed } = await change(here, "/key/regenerate", { key, grace_period: "1h" });
  expect((await call(here, renewed)).status).toBe(200);
  expect((await call(here, key)).status).toBe(429);
  expect((await call(here, renewed)).status).toBe(429);
});

test("with a grace both secrets work, on both gateways, until it ends", async () => {
  const key = await here.newKey();
  const { key: renewed } = await change(here, "/key/regenerate", { key, grace_period: "120s" });
  for (const gateway of [here, there]) {
    await heard(gateway, key, 200);
    await heard(gateway, renewed, 200);
  }
  clock.advance(120_000);
  for (const gateway of [here, there]) {
    expect((await call(gateway, key)).status).toBe(401);
    expect((await call(gateway, renewed)).status).toBe(200);
  }
});

test("the grace never outlives the key", async () => {
  const key = await here.newKey({ duration: "60s" });
  const { key: renewed } = await change(here, "/key/regenerate", { key, grace_period: "7d" });
  expect((await call(here, key)).status).toBe(200);
  clock.advance(60_000);
  for (const secret of [key, renewed]) expect((await call(here, secret)).json.error.type).toBe("expired_key");
});

test("a second rotation ends the first one's grace, and a deletion ends all", async () => {
  const first = await here.newKey();
  const { key: second } = await change(here, "/key/regenerate", { key: first, grace_period: "1h" });
  const { key: third } = await change(here, "/key/regenerate", { key: second, grace_period: "1h" });
  expect((await call(here, first)).status).toBe(401);
  expect((await call(here, second)).status).toBe(200);
  // Named by its old secret it is still the same key.
  await change(here, "/key/delete", { keys: [second] });
  for (const secret of [first, second, third]) expect((await call(here, secret)).status).toBe(401);
  await heard(there, third, 401);
});

test("asked again with the same new_key it changes nothing, so a lost answer costs neither the secret nor the grace", async () => {
  const key = await here.newKey();
  const made = await change(here, "/key/generate", {});
  const new_key = `sk-${"Zq7".repeat(12)}`;
  const body = { key: made.key, new_key, grace_period: "1h" };
  expect((await change(here, "/key/regenerate", body)).key).toBe(new_key);
  // The answer was lost; the client knows its own secret, and may ask again under any of the key's names.
  for (const named of [made.key, new_key, made.key_id])
    expect((await change(here, "/key/regenerate", { ...body, key: named })).key).toBe(new_key);
  expect((await info(new_key)).rotation_count).toBe(1);
  expect([(await call(here, made.key)).status, (await call(here, new_key)).status]).toEqual([200, 200]);
  const events = await here.database
    .sql`select 1 from audit_events where action = 'key.rotate' and target_id = ${made.key_id}`;
  expect(events).toHaveLength(1);
  // Another key's secret is no new one.
  const taken = await here.call("POST", "/key/regenerate", { body: { key, new_key } });
  expect(taken.status).toBe(400);
});
