/** No span of a minute ever admits more than the ceiling, and a refusal's "come back in" is true to the millisecond. */
import { expect, test } from "vitest";
import type { Rule, TakeRequest } from "#lib/admission/admission.ts";
import { MemoryAdmission } from "#lib/admission/memory.ts";
import { fc } from "#test/helpers/fast-check.ts";

const SPAN_MS = 60_000;
const START_MS = Date.UTC(2026, 5, 15, 12, 0, 0);

function rule(metric: "requests" | "tokens", ceiling: number): Rule {
  const subject = { kind: "key", id: "k", name: "k" } as const;
  return {
    id: `key_${metric}`,
    subject,
    counter: `key:k:${metric}`,
    model: null,
    metric,
    spanMs: SPAN_MS,
    ceiling,
  };
}

let leases = 0;
const request = (rules: readonly Rule[], nowMs: number, tokens = 1): TakeRequest => ({
  rules,
  leaseId: `lease-${leases++}`,
  nowMs,
  leaseTtlMs: SPAN_MS,
  tokens,
  costNanoUsd: 0n,
});

interface Step {
  readonly waitMs: number;
  readonly amount: number;
  /** How far the wall clock is set back before the step. */
  readonly backMs: number;
}

const steps = (backwards: boolean) =>
  fc.array(
    fc.record<Step>({
      waitMs: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 0, max: 90_000 }),
      ),
      amount: fc.integer({ min: 1, max: 5 }),
      backMs: backwards
        ? fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 7_200_000 }))
        : fc.constant(0),
    }),
    { minLength: 1, maxLength: 200 },
  );

/** Plays a schedule; tells what was admitted when, by a clock that nobody sets. */
function play(
  schedule: readonly Step[],
  ceiling: number,
): { trueMs: number; amount: number; admitted: boolean }[] {
  const store = new MemoryAdmission();
  const rules = [rule("tokens", ceiling)];
  let trueMs = 0;
  let setBackMs = 0;
  return schedule.map(({ waitMs, amount, backMs }) => {
    trueMs += waitMs;
    setBackMs += backMs;
    const { kind } = store.take(request(rules, START_MS + trueMs - setBackMs, amount));
    return { trueMs, amount, admitted: kind === "admitted" };
  });
}

test("no span of sixty seconds admits more than the ceiling, whenever calls come and wherever the clock is set back", () => {
  fc.assert(
    fc.property(steps(true), fc.integer({ min: 1, max: 20 }), (schedule, ceiling) => {
      const admitted = play(schedule, ceiling).filter((call) => call.admitted);
      for (const { trueMs: endMs } of admitted) {
        const inSpan = admitted.filter((call) => call.trueMs > endMs - SPAN_MS && call.trueMs <= endMs);
        expect(inSpan.reduce((sum, call) => sum + call.amount, 0)).toBeLessThanOrEqual(ceiling);
      }
    }),
    { numRuns: 300 },
  );
});

test("a call that fits is admitted: nothing older than a span and a slice of it counts", () => {
  fc.assert(
    fc.property(steps(false), fc.integer({ min: 5, max: 20 }), (schedule, ceiling) => {
      const calls = play(schedule, ceiling);
      for (const [index, call] of calls.entries()) {
        const counting = calls
          .slice(0, index)
          .filter((other) => other.admitted && other.trueMs > call.trueMs - SPAN_MS - 1000);
        const used = counting.reduce((sum, other) => sum + other.amount, 0);
        if (used + call.amount <= ceiling) expect(call.admitted).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test("waiting exactly as long as a refusal says admits, and a millisecond less does not", () => {
  fc.assert(
    fc.property(
      steps(false),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (schedule, ceiling, amount) => {
        const store = new MemoryAdmission();
        const rules = [rule("tokens", ceiling)];
        let nowMs = START_MS;
        for (const step of schedule) {
          nowMs += step.waitMs;
          store.take(request(rules, nowMs, step.amount));
        }
        const verdict = store.take(request(rules, nowMs, amount));
        if (verdict.kind !== "refused") return;
        const waitMs = verdict.refusals[0]?.retryAfterMs ?? null;
        if (amount > ceiling) {
          expect(waitMs).toBeNull();
          return;
        }
        expect(waitMs).toBeGreaterThan(0);
        expect(store.take(request(rules, nowMs + (waitMs ?? 0) - 1, amount)).kind).toBe("refused");
        expect(store.take(request(rules, nowMs + (waitMs ?? 0), amount)).kind).toBe("admitted");
      },
    ),
    { numRuns: 300 },
  );
});

test("tokens are trued up in the slice they were taken in, once, and never below zero", () => {
  const store = new MemoryAdmission();
  const rules = [rule("tokens", 100)];
  const first = store.take(request(rules, START_MS, 80));
  expect(store.take(request(rules, START_MS + 10, 30)).kind).toBe("refused");
  if (first.kind !== "admitted") throw new Error("the first call was refused");
  store.settle(first.lease, { nowMs: START_MS + 5_000, tokens: 10, costNanoUsd: 0n });
  store.settle(first.lease, { nowMs: START_MS + 5_000, tokens: 10, costNanoUsd: 0n });
  const second = store.take(request(rules, START_MS + 5_000, 90));
  if (second.kind !== "admitted") throw new Error("the second call was refused");
  expect(second.states[0]).toMatchObject({ used: 100, remaining: 0 });
  // What the first call really used leaves with its own slice, not with the settlement's.
  expect(store.take(request(rules, START_MS + 61_000, 10)).kind).toBe("admitted");
});
