/** Two hundred calls at once against room for N: exactly N go through, whichever rule has the room, and the rest cost nothing. */
import { describe, expect, test } from "vitest";
import type { Answer } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { ask } from "../reliability/provider.ts";
import { admissionSetting, estimateOf, heldFor, keyId, reserveOf } from "./setting.ts";

const CALLS = 200;
const ROOM = 23;
const body = ask(10, 20, "hold");
const tokens = estimateOf(body) + 500;

const setting = await admissionSetting();
const { gateway, provider, clock } = setting;

const limits = [
  ["key_rpm", { rpm_limit: ROOM }, 429],
  ["key_tpm", { tpm_limit: ROOM * tokens + tokens - 1 }, 429],
  ["key_parallel", { max_parallel_requests: ROOM }, 429],
  ["key_budget", { max_budget: Number(reserveOf(body) * BigInt(ROOM) + reserveOf(body) - 1n) / 1e9 }, 400],
] as const;

describe.each(limits)("%s", (rule, fields, status) => {
  test(`admits exactly ${ROOM} of ${CALLS} parallel calls`, async () => {
    // The other limits stand beside it, wide: a refusal by one must take nothing from them.
    const wide = {
      rpm_limit: 10_000,
      tpm_limit: 10_000_000,
      max_parallel_requests: 10_000,
      max_budget: 1_000,
    };
    const key = await gateway.newKey({ ...wide, ...fields });
    const before = provider.calls();
    const gone = new AbortController();
    const refused: Answer[] = [];
    const admitted: Answer[] = [];
    const calls = Array.from({ length: CALLS }, async () => {
      const answer = await gateway.call("POST", "/v1/chat/completions", { key, body, signal: gone.signal });
      (gone.signal.aborted ? admitted : refused).push(answer);
    });
    await until("the calls are admitted or refused", () => refused.length + provider.open.size === CALLS);
    expect(provider.calls() - before).toBe(ROOM);
    expect(refused).toHaveLength(CALLS - ROOM);
    for (const answer of refused) {
      expect(answer.status).toBe(status);
      expect(answer.json.error.reason).toBe(rule);
    }
    gone.abort();
    await Promise.all(calls);
    expect(admitted).toHaveLength(ROOM);

    // What the refused ones took: nothing. The admitted ones were cut, and are billed for their prompt alone.
    const id = await keyId(gateway, key);
    await gateway.runtime.deps.ledger.flush();
    const [sums] = await gateway.database.sql`
      select count(*) filter (where outcome = 'refused' and cost_nano_usd = 0 and rule = ${rule}) as refused,
        count(*) filter (where outcome = 'client_closed' and cost_nano_usd = ${String(estimateOf(body) * 3000)}) as cut
      from spend_records where key_id = ${id}`;
    expect(sums).toEqual({ refused: String(CALLS - ROOM), cut: String(ROOM) });
    expect(heldFor(setting, "key", id)).toEqual({ running: 0, reserved: false });
  });
});

test("a model's own ceiling and the gateway's hold for all keys together", async () => {
  const keys = await Promise.all(Array.from({ length: 4 }, () => gateway.newKey()));
  const narrow = ask(1, 1, "now", { model: "narrow" });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      gateway.call("POST", "/v1/chat/completions", { key: keys[n % 4] ?? "", body: narrow }),
    ),
  );
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(7);
  expect(answers.filter((answer) => answer.json.error?.reason === "deployment_rpm")).toHaveLength(33);
});

test("a refusal's retry-after-ms is true: a millisecond before it still refuses, then it admits", async () => {
  const key = await gateway.newKey({ rpm_limit: 2 });
  const call = () => gateway.call("POST", "/v1/chat/completions", { key, body: ask(1, 1, "now") });
  await call();
  clock.advance(17_321);
  await call();
  const refused = await call();
  const waitMs = Number(refused.headers["retry-after-ms"]);
  expect(Number(refused.headers["retry-after"])).toBe(Math.ceil(waitMs / 1000));
  clock.advance(waitMs - 1);
  expect((await call()).status).toBe(429);
  clock.advance(1);
  expect((await call()).status).toBe(200);
});
