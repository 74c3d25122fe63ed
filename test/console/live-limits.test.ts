/** The Limits page's figures: what is counted now, by the gate's own store. */
import { expect, test } from "vitest";
import { liveLimits } from "#lib/console/live-limits.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const clock = manualClock(Date.now());
const { call, newKey, runtime } = await testGateway({ yaml: "litellm_settings: { rpm: 100 }", clock });
const { deps } = runtime;
const MINUTE_MS = 60_000;

async function ask(key: string): Promise<number> {
  const body = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] };
  return (await call("POST", "/v1/chat/completions", { key, body })).status;
}

async function look(userId: string | null = null, idle = false) {
  await deps.ledger.flush();
  // Which rules there are is kept for ten seconds.
  clock.advance(11_000);
  return liveLimits(deps, userId, idle, clock.now());
}

test("shows what is used now with its ceiling, its source and what it refused; idle ones only when asked", async () => {
  await call("POST", "/budget/new", { body: { budget_id: "free", rpm_limit: 2 } });
  const key = await newKey({ key_alias: "trial", budget_id: "free" });
  await newKey({ key_alias: "quiet", rpm_limit: 9 });
  expect([await ask(key), await ask(key), await ask(key)]).toEqual([200, 200, 429]);
  const { idle, refusals, rows } = await look();
  expect(
    rows.map(({ ceiling, kind, name, refused, source, used }) => ({
      ceiling,
      kind,
      name,
      refused,
      source,
      used,
    })),
  ).toEqual([
    { kind: "key", name: "trial", used: 2, ceiling: 2, refused: 1, source: "tier free" },
    { kind: "gateway", name: "gateway", used: 2, ceiling: 100, refused: 0, source: "config.yaml:1" },
  ]);
  expect(refusals).toEqual([{ rule: "key_rpm", calls: 1 }]);
  expect(idle).toBe(1);
  expect((await look(null, true)).rows.some((row) => row.name === "quiet")).toBe(true);
  clock.advance(2 * MINUTE_MS);
  const later = await look();
  expect(later.rows.map(({ name, used }) => [name, used])).toEqual([["trial", 0]]);
});

test("a developer sees its own keys and what the gateway can take, and no other's", async () => {
  const mine = await newKey({ key_alias: "mine", user_id: "ines", rpm_limit: 50 });
  const other = await newKey({ key_alias: "other", user_id: "tom", rpm_limit: 50 });
  await ask(mine);
  await ask(other);
  const { rows } = await look("ines");
  expect(rows.map((row) => row.name).sort()).toEqual(["gateway", "mine"]);
});
