/** The breaker, by a clock that the test moves: how long anybody waits, who decides meanwhile, and what is made good after. */
import { describe, expect, test } from "vitest";
import type { Verdict } from "#lib/admission/admission.ts";
import { GuardedAdmission, type OutagePolicy, type SharedStore } from "#lib/admission/guarded.ts";
import { MemoryAdmission } from "#lib/admission/memory.ts";
import { StoreAwayError } from "#lib/admission/store-away.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { manualTimers } from "./manual-timers.ts";
import { admitted, budget, leaseOf, parallel, requests, settle, take } from "./rules.ts";

type State = "well" | "silent" | "failing";

/** A shared store that other instances use as well, and that goes away when it is told to. */
function sharedStore(instances: number) {
  const memory = new MemoryAdmission();
  const calls: string[] = [];
  const silent: (() => void)[] = [];
  let state: State = "well";
  const answer = <T>(name: string, work: () => T): Promise<T> => {
    calls.push(name);
    if (state === "failing") return Promise.reject(new StoreAwayError("the connection is closed"));
    if (state === "well") return Promise.resolve(work());
    return new Promise((resolve) => silent.push(() => resolve(work())));
  };
  const store: SharedStore = {
    take: (request) => answer("take", () => memory.take(request)),
    settle: (lease, actual) => answer("settle", () => memory.settle(lease, actual)),
    renew: (nowMs, ttlMs) => answer("renew", () => memory.renew(nowMs, ttlMs)),
    look: (rules) => answer("look", () => memory.look(rules, 0)),
    setSpend: (counter, spent) => answer("setSpend", () => memory.setSpend(counter, spent)),
    spent: (counter) => answer("spent", () => memory.spent(counter)),
    erase: (kind, id) => answer("erase", () => memory.erase(kind, id)),
    forget: (counters) =>
      answer(`forget ${counters.join(" ")}`, () => {
        for (const counter of counters) memory.setSpend(counter, null);
      }),
    beat: () => answer("beat", () => instances),
    reconnect: () => void calls.push("reconnect"),
    close: async () => undefined,
  };
  return {
    memory,
    store,
    calls,
    become: (next: State) => {
      state = next;
    },
    /** Says at last what it was asked while it was silent. */
    speak: () => {
      for (const say of silent.splice(0)) say();
    },
  };
}

function setting(policy: OutagePolicy = "local", instances = 3) {
  const clock = manualClock();
  const timers = manualTimers(clock);
  const shared = sharedStore(instances);
  const guarded = new GuardedAdmission({
    store: shared.store,
    policy: () => policy,
    instance: "one",
    clock,
    timers,
  });
  const changes: boolean[] = [];
  guarded.onChange((away) => changes.push(away));
  return { clock, timers, guarded, changes, ...shared };
}

/** Whether a promise has ended yet. */
async function ended(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  promise.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  await new Promise(setImmediate);
  return over;
}

const all = [requests(9), parallel(7), budget(100n)];

test("while the store answers, its word counts and nothing is local", async () => {
  const { clock, guarded, memory } = setting();
  await guarded.start();
  const verdict = await take(guarded, all, clock.now());
  expect(verdict).not.toHaveProperty("local");
  await guarded.settle(leaseOf(verdict), { nowMs: clock.now(), tokens: 1, costNanoUsd: 5n });
  expect(await guarded.spent("budget")).toBe(5n);
  expect(memory.look(all, clock.now()).map((state) => state?.used)).toEqual([1, 0, 5n]);
  expect(guarded.away).toBe(false);
  expect(guarded.figures).toEqual({ instances: 3, waiting: 0, dropped: 0 });
});

test("a silent store is waited for 50 ms by the calls that are there, and by none after them", async () => {
  const { become, calls, changes, clock, guarded, timers } = setting();
  await guarded.start();
  become("silent");
  const waiting = Array.from({ length: 5 }, () => take(guarded, all.slice(0, 2), clock.now()));
  await timers.pass(49);
  expect(await Promise.all(waiting.map(ended))).toEqual([false, false, false, false, false]);
  await timers.pass(1);
  const verdicts = await Promise.all(waiting);
  expect([guarded.away, changes]).toEqual([true, [true]]);
  // A third of nine: three instances share the ceiling.
  expect(verdicts.map((verdict) => verdict.kind)).toEqual([
    "admitted",
    "admitted",
    "admitted",
    "refused",
    "refused",
  ]);
  for (const verdict of verdicts)
    expect(verdict).toMatchObject({
      local: true,
      states: [{ rule: { ceiling: 3 } }, { rule: { ceiling: 3 } }],
    });
  const before = calls.length;
  expect(await ended(take(guarded, all.slice(0, 2), clock.now()))).toBe(true);
  expect(calls.length).toBe(before);
});

test("what the store admitted too late is given back", async () => {
  const { become, clock, guarded, memory, speak, timers } = setting();
  await guarded.start();
  become("silent");
  const rules = [parallel(1)];
  const call = take(guarded, rules, clock.now());
  await timers.pass(50);
  const lease = leaseOf(await call);
  become("well");
  speak();
  await new Promise(setImmediate);
  expect(memory.look(rules, clock.now())[0]?.used).toBe(0);
  // The call itself holds the local slot until it ends.
  expect((await take(guarded, rules, clock.now())).kind).toBe("refused");
  await settle(guarded, lease, clock.now(), 1, 0n);
  expect((await take(guarded, rules, clock.now())).kind).toBe("admitted");
});

test("probes come at growing distances, renew the connection now and then, and end the outage", async () => {
  const { become, calls, changes, clock, guarded, timers } = setting();
  await guarded.start();
  become("failing");
  await take(guarded, all.slice(0, 1), clock.now());
  calls.length = 0;
  const probes: number[] = [];
  for (let passed = 0; passed < 30_000; passed += 100) {
    const before = calls.filter((call) => call === "beat").length;
    await timers.pass(100);
    if (calls.filter((call) => call === "beat").length > before) probes.push(passed + 100);
  }
  expect(probes).toEqual([100, 300, 700, 1500, 3100, 6300, 11300, 16300, 21300, 26300]);
  expect(calls.filter((call) => call === "reconnect")).toHaveLength(2);
  become("well");
  await timers.pass(5_000);
  expect([guarded.away, changes]).toEqual([false, [true, false]]);
  expect(await take(guarded, all.slice(0, 1), clock.now())).not.toHaveProperty("local");
});

describe("limits_on_store_outage", () => {
  test("closed: calls are refused with an error that says why", async () => {
    const { become, clock, guarded } = setting("closed");
    await guarded.start();
    become("failing");
    await expect(take(guarded, all, clock.now())).rejects.toThrow(/limits_on_store_outage is closed/);
    await expect(take(guarded, all, clock.now())).rejects.toThrow(StoreAwayError);
    expect(await guarded.look(all, clock.now())).toEqual([null, null, null]);
  });

  test("open: calls are admitted without a word about limits, and their budgets asked again later", async () => {
    const { become, calls, clock, guarded, timers } = setting("open");
    await guarded.start();
    become("failing");
    const verdicts: Verdict[] = [];
    for (let i = 0; i < 20; i++)
      verdicts.push(
        await guarded.take({
          rules: all,
          leaseId: `o${i}`,
          nowMs: clock.now(),
          leaseTtlMs: 1000,
          tokens: 1,
          costNanoUsd: 99n,
        }),
      );
    for (const verdict of verdicts)
      expect(verdict).toMatchObject({ kind: "admitted", states: [], local: true });
    for (const verdict of verdicts)
      expect(await settle(guarded, leaseOf(verdict), clock.now(), 1, 99n)).toEqual([]);
    become("well");
    await timers.pass(100);
    expect(calls).toContain("forget budget");
  });

  test("local: a budget keeps its whole ceiling and is asked of the ledger again every few seconds", async () => {
    const { become, clock, guarded, timers } = setting();
    await guarded.start();
    become("failing");
    const rules = [budget(100n)];
    const ask = (primed?: bigint) =>
      guarded.take({
        rules,
        leaseId: `p${clock.monotonic()}${primed}`,
        nowMs: clock.now(),
        leaseTtlMs: 60_000,
        tokens: 1,
        costNanoUsd: 60n,
        ...(primed === undefined ? {} : { primed: new Map([["budget", primed]]) }),
      });
    expect((await ask()).kind).toBe("unprimed");
    const verdict = await ask(40n);
    expect(verdict.kind).toBe("admitted");
    expect((await ask()).kind).toBe("refused");
    await settle(guarded, leaseOf(verdict), clock.now(), 1, 0n);
    expect((await ask()).kind).toBe("admitted");
    await timers.pass(3_000);
    expect((await ask()).kind).toBe("unprimed");
    // The others have spent meanwhile.
    expect((await ask(90n)).kind).toBe("refused");
  });
});

test("when the store is back: settlements are sent, touched budgets are asked again, at once and once more", async () => {
  const { become, calls, clock, guarded, memory, timers } = setting();
  await guarded.start();
  const shared = await admitted(guarded, all, clock.now(), { costNanoUsd: 10n });
  become("failing");
  const local = await admitted(guarded, [budget(100n, { counter: "team" })], clock.now(), {
    costNanoUsd: 10n,
  });
  expect(await settle(guarded, shared, clock.now(), 1, 7n)).toEqual([]);
  await guarded.setSpend("user", 3n);
  expect(guarded.figures).toMatchObject({ waiting: 1, dropped: 0 });
  become("well");
  calls.length = 0;
  await timers.pass(100);
  expect(guarded.away).toBe(false);
  expect(calls).toEqual(["beat", "settle", "forget team budget user"]);
  expect(guarded.figures).toMatchObject({ waiting: 0, dropped: 0 });
  expect(memory.look(all, clock.now()).map((state) => state?.used)).toEqual([1, 0, undefined]);
  // The local call ends after the outage: its record is on its way to the ledger, so its budget is asked again, twice.
  await settle(guarded, local, clock.now(), 1, 10n);
  calls.length = 0;
  await timers.pass(10_000);
  expect(calls.filter((call) => call.startsWith("forget"))).toEqual([
    "forget team budget user",
    "forget team",
  ]);
});

test("a settlement that fails again and again is dropped, and holds nothing up", async () => {
  const { clock, guarded, store, timers } = setting();
  await guarded.start();
  const lease = await admitted(guarded, all, clock.now());
  let tries = 0;
  store.settle = () => {
    tries += 1;
    return Promise.reject(new StoreAwayError("no"));
  };
  expect(await settle(guarded, lease, clock.now(), 1, 1n)).toEqual([]);
  await timers.pass(60_000);
  expect(tries).toBe(3);
  expect(guarded.away).toBe(false);
  expect(guarded.figures).toMatchObject({ waiting: 0, dropped: 1 });
});

test("a store that is away at the start is found to be, after two seconds, and calls go on without it", async () => {
  const { become, changes, clock, guarded, timers } = setting();
  become("failing");
  const started = guarded.start();
  for (let passed = 0; passed < 1_900; passed += 20) await timers.pass(20);
  expect(await ended(started)).toBe(false);
  for (let passed = 0; passed < 200; passed += 20) await timers.pass(20);
  expect(await ended(started)).toBe(true);
  expect([guarded.away, changes]).toEqual([true, [true]]);
  expect(await take(guarded, all, clock.now())).toMatchObject({ kind: "admitted", local: true });
});

test("a store that goes away while nobody calls is noticed by the signs of life", async () => {
  const { become, guarded, timers } = setting();
  await guarded.start();
  become("silent");
  await timers.pass(2_049);
  expect(guarded.away).toBe(false);
  await timers.pass(1);
  expect(guarded.away).toBe(true);
});

test("closing signs off and leaves no timer behind", async () => {
  const { calls, guarded, timers } = setting();
  await guarded.start();
  calls.length = 0;
  await guarded.close();
  expect(calls).toEqual(["beat"]);
  expect(timers.due()).toEqual([]);
});
