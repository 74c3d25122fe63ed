/** Budgets: nobody spends what the ledger was not asked about, periods begin by themselves, soft budgets only tell. */
import { describe, expect, test } from "vitest";
import type { AdmissionStore, Rule } from "#lib/admission/admission.ts";
import { admitted, budget, DAY_MS, daily, leaseOf, settle, take, tokens } from "./rules.ts";
import { NOW_MS, storeRows } from "./stores.ts";

const TODAY_MS = Date.UTC(2026, 5, 15);
let ids = 0;
const ask = (store: AdmissionStore, rules: readonly Rule[], primed?: Record<string, bigint>, cost = 1n) =>
  store.take({
    rules,
    leaseId: `budget-${ids++}`,
    nowMs: NOW_MS,
    leaseTtlMs: 60_000,
    tokens: 1,
    costNanoUsd: cost,
    ...(primed ? { primed: new Map(Object.entries(primed)) } : {}),
  });

describe.for(storeRows)("$name", (row) => {
  describe.skipIf(row.skipped)("budgets", () => {
    const fresh = row.set();

    test("a budget that nobody told the store about takes nothing and asks for its spend", async () => {
      const { store } = fresh();
      const rules = [tokens(5), budget(10n), budget(20n, { counter: "team" })];
      expect(await ask(store, rules)).toEqual({ kind: "unprimed", budgets: rules.slice(1) });
      expect(await ask(store, rules, { budget: 4n })).toEqual({ kind: "unprimed", budgets: rules.slice(2) });
      expect((await store.look(rules, NOW_MS)).map((state) => state?.used)).toEqual([0, 4n, undefined]);
      const verdict = await ask(store, rules, { budget: 9n, team: 20n });
      // The figure of the first was known by then, and stays; the second has no room.
      expect(verdict.kind === "refused" && verdict.refusals).toMatchObject([
        { rule: { counter: "team" }, used: 20n, remaining: 0n, resetMs: null, retryAfterMs: null },
      ]);
      expect(await store.spent("budget")).toBe(4n);
      expect(await store.spent("nobody")).toBeNull();
    });

    test("spend that an operator sets counts at once, and reservations stay", async () => {
      const { store } = fresh();
      const rules = [budget(10n)];
      const lease = leaseOf(await ask(store, rules, { budget: 9n }, 1n));
      await store.setSpend("budget", 2n);
      expect(await store.spent("budget")).toBe(2n);
      expect((await ask(store, rules, undefined, 8n)).kind).toBe("refused");
      expect((await ask(store, rules, undefined, 7n)).kind).toBe("admitted");
      await store.setSpend("budget", null);
      expect(await store.spent("budget")).toBeNull();
      expect(await store.look(rules, NOW_MS)).toEqual([null]);
      // What is unknown stays so until the ledger is asked.
      await store.setSpend("budget", 0n);
      expect((await ask(store, rules)).kind).toBe("unprimed");
      expect((await ask(store, rules, { budget: 0n }, 3n)).kind).toBe("refused");
      await settle(store, lease, NOW_MS, 1, 1n);
      expect((await ask(store, rules, undefined, 2n)).kind).toBe("admitted");
      await store.setSpend("never made", 5n);
      expect(await store.spent("never made")).toBeNull();
    });

    test("a new period starts with nothing spent; what is reserved stays reserved", async () => {
      const { clock, store } = fresh();
      const today = daily(10n, TODAY_MS);
      const tomorrow = daily(10n, TODAY_MS + DAY_MS);
      const spent = await admitted(store, [today], NOW_MS, { costNanoUsd: 6n });
      await settle(store, spent, NOW_MS, 1, 6n);
      const long = { costNanoUsd: 4n, leaseTtlMs: DAY_MS };
      const running = await admitted(store, [today], NOW_MS, long);
      clock.nowMs = TODAY_MS + DAY_MS;
      expect((await store.look([tomorrow], clock.nowMs))[0]).toMatchObject({ used: 0n, remaining: 10n });
      expect((await take(store, [tomorrow], clock.nowMs, { costNanoUsd: 7n })).kind).toBe("refused");
      const verdict = await take(store, [tomorrow], clock.nowMs, { costNanoUsd: 6n });
      expect(verdict).toMatchObject({ kind: "admitted", states: [{ used: 0n, resetMs: DAY_MS }] });
      // A call belongs to the period it began in.
      await settle(store, running, clock.nowMs, 1, 4n);
      expect(await store.spent("budget")).toBe(0n);
      await settle(store, leaseOf(verdict), clock.nowMs, 1, 5n);
      expect(await store.spent("budget")).toBe(5n);
    });

    test("a period that is older than the running one counts in the running one", async () => {
      const { store } = fresh();
      const now = daily(10n, TODAY_MS);
      const late = daily(10n, TODAY_MS - DAY_MS);
      await settle(store, await admitted(store, [now], NOW_MS, { costNanoUsd: 6n }), NOW_MS, 1, 6n);
      expect((await take(store, [late], NOW_MS, { costNanoUsd: 5n })).kind).toBe("refused");
      const lease = await admitted(store, [late], NOW_MS, { costNanoUsd: 4n });
      expect((await take(store, [now], NOW_MS, { costNanoUsd: 1n })).kind).toBe("refused");
      await settle(store, lease, NOW_MS, 1, 4n);
      expect(await store.spent("budget")).toBe(6n);
    });

    test("a changed duration asks the ledger again, and keeps what is reserved", async () => {
      const { store } = fresh();
      const today = daily(10n, TODAY_MS);
      const monthly = daily(10n, Date.UTC(2026, 5, 1), { duration: "30d" });
      const running = await admitted(store, [today], NOW_MS, { costNanoUsd: 3n });
      expect(await ask(store, [monthly])).toEqual({ kind: "unprimed", budgets: [monthly] });
      expect(await store.look([monthly], NOW_MS)).toEqual([null]);
      expect((await ask(store, [monthly], { budget: 4n }, 4n)).kind).toBe("refused");
      expect((await ask(store, [monthly], undefined, 3n)).kind).toBe("admitted");
      expect(await ask(store, [budget(10n)])).toMatchObject({ kind: "unprimed" });
      expect((await ask(store, [budget(10n)], { budget: 0n }, 4n)).kind).toBe("admitted");
      // Without periods everything counts.
      await settle(store, running, NOW_MS, 1, 3n);
      expect(await store.spent("budget")).toBe(3n);
    });

    test("a ceiling of 0 refuses a call that costs nothing; waiting helps where others only reserve", async () => {
      const { store } = fresh();
      expect((await take(store, [budget(0n)], NOW_MS, { costNanoUsd: 0n })).kind).toBe("refused");
      const rules = [daily(10n, TODAY_MS, { counter: "d" })];
      const lease = await admitted(store, rules, NOW_MS, { costNanoUsd: 10n });
      const untilReset = TODAY_MS + DAY_MS - NOW_MS;
      const waiting = await take(store, rules, NOW_MS);
      expect(waiting).toMatchObject({ refusals: [{ retryAfterMs: 1000, resetMs: untilReset, used: 0n }] });
      await settle(store, lease, NOW_MS, 1, 10n);
      const spent = await take(store, rules, NOW_MS, { costNanoUsd: 0n });
      expect(spent).toMatchObject({ refusals: [{ retryAfterMs: untilReset, remaining: 0n }] });
    });

    test("money is exact beyond the numbers that a double holds", async () => {
      const { store } = fresh();
      const huge = 9_007_199_254_740_993n;
      const rules = [budget(huge * 2n + 1n)];
      const lease = leaseOf(await ask(store, rules, { budget: huge }, huge - 2n));
      expect((await ask(store, rules, undefined, 4n)).kind).toBe("refused");
      expect((await ask(store, rules, undefined, 3n)).kind).toBe("admitted");
      await settle(store, lease, NOW_MS, 1, huge - 4n);
      expect(await store.spent("budget")).toBe(huge * 2n - 4n);
      expect((await ask(store, rules, undefined, 3n)).kind).toBe("refused");
      expect((await ask(store, rules, undefined, 2n)).kind).toBe("admitted");
    });

    test("a call that does not bound itself takes what is left, down to its least", async () => {
      const { store } = fresh();
      const rules = [tokens(100), budget(50n), budget(1n, { counter: "soft", soft: true })];
      const more = { tokens: 80, costNanoUsd: 40n, least: { tokens: 10, costNanoUsd: 5n } };
      expect(await admitted(store, rules, NOW_MS, more)).toMatchObject({ tokens: 80, costNanoUsd: 40n });
      expect(await admitted(store, rules, NOW_MS, more)).toMatchObject({ tokens: 20, costNanoUsd: 10n });
      const verdict = await take(store, rules, NOW_MS, more);
      expect(verdict.kind === "refused" && verdict.refusals.map(({ rule }) => rule.metric)).toEqual([
        "tokens",
        "budget",
      ]);
    });

    test("a call of any size harms nobody: refused by a hard budget, no matter to a soft one", async () => {
      const { store } = fresh();
      const soft = budget(10n, { counter: "soft", soft: true });
      const absurd = { tokens: 1e300, costNanoUsd: 10n ** 30n };
      expect((await take(store, [tokens(5), budget(5n)], NOW_MS, absurd)).kind).toBe("refused");
      for (let i = 0; i < 2_000; i += 100)
        await Promise.all(
          Array.from({ length: 100 }, () => admitted(store, [soft], NOW_MS, { costNanoUsd: 10n ** 30n })),
        );
      expect((await take(store, [tokens(5), budget(5n), soft], NOW_MS)).kind).toBe("admitted");
    });

    test("a soft budget never refuses, and tells the one settlement that crosses it", async () => {
      const { store } = fresh();
      const soft = budget(10n, { counter: "soft", soft: true });
      const hard = budget(1000n);
      const spend = async (cost: bigint) => {
        const lease = await admitted(store, [hard, soft], NOW_MS, { costNanoUsd: 100n });
        return settle(store, lease, NOW_MS, 1, cost);
      };
      expect(await spend(9n)).toEqual([]);
      expect(await spend(0n)).toEqual([]);
      expect(await spend(1n)).toEqual([soft]);
      expect(await spend(5n)).toEqual([]);
      expect((await store.look([soft], NOW_MS))[0]).toMatchObject({ used: 15n, remaining: 0n });
      await store.setSpend("soft", 0n);
      expect(await spend(100n)).toEqual([soft]);
    });
  });
});
