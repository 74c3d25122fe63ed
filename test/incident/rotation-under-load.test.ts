/** AC-78: the master key replaced at fifty calls a second. If it fails, a rotation is an outage, and nobody dares to rotate. */
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

const FRESH = "sk-91c2d3e4f5061728394a5b6c7d8e9f00a1b2c3d4e5f60718";
const PACE_MS = 20;
const BODY = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "hi" }] };

test("AC-78: no call fails, the old key works to its very end on every instance, and each use of it is on record", async () => {
  const here = await testGateway();
  const there = await testGateway({ database: here.database });
  const virtual = await here.newKey();
  const seen: { key: string; status: number; beganMs: number; endedMs: number }[] = [];
  const running: Promise<void>[] = [];
  let sent = 0;
  const send = async (key: string) => {
    sent += 1;
    const gateway = sent % 2 === 0 ? here : there;
    const beganMs = Date.now();
    const { status } =
      key === virtual
        ? await gateway.call("POST", "/v1/chat/completions", { key, body: BODY })
        : await gateway.call("GET", "/v1/models", { key });
    seen.push({ key, status, beganMs, endedMs: Date.now() });
  };
  const keys = [virtual, virtual, virtual, MASTER_KEY];
  let over = false;
  const load = (async () => {
    for (let n = 0; !over; n += 1) {
      running.push(send(keys[n % keys.length] ?? virtual));
      await wait(PACE_MS);
    }
  })();
  const body = { new_key: FRESH, grace_period: "1s" };
  const answer = await here.call("POST", "/master_key/rotate", { body });
  expect(answer.status, answer.text).toBe(200);
  const knows = async () => (await there.call("GET", "/v1/models", { key: FRESH })).status === 200;
  await until("the other instance knows the new key", knows);
  keys.push(FRESH);
  const endMs = Date.parse(answer.json.old_key_valid_until);
  const isLate = ({ beganMs, key }: { beganMs: number; key: string }) =>
    key === MASTER_KEY && beganMs >= endMs;
  await until("the old key was tried after its end", () => seen.filter(isLate).length > 3);
  over = true;
  await load;
  await Promise.all(running);

  const failed = (key: string) => seen.filter((one) => one.key === key && one.status !== 200);
  expect(failed(virtual)).toEqual([]);
  expect(failed(FRESH)).toEqual([]);
  expect(failed(MASTER_KEY).filter(({ endedMs }) => endedMs < endMs)).toEqual([]);
  expect(new Set(seen.filter(isLate).map(({ status }) => status))).toEqual(new Set([401]));
  expect(seen.length).toBeGreaterThan(20);

  const info = (await here.call("GET", "/master_key/info", { key: FRESH })).json.keys;
  const old = info.find((key: { configured: boolean }) => key.configured);
  expect(old).toMatchObject({ state: "ended" });
  expect(old.uses_after_rotation).toBeGreaterThan(0);
  const events = await here.database.sql`select 1 from audit_events where action = 'master_key.rotate'`;
  expect(events).toHaveLength(1);
});
