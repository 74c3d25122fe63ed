/** Leases: what a call holds comes back when it ends, however it ends, and by itself when nobody says that it ended. */
import { describe, expect, test } from "vitest";
import type { Lease } from "#lib/admission/admission.ts";
import { admitted, budget, MINUTE_MS, parallel, requests, settle, take, tokens } from "./rules.ts";
import { NOW_MS, storeRows } from "./stores.ts";

const TTL_MS = 5_000;

describe.for(storeRows)("$name", (row) => {
  describe.skipIf(row.skipped)("leases", () => {
    const fresh = row.set();
    const all = [requests(100), tokens(100), parallel(1), budget(10n)];

    test("a settlement frees the slot, trues up tokens and turns the reservation into spend, once", async () => {
      const { store } = fresh();
      const lease = await admitted(store, all, NOW_MS, { tokens: 60, costNanoUsd: 8n });
      expect(lease).toMatchObject({ takenAtMs: NOW_MS, tokens: 60, costNanoUsd: 8n });
      for (let i = 0; i < 3; i++) await settle(store, lease, NOW_MS, 25, 3n);
      const states = await store.look(all, NOW_MS);
      expect(states.map((state) => state?.used)).toEqual([1, 25, 0, 3n]);
      expect(states.map((state) => state?.remaining)).toEqual([99, 75, 1, 7n]);
      // Seven are left to reserve, and not one more.
      expect((await take(store, all, NOW_MS, { costNanoUsd: 8n })).kind).toBe("refused");
      expect((await take(store, all, NOW_MS, { costNanoUsd: 7n })).kind).toBe("admitted");
    });

    test("one that is never settled frees itself: slot and money come back, tokens stay counted", async () => {
      const { clock, store } = fresh();
      const lease = await admitted(store, all, NOW_MS, { leaseTtlMs: TTL_MS, tokens: 60, costNanoUsd: 8n });
      clock.nowMs = NOW_MS + TTL_MS - 1;
      const before = await take(store, all, clock.nowMs, { costNanoUsd: 8n });
      if (before.kind !== "refused") throw new Error(`the second call was ${before.kind}`);
      expect(before.refusals.map(({ rule }) => rule.metric).sort()).toEqual(["budget", "parallel"]);
      clock.nowMs += 1;
      expect((await take(store, all, clock.nowMs, { tokens: 5, costNanoUsd: 8n })).kind).toBe("admitted");
      // The late settlement of the first call counts what it spent, once, and takes nothing from the second.
      for (let times = 0; times < 2; times++)
        expect(await settle(store, lease, clock.nowMs, 1, 8n)).toEqual([]);
      expect((await store.look(all, clock.nowMs)).map((state) => state?.used)).toEqual([2, 6, 1, 8n]);
    });

    test("one that is renewed keeps its slot and its money, however long the call runs", async () => {
      const { clock, store } = fresh();
      const lease = await admitted(store, all, NOW_MS, { leaseTtlMs: TTL_MS, costNanoUsd: 8n });
      for (let times = 0; times < 5; times++) {
        clock.nowMs += TTL_MS - 1;
        await store.renew(clock.nowMs, TTL_MS);
        expect((await take(store, all, clock.nowMs, { costNanoUsd: 8n })).kind).toBe("refused");
      }
      await settle(store, lease, clock.nowMs, 1, 0n);
      await store.renew(clock.nowMs, TTL_MS);
      expect((await take(store, all, clock.nowMs, { costNanoUsd: 8n })).kind).toBe("admitted");
    });

    test("a candidate that another one stood in for is charged nothing", async () => {
      const { store } = fresh();
      const own = budget(100n, { counter: "own", subject: { kind: "deployment", id: "d", name: "d" } });
      const shared = budget(100n, { counter: "shared" });
      const lease = await admitted(store, [shared, own], NOW_MS, { costNanoUsd: 8n });
      await store.settle(lease, { nowMs: NOW_MS, tokens: 1, costNanoUsd: 5n, candidateCostNanoUsd: 0n });
      expect([await store.spent("shared"), await store.spent("own")]).toEqual([5n, 0n]);
    });

    test("one lease's end frees no other's", async () => {
      const { clock, store } = fresh();
      const rules = [parallel(3)];
      const short = { leaseTtlMs: TTL_MS };
      await admitted(store, rules, NOW_MS, short);
      const second = await admitted(store, rules, NOW_MS);
      await admitted(store, rules, NOW_MS);
      clock.nowMs = NOW_MS + TTL_MS;
      expect((await store.look(rules, clock.nowMs))[0]?.used).toBe(2);
      await settle(store, second, clock.nowMs, 0, 0n);
      expect((await store.look(rules, clock.nowMs))[0]?.used).toBe(1);
    });

    test("an id that comes twice names two leases", async () => {
      const { store } = fresh();
      const rules = [parallel(2)];
      const same = { leaseId: "same" };
      const first = await admitted(store, rules, NOW_MS, same);
      const second = await admitted(store, rules, NOW_MS, same);
      expect((await take(store, rules, NOW_MS, same)).kind).toBe("refused");
      await settle(store, first, NOW_MS, 0, 0n);
      await settle(store, first, NOW_MS, 0, 0n);
      expect((await store.look(rules, NOW_MS))[0]?.used).toBe(1);
      await settle(store, second, NOW_MS, 0, 0n);
      expect((await store.look(rules, NOW_MS))[0]?.used).toBe(0);
    });

    test("a look takes nothing and tells where rules stand", async () => {
      const { store } = fresh();
      const rules = [requests(3), parallel(2), budget(5n, { counter: "never" })];
      for (let i = 0; i < 3; i++)
        expect(await store.look(rules, NOW_MS)).toEqual([
          { rule: rules[0], used: 0, remaining: 3, resetMs: 0 },
          { rule: rules[1], used: 0, remaining: 2, resetMs: null },
          null,
        ]);
      await admitted(store, rules.slice(0, 2), NOW_MS);
      const [window, slots] = await store.look(rules, NOW_MS);
      expect(window).toMatchObject({ used: 1, remaining: 2 });
      expect(window?.resetMs).toBe(61_000);
      expect(slots).toMatchObject({ used: 1, remaining: 1, resetMs: null });
    });

    test("names of any letters are names, also those that break a line", async () => {
      const { store } = fresh();
      const rules = ["a b", "a\nb", "a%0Ab", "p 0 - - é🙂", "*"].map((name) => parallel(1, `tag:${name}`));
      const leases = await Promise.all(rules.map((rule) => admitted(store, [rule], NOW_MS)));
      for (const lease of leases) await settle(store, lease, NOW_MS, 0, 0n);
      const states = await store.look(rules, NOW_MS);
      expect(states.map((state) => state?.used)).toEqual([0, 0, 0, 0, 0]);
    });

    test("calls ended in every way leave no slot taken and no money reserved", async () => {
      const { clock, command, store, tag } = fresh();
      const rules = [tokens(10 ** 9), parallel(10 ** 6), budget(10n ** 15n)];
      const calls = row.effort * 1_000;
      let open: Lease[] = [];
      let spent = 0n;
      for (let n = 0; n < calls; n++) {
        const lease = await admitted(store, rules, clock.nowMs, {
          leaseTtlMs: TTL_MS,
          tokens: n % 100,
          costNanoUsd: BigInt(n % 1000),
        });
        clock.nowMs += n % 3;
        // A third is answered, a third is cut and settled twice, of the rest some end later and some never.
        if (n % 3 === 0) await settle(store, lease, clock.nowMs, n % 50, 2n);
        else if (n % 3 === 1)
          await Promise.all([
            settle(store, lease, clock.nowMs, 0, 0n),
            settle(store, lease, clock.nowMs, 0, 0n),
          ]);
        else open.push(lease);
        if (n % 3 === 0) spent += 2n;
        if (open.length > 40) {
          for (const late of open.splice(0, 20)) {
            await settle(store, late, clock.nowMs, 1, 1n);
            spent += 1n;
          }
          open = open.slice(10);
        }
      }
      clock.nowMs += TTL_MS;
      const [, slots, money] = await store.look(rules, clock.nowMs);
      expect([slots?.used, money?.used]).toEqual([0, spent]);
      const rest = await take(store, rules.slice(2), clock.nowMs, { costNanoUsd: 10n ** 15n - spent });
      expect(rest.kind).toBe("admitted");
      if (rest.kind === "admitted") await settle(store, rest.lease, clock.nowMs, 0, 0n);
      clock.nowMs += 2 * MINUTE_MS;
      // Those of calls that crashed wait, given back, for a settlement that may still come; none is open.
      if (command) expect(Number(await command("ZCARD", `${tag}leases`))).toBe(0);
    }, 60_000);
  });
});
