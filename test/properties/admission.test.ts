/** Random schedules of takes, settlements, crashes, clock jumps and operators: every store decides as the reference does. */
import { describe, expect, test } from "vitest";
import type { AdmissionStore, Lease, Rule, TakeRequest } from "#lib/admission/admission.ts";
import { fc } from "#test/helpers/fast-check.ts";
import { Reference } from "../admission/contract/reference.ts";
import {
  budget,
  DAY_MS,
  daily,
  HOUR_MS,
  MINUTE_MS,
  parallel,
  requests,
  tokens,
} from "../admission/contract/rules.ts";
import { type Fresh, NOW_MS, storeRows } from "../admission/contract/stores.ts";

interface Model {
  readonly reference: Reference;
  readonly leases: Lease[];
  takes: number;
}
interface Real {
  readonly store: AdmissionStore;
  readonly clock: Fresh["clock"];
}
type Command = fc.AsyncCommand<Model, Real>;

/** Every kind of rule, most of them of two subjects; budgets as they look at that time, or as a clock sees them that is days off. */
function rulesAt(nowMs: number, choice: number, daysOff: number): Rule[] {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + daysOff * DAY_MS;
  const many: Rule[] = [
    requests(4, MINUTE_MS, "key:k:rpm"),
    requests(6, HOUR_MS, "rph"),
    tokens(20, MINUTE_MS, "key:k:tpm"),
    tokens(45, DAY_MS, "team:t:tpd"),
    parallel(3, "key:k:parallel"),
    daily(30n, today, { counter: "key:k:daily" }),
    budget(90n, { counter: "team:t:life" }),
    budget(25n, { counter: "key:k:soft", soft: true }),
    daysOff === 0
      ? daily(40n, today, { counter: "changing" })
      : budget(40n, { counter: "changing", duration: "30d", periodStartMs: NOW_MS - 10 * DAY_MS }),
  ];
  return many.filter((_, bit) => ((choice >> bit) & 1) === 1);
}

const take = fc
  .record({
    choice: fc.integer({ min: 1, max: 511 }),
    daysOff: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1)),
    tokens: fc.nat(9),
    cost: fc.nat(12),
    least: fc.option(fc.nat(3), { nil: null }),
    ttlMs: fc.constantFrom(1_000, 90_000, 3 * DAY_MS),
    figure: fc.nat(30),
  })
  .map(
    (ask): Command => ({
      check: () => true,
      run: async (model, { clock, store }) => {
        const { reference } = model;
        reference.tick(clock.nowMs);
        const rules = rulesAt(reference.nowMs, ask.choice, ask.daysOff);
        const least = ask.least === null ? null : { tokens: ask.least, costNanoUsd: BigInt(ask.least) };
        const request: TakeRequest = {
          rules,
          leaseId: `l${model.takes++}`,
          nowMs: clock.nowMs,
          leaseTtlMs: ask.ttlMs,
          tokens: ask.tokens,
          costNanoUsd: BigInt(ask.cost),
          ...(least ? { least } : {}),
        };
        const decide = (primed: ReadonlyMap<string, bigint>) =>
          reference.take({ ...request, id: request.leaseId, ttlMs: ask.ttlMs, least, primed });
        let verdict = await store.take(request);
        let expected = decide(new Map());
        if (verdict.kind === "unprimed") {
          expect(expected).toEqual({ kind: "unprimed", counters: verdict.budgets.map((b) => b.counter) });
          const primed = new Map(verdict.budgets.map((rule) => [rule.counter, BigInt(ask.figure)]));
          verdict = await store.take({ ...request, primed });
          expected = decide(primed);
        }
        expect(verdict.kind).toBe(expected.kind);
        if (verdict.kind === "admitted" && expected.kind === "admitted") {
          expect(verdict.lease).toMatchObject({
            tokens: expected.tokens,
            costNanoUsd: expected.costNanoUsd,
            takenAtMs: reference.nowMs,
          });
          model.leases.push(verdict.lease);
        }
        if (verdict.kind === "refused" && expected.kind === "refused") {
          const waits = verdict.refusals.map(
            ({ retryAfterMs, rule }) => [rule.counter, retryAfterMs] as const,
          );
          expect(new Map(waits)).toEqual(expected.waits);
          const ordered = waits.map(([, waitMs]) => waitMs ?? Infinity);
          expect(ordered).toEqual(ordered.toSorted((a, b) => (a === b ? 0 : b - a)));
        }
        if (verdict.kind !== "unprimed") {
          const used = verdict.states.map(({ rule, used: count }) => [rule.counter, count]);
          expect(used).toEqual(rules.map((rule) => [rule.counter, reference.used(rule)]));
        }
      },
      toString: () => `take(${JSON.stringify(ask)})`,
    }),
  );

const settle = fc
  .record({ which: fc.nat(), tokens: fc.nat(15), cost: fc.nat(20), times: fc.constantFrom(1, 2) })
  .map(
    (end): Command => ({
      check: ({ leases }) => leases.length > 0,
      run: async ({ leases, reference }, { clock, store }) => {
        const lease = leases[end.which % leases.length];
        if (!lease) return;
        for (let i = 0; i < end.times; i++) {
          if (reference.isForgotten(lease.id, clock.nowMs)) return;
          reference.tick(clock.nowMs);
          const costNanoUsd = BigInt(end.cost);
          const crossed = await store.settle(lease, { nowMs: clock.nowMs, tokens: end.tokens, costNanoUsd });
          expect(crossed.map((rule) => rule.counter)).toEqual(
            reference.settle(lease.id, end.tokens, costNanoUsd),
          );
        }
      },
      toString: () => `settle(${JSON.stringify(end)})`,
    }),
  );

/** Settlements of one turn travel as one, and end as if they had come one after the other. */
const settleMany = fc
  .array(fc.record({ which: fc.nat(), tokens: fc.nat(15), cost: fc.nat(20) }), { minLength: 2, maxLength: 6 })
  .map(
    (ends): Command => ({
      check: ({ leases }) => leases.length > 1,
      run: async ({ leases, reference }, { clock, store }) => {
        const nowMs = clock.nowMs;
        const known = ends.flatMap(({ cost, tokens, which }) => {
          const lease = leases[which % leases.length];
          const forgotten = !lease || reference.isForgotten(lease.id, nowMs);
          return forgotten ? [] : [{ lease, tokens, costNanoUsd: BigInt(cost) }];
        });
        if (known.length > 0) reference.tick(nowMs);
        const crossed = await Promise.all(
          known.map(({ lease, ...actual }) => store.settle(lease, { nowMs, ...actual })),
        );
        expect(crossed.map((rules) => rules.map((rule) => rule.counter))).toEqual(
          known.map(({ costNanoUsd, lease, tokens }) => reference.settle(lease.id, tokens, costNanoUsd)),
        );
      },
      toString: () => `settleMany(${JSON.stringify(ends)})`,
    }),
  );

const crash = fc.nat().map(
  (which): Command => ({
    check: ({ leases }) => leases.length > 0,
    // Nobody will ever settle it.
    run: async ({ leases }) => void leases.splice(which % leases.length, 1),
    toString: () => `crash(${which})`,
  }),
);

const jump = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * DAY_MS }) },
    { weight: 1, arbitrary: fc.integer({ min: -DAY_MS, max: -1 }) },
  )
  .map(
    (ms): Command => ({
      check: () => true,
      run: async (_, { clock }) => {
        clock.nowMs += ms;
      },
      toString: () => `jump(${ms})`,
    }),
  );

const operator = fc
  .record({
    counter: fc.constantFrom("key:k:daily", "team:t:life", "key:k:soft"),
    spent: fc.option(fc.nat(40), { nil: null }),
  })
  .map(
    ({ counter, spent }): Command => ({
      check: () => true,
      run: async ({ reference }, { store }) => {
        const figure = spent === null ? null : BigInt(spent);
        await store.setSpend(counter, figure);
        reference.setSpend(counter, figure);
        expect(await store.spent(counter)).toBe(reference.spent(counter));
      },
      toString: () => `setSpend(${counter}, ${spent})`,
    }),
  );

const look = fc.integer({ min: 1, max: 511 }).map(
  (choice): Command => ({
    check: () => true,
    run: async ({ reference }, { clock, store }) => {
      reference.tick(clock.nowMs);
      const rules = rulesAt(reference.nowMs, choice, 0);
      const states = await store.look(rules, clock.nowMs);
      expect(states.map((state) => state?.used ?? null)).toEqual(rules.map((rule) => reference.used(rule)));
    },
    toString: () => `look(${choice})`,
  }),
);

describe.for(storeRows)("$name", (row) => {
  describe.skipIf(row.skipped)("schedules", () => {
    const fresh = row.set();

    test("are decided as the reference decides them", async () => {
      const all = [take, take, take, settle, settle, settleMany, crash, jump, operator, look];
      await fc.assert(
        fc.asyncProperty(fc.commands(all, { maxCommands: 60, size: "+1" }), async (commands) => {
          const { clock, store } = fresh();
          const start = () => ({
            model: { reference: new Reference(), leases: [], takes: 0 },
            real: { store, clock },
          });
          await fc.asyncModelRun(start, commands);
        }),
        { numRuns: row.effort * row.effort * 20 },
      );
    }, 120_000);
  });
});
