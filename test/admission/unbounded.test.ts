/** A call that names no bound of its output reserves what is left instead of being refused for what it might produce. */
import { expect, test } from "vitest";
import type { Rule } from "#lib/admission/admission.ts";
import { MemoryAdmission } from "#lib/admission/memory.ts";

const subject = { kind: "key", id: "key_1", name: "one" } as const;
const tokens = (ceiling: number): Rule => ({
  id: "key_tpm",
  subject,
  counter: "tpm",
  model: null,
  metric: "tokens",
  spanMs: 60_000,
  ceiling,
});
const budget = (ceilingNanoUsd: bigint): Rule => ({
  id: "key_budget",
  subject,
  counter: "budget",
  model: null,
  metric: "budget",
  ceilingNanoUsd,
  soft: false,
  duration: null,
  periodStartMs: null,
  periodEndMs: null,
});

let calls = 0;
const take = (store: MemoryAdmission, rules: Rule[], nowMs = 1_000_000) =>
  store.take({
    rules,
    leaseId: `lease-${calls++}`,
    nowMs,
    leaseTtlMs: 1_000,
    tokens: 4_100,
    costNanoUsd: 4_100n,
    least: { tokens: 100, costNanoUsd: 100n },
    primed: new Map([["budget", 0n]]),
  });

test("the first one takes all that is left, the next one beside it is refused, and after settling there is room again", () => {
  const store = new MemoryAdmission();
  const rules = [tokens(1_000), budget(1_000n)];
  const first = take(store, rules);
  if (first.kind !== "admitted") throw new Error("refused");
  expect([first.lease.tokens, first.lease.costNanoUsd]).toEqual([1_000, 1_000n]);
  expect(take(store, rules).kind).toBe("refused");
  store.settle(first.lease, { nowMs: 1_000_001, tokens: 150, costNanoUsd: 150n });
  const next = take(store, rules);
  expect(next.kind === "admitted" && [next.lease.tokens, next.lease.costNanoUsd]).toEqual([850, 850n]);
});

test("less than the prompt itself needs is not enough", () => {
  expect(take(new MemoryAdmission(), [tokens(99)]).kind).toBe("refused");
  expect(take(new MemoryAdmission(), [budget(99n)]).kind).toBe("refused");
  expect(take(new MemoryAdmission(), [tokens(100), budget(100n)]).kind).toBe("admitted");
});
