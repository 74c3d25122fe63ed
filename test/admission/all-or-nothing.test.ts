/** One step over many rules: either all of them take, or the call leaves no trace in any. Checked against a plain model. */
import { expect, test } from "vitest";
import type { Lease, Rule, Subject } from "#lib/admission/admission.ts";
import { MemoryAdmission } from "#lib/admission/memory.ts";
import { fc } from "#test/helpers/fast-check.ts";

const NOW_MS = Date.UTC(2026, 5, 15, 12, 0, 0);
const subject: Subject = { kind: "key", id: "k", name: "k" };

type Kind = "requests" | "tokens" | "parallel" | "budget";
interface Limit {
  readonly counter: string;
  readonly kind: Kind;
  readonly ceiling: number;
}

function toRule({ counter, kind, ceiling }: Limit): Rule {
  const base = { id: `key_${kind}`, subject, counter, model: null };
  if (kind === "parallel") return { ...base, metric: kind, ceiling };
  if (kind !== "budget") return { ...base, metric: kind, spanMs: 60_000, ceiling };
  return {
    ...base,
    metric: kind,
    ceilingNanoUsd: BigInt(ceiling),
    soft: false,
    duration: null,
    periodStartMs: null,
    periodEndMs: null,
  };
}

/** Nothing was spent before: counters start at 0. */
const PRIMED = new Map(Array.from({ length: 6 }, (_, index) => [`c${index}`, 0n]));

const limits = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Kind>("requests", "tokens", "parallel", "budget"),
      ceiling: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) => list.map((limit, index): Limit => ({ ...limit, counter: `c${index}` })));

const actions = fc.array(
  fc.oneof(
    fc.record({ take: fc.constant(true), rules: fc.nat(63), tokens: fc.nat(5), cost: fc.nat(5) }),
    fc.record({ take: fc.constant(false), rules: fc.nat(63), tokens: fc.nat(5), cost: fc.nat(5) }),
  ),
  { maxLength: 60 },
);

/** What a counter holds: for budgets what is spent and what is reserved. */
interface Held {
  used: number;
  reserved: number;
}

test("the store decides as a plain model does, and a refused call changes nothing", () => {
  fc.assert(
    fc.property(limits, actions, (all, list) => {
      const store = new MemoryAdmission();
      const held = new Map<string, Held>(all.map((limit) => [limit.counter, { used: 0, reserved: 0 }]));
      const open: { lease: Lease; own: Limit[]; tokens: number; cost: number }[] = [];
      for (const [index, action] of list.entries()) {
        if (!action.take) {
          const ended = open.splice(action.rules % Math.max(1, open.length), 1)[0];
          if (!ended) continue;
          const actual = { nowMs: NOW_MS, tokens: action.tokens, costNanoUsd: BigInt(action.cost) };
          store.settle(ended.lease, actual);
          store.settle(ended.lease, actual);
          for (const { counter, kind } of ended.own) {
            const at = heldBy(held, counter);
            if (kind === "parallel") at.used -= 1;
            if (kind === "tokens") at.used += action.tokens - ended.tokens;
            if (kind === "budget") {
              at.reserved -= ended.cost;
              at.used += action.cost;
            }
          }
          continue;
        }
        const own = all.filter((_, bit) => (action.rules >> bit) % 2 === 1);
        const { tokens, cost } = action;
        const verdict = store.take({
          rules: own.map(toRule),
          leaseId: `l${index}`,
          nowMs: NOW_MS,
          leaseTtlMs: 60_000,
          tokens,
          costNanoUsd: BigInt(cost),
          primed: PRIMED,
        });
        if (verdict.kind === "unprimed") throw new Error("everything was primed");
        const refusing = own.filter((limit) => !fits(limit, heldBy(held, limit.counter), tokens, cost));
        expect(verdict.kind).toBe(refusing.length === 0 ? "admitted" : "refused");
        if (verdict.kind === "refused") {
          expect(verdict.refusals.map((refusal) => refusal.rule.counter).sort()).toEqual(
            refusing.map((limit) => limit.counter).sort(),
          );
        } else {
          open.push({ lease: verdict.lease, own, tokens, cost });
          for (const { counter, kind } of own) {
            const at = heldBy(held, counter);
            if (kind === "budget") at.reserved += cost;
            else at.used += kind === "tokens" ? tokens : 1;
          }
        }
        for (const state of verdict.states)
          expect(Number(state.used), state.rule.counter).toBe(heldBy(held, state.rule.counter).used);
      }
    }),
    { numRuns: 500 },
  );
});

function heldBy(held: Map<string, Held>, counter: string): Held {
  const at = held.get(counter);
  if (!at) throw new Error(`no counter ${counter}`);
  return at;
}

function fits({ kind, ceiling }: Limit, at: Held, tokens: number, cost: number): boolean {
  if (kind === "budget") return at.used < ceiling && at.used + at.reserved + cost <= ceiling;
  return at.used + (kind === "tokens" ? tokens : 1) <= ceiling;
}

test("the rule that frees last stands first in a refusal", () => {
  const store = new MemoryAdmission();
  const rules = [
    toRule({ counter: "rpm", kind: "requests", ceiling: 1 }),
    toRule({ counter: "budget", kind: "budget", ceiling: 0 }),
    toRule({ counter: "slots", kind: "parallel", ceiling: 1 }),
  ];
  const take = (own: readonly Rule[], leaseId: string) =>
    store.take({
      rules: own,
      leaseId,
      nowMs: NOW_MS,
      leaseTtlMs: 60_000,
      tokens: 1,
      costNanoUsd: 1n,
      primed: new Map([["budget", 0n]]),
    });
  take(rules.slice(0, 1), "a");
  take(rules.slice(2), "b");
  const verdict = take(rules, "c");
  if (verdict.kind !== "refused") throw new Error("the call was not refused");
  expect(verdict.refusals.map((refusal) => refusal.rule.counter)).toEqual(["budget", "rpm", "slots"]);
});
