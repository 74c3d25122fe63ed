/** Odd use of keys is noticed once for its cause, and ordinary use is not. */
import { expect, test } from "vitest";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { runJob } from "./setting.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const clock = manualClock(Date.now());
const gateway = await testGateway({ clock });
const { deps } = gateway.runtime;
const { sql } = gateway.database;

const alerts = (kind: string) =>
  sql`select subject_kind, subject_id, cause from alerts where kind = ${kind} order by id`;
const callFrom = (key: string, peer: string) =>
  gateway.call("POST", "/v1/chat/completions", {
    key,
    peer,
    body: { model: "gpt-4", messages: [{ role: "user", content: "hi" }] },
  });

test("wrong keys from one address, and with one beginning, are each one alert a day; a few are none", async () => {
  const wrong = (peer: string, n: number) =>
    gateway.call("GET", "/models", { peer, key: `sk-wrong-${n}-0123456789abcdef` });
  for (let i = 0; i < 19; i++) await wrong("192.0.2.1", i);
  // Typos of a person: other beginnings, another address.
  await gateway.call("GET", "/models", { peer: "192.0.2.2", key: "sk-other-0123456789abcdef" });
  expect(await alerts("authentication_failures")).toEqual([]);
  for (let i = 0; i < 30; i++) await wrong("192.0.2.1", i);
  await until("both are raised", async () => (await alerts("authentication_failures")).length === 2);
  clock.advance(10 * 60_000);
  for (let i = 0; i < 30; i++) await wrong("192.0.2.1", i);
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const found = [...(await alerts("authentication_failures"))].filter((alert) => alert["cause"] === day);
  expect(found.map((alert) => alert["subject_kind"]).sort()).toEqual(
    [...new Set(found.map((alert) => alert["subject_kind"]))].sort(),
  );
});

test("a key that has a habit of networks is reported from a new one, once; a young key is learned in silence", async () => {
  const key = await gateway.newKey();
  await callFrom(key, "198.51.100.7");
  await callFrom(key, "2001:db8:1::5");
  await deps.keyWatch.write();
  clock.advance(25 * HOUR_MS);
  await callFrom(key, "198.51.100.200");
  await deps.keyWatch.write();
  expect(await alerts("key_new_network")).toEqual([]);
  for (let i = 0; i < 3; i++) {
    await callFrom(key, "203.0.113.9");
    await callFrom(key, "198.51.100.7");
    await deps.keyWatch.write();
  }
  expect((await alerts("key_new_network")).map((alert) => alert["cause"])).toEqual(["203.0.113.0/24"]);
});

test("an hour far above the same hour's average is reported; a busy key at its usual is not", async () => {
  const now = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
  const hour = (keyId: string, atMs: number, requests: number) => sql`
    insert into spend_hourly (hour, key_id, user_id, team_id, model_group, provider, requests, failures, refusals,
      prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd)
    values (${new Date(atMs)}, ${keyId}, '', '', 'gpt-4', 'openai', ${requests}, 0, 0, 0, 0, 0, 0, 0, 0)`;
  for (let day = 1; day <= 14; day++) {
    await hour("key_steady", now - day * DAY_MS, 900);
    await hour("key_burst", now - day * DAY_MS, 20);
    // Busy at another hour: that is not this hour's habit.
    await hour("key_burst", now - day * DAY_MS - 5 * HOUR_MS, 5_000);
  }
  await hour("key_steady", now, 1_000);
  await hour("key_burst", now, 150);
  await hour("key_new", now, 100_000);
  for (let i = 0; i < 2; i++) await runJob(gateway, "keys.habit");
  expect((await alerts("key_above_habit")).map((alert) => alert["subject_id"])).toEqual(["key_burst"]);
});

test("a key for every model is told of when it is made or becomes one", async () => {
  await gateway.newKey({ models: ["gpt-4"] });
  await gateway.newKey({ models: ["*"], key_alias: "admin" });
  await until("it is raised", async () => (await alerts("key_every_model")).length === 1);
});
