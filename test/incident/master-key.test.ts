/** The master key is replaced without an outage: both count for the grace everywhere, nobody is locked out, and nothing old comes back. */
import { expect, test } from "vitest";
import { manualClock } from "#test/helpers/clock.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { HEARD_WITHIN_MS } from "../keys/setting.ts";

const DAY_MS = 86_400_000;
const OTHER = "sk-Another-master-key-9876543210-zyxwvu";
type Gateway = Awaited<ReturnType<typeof testGateway>>;
const works = async (gateway: Gateway, key: string) =>
  (await gateway.call("GET", "/key/list", { key })).status === 200;

async function rotate(gateway: Gateway, key: string, body: Record<string, unknown> = {}): Promise<string> {
  const answer = await gateway.call("POST", "/master_key/rotate", { key, body });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.master_key;
}

test("both keys count for the grace on every instance, the old one's use is counted with its client, then it is refused", async () => {
  const clock = manualClock(Date.now());
  const here = await testGateway({ clock });
  const there = await testGateway({ clock, database: here.database });
  const fresh = await rotate(here, MASTER_KEY);
  expect(await works(here, fresh)).toBe(true);
  await until("the other instance knows it", () => works(there, fresh), HEARD_WITHIN_MS);
  expect(await works(there, MASTER_KEY)).toBe(true);
  await here.call("GET", "/key/list", { peer: "10.0.4.7", headers: { "user-agent": "openai-python/6.1" } });
  const old = async () => {
    const { keys } = (await here.call("GET", "/master_key/info", { key: fresh })).json;
    return keys.find((key: { configured: boolean }) => key.configured);
  };
  expect(await old()).toMatchObject({
    state: "grace",
    uses_after_rotation: 1,
    clients: [{ ip: "10.0.4.7", client: "openai-python/6.1", uses: 1 }],
  });
  clock.advance(DAY_MS);
  for (const gateway of [here, there])
    expect([await works(gateway, MASTER_KEY), await works(gateway, fresh)]).toEqual([false, true]);
  expect(JSON.stringify(await here.database.sql`select * from master_keys`)).not.toContain(fresh);
  const events = (await here.call("GET", "/audit?action=master_key.rotate", { key: fresh })).text;
  expect(events).toContain("master_key.rotate");
  expect(events).not.toContain(fresh);
});

test("finish now ends the old one at once; an instance that starts with it configured refuses it and takes the new one", async () => {
  const here = await testGateway();
  const fresh = await rotate(here, MASTER_KEY);
  expect((await here.call("POST", "/master_key/finish", { key: fresh, body: {} })).json).toEqual({
    ended: 1,
  });
  expect([await works(here, MASTER_KEY), await works(here, fresh)]).toEqual([false, true]);
  const late = await testGateway({ database: here.database });
  expect([await works(late, MASTER_KEY), await works(late, fresh)]).toEqual([false, true]);
  // The operator did as told: the configuration names the new one.
  const told = await testGateway({ database: here.database, env: { LITELLM_MASTER_KEY: fresh } });
  expect([await works(told, MASTER_KEY), await works(told, fresh)]).toEqual([false, true]);
  // The instance that was not restarted yet goes on with it.
  expect(await works(late, fresh)).toBe(true);
});

test("whoever controls the environment has the last word: a key put there ends those that only a rotation made", async () => {
  const here = await testGateway();
  const stolen = await rotate(here, MASTER_KEY, { grace_period: "0s" });
  expect([await works(here, MASTER_KEY), await works(here, stolen)]).toEqual([false, true]);
  const rescued = await testGateway({ database: here.database, env: { LITELLM_MASTER_KEY: OTHER } });
  expect([await works(rescued, OTHER), await works(rescued, stolen)]).toEqual([true, false]);
  // Back to a key that had been replaced: it stays replaced.
  const back = await testGateway({ database: here.database });
  expect([await works(back, MASTER_KEY), await works(back, stolen)]).toEqual([false, false]);
});

test("a key that was retired by the environment does not come back in a later rotation's grace", async () => {
  const database = await testDatabase();
  await testGateway({ database });
  const here = await testGateway({ database, env: { LITELLM_MASTER_KEY: OTHER } });
  expect(await works(here, MASTER_KEY)).toBe(false);
  await rotate(here, OTHER);
  expect(await works(here, MASTER_KEY)).toBe(false);
  expect(await works(here, OTHER)).toBe(true);
});

test("writing into the database makes nobody a master", async () => {
  const here = await testGateway();
  const { hashSecret } = await import("#lib/keys/secret.ts");
  await here.database.sql`
    insert into master_keys (hash, length, first_seen_at, alone, created_by)
    values (${hashSecret(OTHER)}, 40, now(), true, 'default_user_id')`;
  await here.runtime.deps.safeguards.refresh();
  expect(await works(here, OTHER)).toBe(false);
});

test("a virtual key of an admin may not replace the master key, and a wrong grace changes nothing", async () => {
  const here = await testGateway();
  const { user_id } = (await here.call("POST", "/user/new", { body: { user_role: "proxy_admin" } })).json;
  const key = await here.newKey({ user_id });
  expect((await here.call("POST", "/master_key/rotate", { key, body: {} })).status).toBe(403);
  const wrong = await here.call("POST", "/master_key/rotate", { body: { grace_period: "90d" } });
  expect([wrong.status, wrong.json.error.param]).toEqual([400, "grace_period"]);
  expect((await here.call("POST", "/master_key/finish", { body: {} })).status).toBe(409);
});

const CHOSEN = "sk-0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";

test("killed between commit and answer, with no grace: whoever made the new key goes on with it, and may ask again", async () => {
  const here = await testGateway();
  const { sql } = here.database;
  const ask = (key: string) =>
    here.call("POST", "/master_key/rotate", { key, body: { new_key: CHOSEN, grace_period: "0s" } });
  // The answer of this one is thrown away: the client saw its connection break.
  await ask(MASTER_KEY);
  expect([await works(here, MASTER_KEY), await works(here, CHOSEN)]).toEqual([false, true]);
  expect((await ask(MASTER_KEY)).status).toBe(401);
  const again = await ask(CHOSEN);
  expect([again.status, again.json.master_key]).toEqual([200, CHOSEN]);
  expect(Date.parse(again.json.old_key_valid_until)).toBeLessThanOrEqual(Date.now());
  // Asked again it did nothing again: one event, and the key still counts.
  expect(await works(here, CHOSEN)).toBe(true);
  const events = await sql`select after from audit_events where action = 'master_key.rotate'`;
  expect(events).toMatchObject([{ after: { chosen: true, graceMs: 0 } }]);
  expect(JSON.stringify(await sql`select * from master_keys`)).not.toContain(CHOSEN);
  expect(JSON.stringify(await sql`select * from audit_events`)).not.toContain(CHOSEN);
});

test("many that ask for the same key at once make it the master key once", async () => {
  const here = await testGateway();
  const body = { new_key: CHOSEN, grace_period: "1h" };
  const asked = await Promise.all(
    Array.from({ length: 8 }, () => here.call("POST", "/master_key/rotate", { body })),
  );
  expect(asked.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(new Set(asked.map(({ json }) => json.old_key_valid_until)).size).toBe(1);
  const rows = await here.database
    .sql`select valid_until from master_keys where created_by <> 'configuration'`;
  expect(rows).toMatchObject([{ valid_until: null }]);
});

test("a key that is weak, known to others, or opens something else is refused, and the old one goes on", async () => {
  const here = await testGateway({ env: { SHIN_ENCRYPTION_KEY: "5f".repeat(32) } });
  const virtual = await here.newKey();
  const earlier = await rotate(here, MASTER_KEY);
  const second = await rotate(here, earlier, { new_key: CHOSEN });
  expect(second).toBe(CHOSEN);
  for (const new_key of [
    ...[
      "",
      "sk-1234",
      "sk-your-secure-key-here",
      "sk-aaaaaaaaaaaaaaaaaaaaaaaa",
      `${CHOSEN}\n`,
      `${CHOSEN} x`,
    ],
    ...["5f".repeat(32), virtual, MASTER_KEY, earlier],
  ]) {
    const answer = await here.call("POST", "/master_key/rotate", { key: CHOSEN, body: { new_key } });
    expect([new_key, answer.status, answer.json.error.param]).toEqual([new_key, 400, "new_key"]);
    if (new_key !== "") expect(answer.text).not.toContain(new_key);
  }
  expect(await works(here, CHOSEN)).toBe(true);
});
