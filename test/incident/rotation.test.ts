/** The rotation schedule: reminders once for each cause, and auto_rotate that leaves nobody without a working secret by surprise. */
import { expect, test } from "vitest";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { call, change } from "../keys/setting.ts";
import { runJob } from "./setting.ts";

const DAY_MS = 86_400_000;
const clock = manualClock(Date.now());
const gateway = await testGateway({ clock });

const runSchedule = () => runJob(gateway, "keys.rotation");
const alerts = (kind: string) =>
  gateway.database.sql`select * from alerts where kind = ${kind} order by at, id`;
const infoOf = async (key: string) => (await gateway.call("GET", `/key/info?key=${key}`)).json.info;

test("auto_rotate: on its day the key's end is set and its owner told; a new secret keeps the old one until then", async () => {
  const { key_id, key } = await change(gateway, "/key/generate", {
    auto_rotate: true,
    rotation_interval: "30d",
  });
  expect(await infoOf(key)).toMatchObject({ auto_rotate: true, rotation_interval: "30d", collect_by: null });
  await runSchedule();
  expect(await alerts("key_rotation")).toHaveLength(0);
  clock.advance(30 * DAY_MS);
  await runSchedule();
  await runSchedule();
  const [due, ...more] = await alerts("key_rotation");
  expect([due?.["subject_id"], more]).toEqual([key_id, []]);
  expect((await call(gateway, key)).status).toBe(200);
  const { collect_by } = await infoOf(key);
  expect(Date.parse(collect_by)).toBe(clock.now() + 7 * DAY_MS);
  const { key: fresh } = await change(gateway, "/key/regenerate", { key });
  expect(await infoOf(fresh)).toMatchObject({
    collect_by: null,
    key_rotation_at: new Date(clock.now() + 30 * DAY_MS).toISOString(),
  });
  expect([(await call(gateway, key)).status, (await call(gateway, fresh)).status]).toEqual([200, 200]);
  clock.advance(7 * DAY_MS);
  expect([(await call(gateway, key)).status, (await call(gateway, fresh)).status]).toEqual([401, 200]);
});

test("a secret that nobody replaces ends when its time is over, after a last warning; the key comes back with a new one", async () => {
  const { key } = await change(gateway, "/key/generate", { auto_rotate: true, rotation_interval: "1d" });
  clock.advance(DAY_MS);
  await runSchedule();
  clock.advance(6 * DAY_MS + 1);
  await runSchedule();
  const last = (await alerts("key_rotation")).filter((alert) =>
    String(alert["cause"]).startsWith("last day"),
  );
  expect(last).toHaveLength(1);
  clock.advance(DAY_MS);
  expect((await call(gateway, key)).json.error.type).toBe("expired_key");
  const { key: fresh } = await change(gateway, "/key/regenerate", { key });
  expect((await call(gateway, fresh)).status).toBe(200);
});

test("switching auto_rotate off takes the day and the end away", async () => {
  const { key } = await change(gateway, "/key/generate", { auto_rotate: true, rotation_interval: "1d" });
  clock.advance(DAY_MS);
  await runSchedule();
  await change(gateway, "/key/update", { key, auto_rotate: false });
  expect(await infoOf(key)).toMatchObject({ auto_rotate: false, key_rotation_at: null, collect_by: null });
});

test("old master, provider and virtual keys are each reminded of once; without rotation_days nobody is", async () => {
  const time = manualClock(Date.now());
  const yaml = `model_list:
  - { model_name: gpt-4, litellm_params: { model: openai/gpt-4, api_key: sk-provider-0123456789 } }`;
  const here = await testGateway({ clock: time, yaml });
  await here.newKey();
  const run = async () => {
    await runJob(here, "keys.rotation");
    return here.database
      .sql`select subject_kind from alerts where kind = 'rotation_due' order by subject_kind`;
  };
  expect(await run()).toEqual([]);
  time.advance(91 * DAY_MS);
  const reminded = [
    { subject_kind: "keys" },
    { subject_kind: "master_key" },
    { subject_kind: "provider_key" },
  ];
  expect([...(await run())]).toEqual(reminded);
  expect([...(await run())]).toEqual(reminded);
  expect(JSON.stringify(await here.database.sql`select * from settings`)).not.toContain("sk-provider");
  await here.database.sql`delete from alerts`;
  await here.reload(`${yaml}\ngeneral_settings: { rotation_days: 0 }`);
  expect(await run()).toEqual([]);
});
