/** Windows: no span ever holds more than the ceiling, retry times are true to the millisecond, and clocks may lie. */
import { describe, expect, test } from "vitest";
import { fc } from "#test/helpers/fast-check.ts";
import {
  admitted,
  budget,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  parallel,
  requests,
  settle,
  take,
  tokens,
} from "./rules.ts";
import { NOW_MS, storeRows } from "./stores.ts";

interface Step {
  readonly waitMs: number;
  readonly amount: number;
  readonly backMs: number;
}

const steps = fc.array(
  fc.record<Step>({
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 90_000 })),
    amount: fc.integer({ min: 1, max: 5 }),
    backMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 7_200_000 })),
  }),
  { minLength: 1, maxLength: 60 },
);

describe.for(storeRows)("$name", (row) => {
  describe.skipIf(row.skipped)("windows", () => {
    const fresh = row.set();

    test("no span of sixty seconds admits more than the ceiling, whenever calls come and wherever the clock is set back", async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.integer({ min: 1, max: 20 }), async (schedule, ceiling) => {
          const { clock, store } = fresh();
          const rules = [tokens(ceiling)];
          let trueMs = 0;
          let backMs = 0;
          const calls: { trueMs: number; amount: number }[] = [];
          for (const step of schedule) {
            trueMs += step.waitMs;
            backMs += step.backMs;
            clock.nowMs = NOW_MS + trueMs - backMs;
            const { kind } = await take(store, rules, clock.nowMs, { tokens: step.amount });
            if (kind === "admitted") calls.push({ trueMs, amount: step.amount });
          }
          for (const { trueMs: endMs } of calls) {
            const inSpan = calls.filter((call) => call.trueMs > endMs - MINUTE_MS && call.trueMs <= endMs);
            expect(inSpan.reduce((sum, call) => sum + call.amount, 0)).toBeLessThanOrEqual(ceiling);
          }
        }),
        { numRuns: row.effort * 20 },
      );
    }, 60_000);

    test.for([
      ["a minute", MINUTE_MS],
      ["an hour", HOUR_MS],
      ["a day", DAY_MS],
    ] as const)(
      "waiting exactly as long as the refusal of %s says admits, a millisecond less does not",
      async ([, spanMs]) => {
        const { clock, store } = fresh();
        const rules = [tokens(10, spanMs)];
        const sliceMs = spanMs / 60;
        for (const [afterMs, amount] of [
          [0, 4],
          [2.5 * sliceMs, 3],
          [20 * sliceMs, 3],
        ] as const) {
          clock.nowMs += afterMs;
          await admitted(store, rules, clock.nowMs, { tokens: amount });
        }
        for (const [amount, freesSlice] of [
          [1, 0],
          [4, 0],
          [5, 2],
          [7, 2],
          [8, 22],
        ] as const) {
          const verdict = await take(store, rules, clock.nowMs, { tokens: amount });
          if (verdict.kind !== "refused") throw new Error(`${amount} tokens were ${verdict.kind}`);
          expect(verdict.refusals[0]?.retryAfterMs, `${amount} tokens`).toBe(
            NOW_MS + (freesSlice + 61) * sliceMs - clock.nowMs,
          );
          expect(verdict.states[0]).toMatchObject({
            used: 10,
            remaining: 0,
            resetMs: NOW_MS + 83 * sliceMs - clock.nowMs,
          });
        }
        const never = await take(store, rules, clock.nowMs, { tokens: 11 });
        expect(never).toMatchObject({ refusals: [{ retryAfterMs: null }] });
        clock.nowMs = NOW_MS + 61 * sliceMs - 1;
        expect((await take(store, rules, clock.nowMs, { tokens: 4 })).kind).toBe("refused");
        clock.nowMs += 1;
        expect(await take(store, rules, clock.nowMs, { tokens: 4 })).toMatchObject({
          kind: "admitted",
          states: [{ used: 10, remaining: 0, resetMs: 61 * sliceMs }],
        });
      },
    );

    test("tokens are trued up in the slice they were taken in", async () => {
      const { clock, store } = fresh();
      const rules = [tokens(100)];
      const first = await admitted(store, rules, NOW_MS, { tokens: 80 });
      clock.nowMs += 30_000;
      const second = await admitted(store, rules, clock.nowMs, { tokens: 0 });
      await settle(store, first, clock.nowMs, 10, 0n);
      await settle(store, second, clock.nowMs, 7, 0n);
      expect((await store.look(rules, clock.nowMs))[0]).toMatchObject({ used: 17, remaining: 83 });
      clock.nowMs = NOW_MS + 61_000;
      expect((await store.look(rules, clock.nowMs))[0]?.used).toBe(7);
      clock.nowMs += 30_000;
      expect((await store.look(rules, clock.nowMs))[0]).toMatchObject({ used: 0, resetMs: 0 });
    });

    test("a settlement after its slice has left the window changes nothing", async () => {
      const { clock, store } = fresh();
      const rules = [tokens(100)];
      const first = await admitted(store, rules, NOW_MS, { tokens: 30 });
      clock.nowMs += 61_000;
      await admitted(store, rules, clock.nowMs, { tokens: 20 });
      await settle(store, first, clock.nowMs, 90, 0n);
      expect((await store.look(rules, clock.nowMs))[0]?.used).toBe(20);
    });

    test("a clock that goes backwards reads as standing still", async () => {
      const { clock, store } = fresh();
      const rules = [requests(2), parallel(5)];
      const short = { leaseTtlMs: 1_000 };
      await admitted(store, rules, NOW_MS, short);
      clock.nowMs = NOW_MS - HOUR_MS;
      expect(await admitted(store, rules, clock.nowMs, short)).toMatchObject({ takenAtMs: NOW_MS });
      const refused = await take(store, rules, clock.nowMs);
      expect(refused).toMatchObject({ kind: "refused", refusals: [{ retryAfterMs: 61_000 }] });
      clock.nowMs = NOW_MS + 999;
      expect((await store.look(rules, clock.nowMs)).map((state) => state?.used)).toEqual([2, 2]);
      clock.nowMs = NOW_MS + 1_000;
      expect((await store.look(rules, clock.nowMs)).map((state) => state?.used)).toEqual([2, 0]);
    });

    test("of several broken rules the one that frees last stands first", async () => {
      const { store } = fresh();
      const rules = [parallel(1), requests(1), requests(1, HOUR_MS, "rph"), budget(1n), tokens(0)];
      await admitted(store, rules.slice(0, 4), NOW_MS, { costNanoUsd: 1n });
      const verdict = await take(store, rules, NOW_MS);
      if (verdict.kind !== "refused") throw new Error(`the call was ${verdict.kind}`);
      expect(verdict.refusals.map(({ retryAfterMs, rule }) => [rule.counter, retryAfterMs])).toEqual([
        ["tpm", null],
        ["rph", 61 * MINUTE_MS],
        ["rpm", 61_000],
        ["parallel", 1_000],
        ["budget", 1_000],
      ]);
      expect(verdict.states.map(({ rule }) => rule.counter)).toEqual(rules.map(({ counter }) => counter));
    });
  });
});
