/** Two hundred takes at once against room for N: exactly N pass, on every store, from one process and from two. */
import { describe, expect, test } from "vitest";
import type { AdmissionStore, Rule, Verdict } from "#lib/admission/admission.ts";
import { budget, DAY_MS, daily, HOUR_MS, MINUTE_MS, parallel, requests, take, tokens } from "./rules.ts";
import { NOW_MS, storeRows } from "./stores.ts";

const CALLS = 200;
const ROOM = 23;
/** What each call asks for. */
const TOKENS = 7;
const COST = 1_000_003n;

const START_MS = Date.UTC(2026, 5, 15);
const rows: readonly (readonly [string, Rule])[] = [
  ["requests a minute", requests(ROOM)],
  ["requests an hour", requests(ROOM, HOUR_MS)],
  ["requests a day", requests(ROOM, DAY_MS)],
  ["tokens a minute", tokens(ROOM * TOKENS + TOKENS - 1)],
  ["tokens an hour", tokens(ROOM * TOKENS, HOUR_MS)],
  ["tokens a day", tokens(ROOM * TOKENS + 1, DAY_MS)],
  ["parallel requests", parallel(ROOM)],
  ["a budget for life", budget(BigInt(ROOM) * COST + COST - 1n)],
  ["a daily budget", daily(BigInt(ROOM) * COST, START_MS)],
];
const wide: readonly Rule[] = [
  requests(1_000_000, MINUTE_MS, "wide-rpm"),
  tokens(1_000_000, MINUTE_MS, "wide-tpm"),
  parallel(1_000_000, "wide-parallel"),
  budget(10n ** 18n, { counter: "wide-budget" }),
];

describe.for(storeRows)("$name", (row) => {
  describe.skipIf(row.skipped)("exactly", () => {
    const fresh = row.set();

    test.for(rows)("%s", async ([, rule]) => {
      const { clock, store, twin } = fresh();
      await expectExact([store], [rule, ...wide], clock.nowMs);
      if (twin) await expectExact([store, twin], [{ ...rule, counter: "both" }, ...wide], clock.nowMs);
    });

    test("what refused calls asked for is counted nowhere", async () => {
      const { store } = fresh();
      const rules = [...wide, requests(0)];
      for (let i = 0; i < 20; i++) {
        const verdict = await take(store, rules, NOW_MS, { tokens: TOKENS, costNanoUsd: COST });
        expect(verdict.kind).toBe("refused");
      }
      const states = await store.look(rules, NOW_MS);
      expect(states.map((state) => Number(state?.used))).toEqual([0, 0, 0, 0, 0]);
      // All of the money is free: nothing is reserved.
      const all = await take(store, wide.slice(3), NOW_MS, { costNanoUsd: 10n ** 18n });
      expect(all.kind).toBe("admitted");
    });
  });
});

async function expectExact(stores: readonly AdmissionStore[], rules: readonly Rule[], nowMs: number) {
  const more = { tokens: TOKENS, costNanoUsd: COST };
  const calls = Array.from({ length: CALLS }, (_, n) => {
    const store = stores[n % stores.length];
    if (!store) throw new Error("no store");
    return take(store, rules, nowMs, more);
  });
  const verdicts = await Promise.all(calls);
  const admitted = verdicts.filter((verdict) => verdict.kind === "admitted");
  const refused = verdicts.filter((verdict) => verdict.kind === "refused");
  expect([admitted.length, refused.length]).toEqual([ROOM, CALLS - ROOM]);
  for (const verdict of refused) expect(verdict.refusals.map(({ rule }) => rule.id)).toEqual([rules[0]?.id]);
  await expectFree(stores[0], admitted, rules, nowMs);
}

/** Settled as nothing, everything but the windows' requests is as before. */
async function expectFree(
  store: AdmissionStore | undefined,
  verdicts: readonly Verdict[],
  rules: readonly Rule[],
  nowMs: number,
) {
  if (!store) throw new Error("no store");
  for (const verdict of verdicts)
    if (verdict.kind === "admitted") await store.settle(verdict.lease, { nowMs, tokens: 0, costNanoUsd: 0n });
  const states = await store.look(rules, nowMs);
  const used = rules.map((rule, n) => (rule.metric === "requests" ? 0 : Number(states[n]?.used)));
  expect(used).toEqual(rules.map(() => 0));
}
