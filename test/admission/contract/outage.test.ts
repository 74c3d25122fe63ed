/** A real Redis that is stopped in its tracks, killed and started again: calls go on, and its counters are made good. */
import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { GuardedAdmission } from "#lib/admission/guarded.ts";
import { RedisAdmission } from "#lib/admission/redis.ts";
import { RedisTcp } from "#lib/admission/redis-tcp.ts";
import { systemTimers } from "#lib/admission/timers.ts";
import { systemClock } from "#lib/clock.ts";
import { until } from "#test/helpers/house.ts";
import { startRedis, type TestRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { admitted, budget, parallel, requests, settle, take } from "./rules.ts";

async function guardedOn(redis: TestRedis, namespace: string = randomUUID()) {
  const transport = new RedisTcp({
    urls: [redis.url],
    // Faults are what these tests make.
    onError: () => undefined,
  });
  const guarded = new GuardedAdmission({
    store: new RedisAdmission({ transport, clock: null, namespace }),
    policy: () => "local",
    instance: randomUUID(),
    clock: systemClock,
    timers: systemTimers,
  });
  onTestFinished(() => guarded.close());
  await guarded.start();
  expect(guarded.away).toBe(false);
  return guarded;
}

const now = () => systemClock.now();

describe.skipIf(services.redis === null)("Redis", () => {
  test("stopped in its tracks: no call hangs, two instances take half each, and recovery asks the ledger again", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const namespace = randomUUID();
    const guarded = await guardedOn(redis, namespace);
    const twin = await guardedOn(redis, namespace);
    await until("both know of each other", () => guarded.figures.instances === 2);
    const rules = [requests(20), parallel(50), budget(1000n)];
    const before = await admitted(guarded, rules, now(), { costNanoUsd: 5n });
    redis.pause();
    const startedMs = performance.now();
    const verdicts = await Promise.all(
      [guarded, twin].flatMap((store) => Array.from({ length: 100 }, () => take(store, rules, now()))),
    );
    // 50 ms each and all at once; the machine may be busy.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    const passed = verdicts.filter(({ kind }) => kind === "admitted");
    expect(passed).toHaveLength(20);
    for (const verdict of verdicts) expect(verdict).toHaveProperty("local", true);
    expect(await settle(guarded, before, now(), 1, 5n)).toEqual([]);
    expect([guarded.away, twin.away]).toEqual([true, true]);
    redis.resume();
    await until("the store is back", () => !guarded.away && !twin.away);
    expect(await guarded.spent("budget")).toBeNull();
    const after = await take(guarded, rules.slice(1), now());
    expect(after.kind).toBe("admitted");
    expect(after).not.toHaveProperty("local");
    // The slot of the call that was settled meanwhile is free, and so are those of takes that came too late.
    await until("late takes are given back", async () => (await guarded.look(rules, now()))[1]?.used === 1);
  });

  test("silent for good: the gateway can still be closed", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const guarded = await guardedOn(redis);
    await take(guarded, [requests(5)], now());
    redis.pause();
    const waiting = take(guarded, [requests(5)], now());
    await guarded.close();
    expect(await waiting).toMatchObject({ kind: "admitted", local: true });
  });

  test("killed and started again, empty: calls go on before, between and after", async () => {
    const redis = await startRedis();
    const guarded = await guardedOn(redis);
    const rules = [requests(100), budget(1000n)];
    const lease = await admitted(guarded, rules, now());
    await redis.close();
    expect(await take(guarded, rules, now())).toMatchObject({ kind: "admitted", local: true });
    expect(await settle(guarded, lease, now(), 1, 1n)).toEqual([]);
    const again = await startRedis({ port: redis.port });
    onTestFinished(() => again.close());
    await until("the store is back", () => !guarded.away);
    const verdict = await take(guarded, rules, now());
    expect(verdict).toMatchObject({ kind: "admitted", states: [{ used: 1 }, { used: 0n }] });
    expect(verdict).not.toHaveProperty("local");
  });
});
