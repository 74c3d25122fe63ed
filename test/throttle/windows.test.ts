/**
 * The throttle admits exactly what a policy says, in memory and in Redis alike, and a Redis that is slow or gone neither
 * opens the door nor holds anybody up.
 */
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "#lib/clock.ts";
import type { SharedStore } from "#lib/config/config.ts";
import { type Log, silentLog } from "#lib/log.ts";
import { MemoryWindows } from "#lib/throttle/memory-window.ts";
import { defaultThrottle, type ThrottleLimits } from "#lib/throttle/policies.ts";
import { createThrottle, openThrottle, type Throttle } from "#lib/throttle/throttle.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { startUpstashBridge } from "#test/helpers/upstash-bridge.ts";

const LIMIT = { limit: 5, windowMs: 60_000 };

describe("the window in memory", () => {
  test("admits so many and no more, counts no refused one, and says when there is room", () => {
    const windows = new MemoryWindows();
    const nowMs = 600_000 + 15_000;
    const states = Array.from({ length: 9 }, () => windows.take("a", LIMIT, nowMs));
    expect(states.map((state) => state.allowed)).toEqual([...Array(5).fill(true), ...Array(4).fill(false)]);
    expect(states.map((state) => state.remaining)).toEqual([4, 3, 2, 1, 0, 0, 0, 0, 0]);
    const resetMs = states.at(-1)?.resetMs ?? 0;
    expect(windows.take("a", LIMIT, nowMs + resetMs - 2).allowed).toBe(false);
    expect(windows.take("a", LIMIT, nowMs + resetMs).allowed).toBe(true);
    expect(windows.take("b", LIMIT, nowMs).allowed).toBe(true);
  });

  test("slides: what was taken late in one minute still counts early in the next", () => {
    const windows = new MemoryWindows();
    for (let n = 0; n < 5; n++) windows.take("a", LIMIT, 119_000);
    const early = Array.from({ length: 9 }, () => windows.take("a", LIMIT, 120_000 + 6_000).allowed);
    expect(early.filter(Boolean)).toHaveLength(1);
    const later = Array.from({ length: 9 }, () => windows.take("a", LIMIT, 180_000).allowed);
    expect(later.filter(Boolean)).toHaveLength(4);
  });

  test("stays small however many addresses come", () => {
    const windows = new MemoryWindows(1_000);
    for (let n = 0; n < 20_000; n++) windows.take(`address ${n}`, LIMIT, 600_000);
    expect(windows.size).toBeLessThanOrEqual(1_000);
    windows.take("the last", LIMIT, 600_000);
    for (let n = 0; n < 4; n++) windows.take("the last", LIMIT, 600_000);
    expect(windows.take("the last", LIMIT, 600_000).allowed).toBe(false);
  });
});

describe("policies", () => {
  test("are read at each take, and `off` admits everything", async () => {
    let limits: ThrottleLimits = { ...defaultThrottle(), sign_in: { limit: 2, windowMs: 60_000 } };
    const throttle = createThrottle({ limits: () => limits, clock: manualClock(), log: silentLog }, null);
    const three = async () => [
      (await throttle.take("sign_in", "ip")).allowed,
      (await throttle.take("sign_in", "ip")).allowed,
      (await throttle.take("sign_in", "ip")).allowed,
    ];
    expect(await three()).toEqual([true, true, false]);
    expect((await throttle.take("set_up", "ip")).allowed).toBe(true);
    limits = { ...limits, sign_in: null };
    expect(await three()).toEqual([true, true, true]);
  });
});

describe.skipIf(services.redis === null)("over a real Redis", async () => {
  const limits = { ...defaultThrottle(), key_api: { limit: 20, windowMs: 3_600_000 } };
  const redis = await startRedis();
  afterAll(() => redis.close());
  const bridge = await startUpstashBridge(redis.url);
  afterAll(() => bridge.close());
  const stores: readonly SharedStore[] = [
    { kind: "redis", url: redis.url },
    { kind: "upstash", url: bridge.url, token: bridge.token },
  ];

  async function open(store: SharedStore, log: Log = silentLog): Promise<Throttle> {
    const throttle = await openThrottle({ limits: () => limits, store, clock: systemClock, log });
    onTestFinished(() => throttle.close());
    return throttle;
  }

  test.each(stores)(
    "two processes' takes are one count, and no name in it tells who ($kind)",
    async (store) => {
      await redis.client.flushAll();
      const [one, two] = [await open(store), await open(store)];
      const takes = Array.from({ length: 50 }, (_, n) =>
        (n % 2 === 0 ? one : two).take("key_api", "10.1.2.3"),
      );
      const admitted = (await Promise.all(takes)).filter((verdict) => verdict.allowed);
      expect(admitted).toHaveLength(20);
      const keys = await redis.client.keys("*");
      expect(keys).toHaveLength(1);
      expect(keys[0]).toMatch(/^shin:throttle:\{key_api:[\w-]{22}\}:\d+$/);
    },
  );

  test.each(stores)(
    "a frozen $kind costs one short wait, is said once, and this process counts on",
    async (store) => {
      const lines: string[] = [];
      const warn = (_: object, text: string) => void lines.push(text);
      const throttle = await open(store, { ...silentLog, warn, info: warn } as Log);
      expect((await throttle.take("key_api", `before ${store.kind}`)).remaining).toBe(19);
      redis.pause();
      onTestFinished(() => redis.resume());
      const startedMs = performance.now();
      const admitted: boolean[] = [];
      for (let n = 0; n < 50; n++) admitted.push((await throttle.take("key_api", store.kind)).allowed);
      expect(performance.now() - startedMs).toBeLessThan(4_000);
      expect(admitted.filter(Boolean)).toHaveLength(20);
      expect(lines).toEqual(["the throttle counts in memory: the store is away"]);
    },
  );

  test("without any Redis there at all it counts in memory from the first take", async () => {
    const throttle = await open({ kind: "redis", url: "redis://127.0.0.1:1" });
    const takes = await Promise.all(Array.from({ length: 30 }, () => throttle.take("key_api", "x")));
    expect(takes.filter((verdict) => verdict.allowed)).toHaveLength(20);
  });
});
