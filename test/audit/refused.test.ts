/** Who tries to change what is not theirs is in the log, and cannot fill it. */
import { expect, test } from "vitest";
import { eventsOf } from "#test/helpers/audit.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { verdictOf } from "./setting.ts";

const clock = manualClock(Date.now());
const gateway = await testGateway({
  clock,
  yaml: "general_settings: { throttle: { key_api: off, authentication: off } }",
});
const key = await gateway.newKey({ key_alias: "curious" });
const told = async () =>
  (await eventsOf(gateway, { action: "request.refused" })).map(
    ({ action, actor_kind, outcome, reason, target_id, target_kind }) => ({
      ...{ actor_kind, action, target_kind },
      ...{ target_id, outcome, reason },
    }),
  );

test("a change by somebody who may not make it is an event with the reason", async () => {
  expect((await gateway.call("POST", "/user/new", { key, body: { user_id: "mine" } })).status).toBe(403);
  expect((await gateway.call("GET", "/audit", { key })).status).toBe(403);
  expect((await gateway.call("POST", "/user/new", { key: null, body: {} })).status).toBe(401);
  expect(await told()).toEqual([
    {
      actor_kind: "key",
      action: "request.refused",
      target_kind: "route",
      target_id: "POST /user/new",
      outcome: "denied",
      reason: expect.stringContaining("Only an admin"),
    },
  ]);
});

test("at most 30 a minute are written, and the next minute has its own", async () => {
  for (let n = 0; n < 40; n += 1) await gateway.call("POST", "/key/revoke_all", { key, body: {} });
  expect(await told()).toHaveLength(30);
  clock.advance(60_000);
  await gateway.call("POST", "/key/revoke_all", { key, body: {} });
  expect(await told()).toHaveLength(31);
  expect(await verdictOf(gateway)).toMatchObject({ ok: true });
});
