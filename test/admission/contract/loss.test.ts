/**
 * What only a shared store can suffer: a lost counter, a flushed server, forgotten scripts. And what it promises its
 * server: one round trip a call, keys on one shard, nothing that stays for ever.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookScript } from "#lib/admission/lua/look.lua.ts";
import { settleScript } from "#lib/admission/lua/settle.lua.ts";
import { heartbeatScript, setSpendScript, spentScript } from "#lib/admission/lua/spend.lua.ts";
import { takeScript } from "#lib/admission/lua/take.lua.ts";
import { RedisAdmission } from "#lib/admission/redis.ts";
import { RedisTcp } from "#lib/admission/redis-tcp.ts";
import { isStoreAway } from "#lib/admission/store-away.ts";
import { Upstash } from "#lib/admission/upstash.ts";
import { startRedis, type TestRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { startUpstashBridge, type UpstashBridge } from "#test/helpers/upstash-bridge.ts";
import { admitted, budget, parallel, requests, settle, take, tokens } from "./rules.ts";
import { type Fresh, NOW_MS, storeRows } from "./stores.ts";

const all = [requests(100), tokens(100), parallel(5), budget(100n)];

const asked = { leaseId: "asked", nowMs: NOW_MS, leaseTtlMs: 1_000, tokens: 1, costNanoUsd: 1n };

function commandOf({ command }: Fresh) {
  if (!command) throw new Error("this store has no server");
  return command;
}

describe.for(storeRows.filter(({ name }) => name !== "memory"))("$name", (row) => {
  describe.skipIf(row.skipped)("loss", () => {
    const fresh = row.set();

    test("a budget counter that is deleted is asked for again; other calls settle as if nothing was", async () => {
      const setting = fresh();
      const { store, tag } = setting;
      const lease = await admitted(store, all, NOW_MS, { tokens: 10, costNanoUsd: 10n });
      await commandOf(setting)("DEL", `${tag}2:subject:budget`);
      expect(await store.look(all.slice(3), NOW_MS)).toEqual([null]);
      const request = {
        rules: all,
        leaseId: "x",
        nowMs: NOW_MS,
        leaseTtlMs: 1000,
        tokens: 1,
        costNanoUsd: 1n,
      };
      expect((await store.take(request)).kind).toBe("unprimed");
      // Its money is the ledger's to tell: a settlement makes no counter.
      expect(await settle(store, lease, NOW_MS, 4, 4n)).toEqual([]);
      expect(await store.spent("budget")).toBeNull();
      const again = await store.take({ ...request, primed: new Map([["budget", 4n]]) });
      expect(again.kind).toBe("admitted");
      expect((await store.look(all, NOW_MS)).map((state) => state?.used)).toEqual([2, 5, 1, 4n]);
    });

    test("a window and slots that are deleted count from nothing, and never below it", async () => {
      const setting = fresh();
      const { store, tag } = setting;
      const rules = all.slice(0, 3);
      const first = await admitted(store, rules, NOW_MS, { tokens: 10 });
      const second = await admitted(store, rules, NOW_MS, { tokens: 10 });
      await commandOf(setting)("DEL", ...["tpm", "parallel", "rpm"].map((name) => `${tag}2:subject:${name}`));
      await settle(store, first, NOW_MS, 3, 0n);
      expect((await store.look(rules, NOW_MS)).map((state) => state?.used)).toEqual([0, 0, 0]);
      await settle(store, second, NOW_MS, 15, 0n);
      expect((await store.look(rules, NOW_MS)).map((state) => state?.used)).toEqual([0, 5, 0]);
      await admitted(store, rules, NOW_MS, { tokens: 1 });
      expect((await store.look(rules, NOW_MS)).map((state) => state?.used)).toEqual([1, 6, 1]);
    });

    test("after SCRIPT FLUSH and FLUSHALL calls go on, budgets are asked for again, old leases end in peace", async () => {
      const setting = fresh();
      const { store } = setting;
      const lease = await admitted(store, all, NOW_MS, { tokens: 10, costNanoUsd: 10n });
      await commandOf(setting)("SCRIPT", "FLUSH");
      await commandOf(setting)("FLUSHALL");
      expect(await settle(store, lease, NOW_MS, 4, 4n)).toEqual([]);
      expect((await store.look(all, NOW_MS)).map((state) => state?.used)).toEqual([0, 0, 0, undefined]);
      const request = { rules: all, leaseId: "x", nowMs: NOW_MS, leaseTtlMs: 9, tokens: 1, costNanoUsd: 1n };
      expect((await store.take(request)).kind).toBe("unprimed");
      expect((await take(store, all, NOW_MS)).kind).toBe("admitted");
    });

    test("a counter that somebody else wrote over fails its own calls, and is no outage", async () => {
      const setting = fresh();
      const { store, tag } = setting;
      await commandOf(setting)("SADD", `${tag}2:subject:tpm`, "not ours");
      const fault = await take(store, all, NOW_MS).catch((error: unknown) => error);
      expect(fault).toMatchObject({ message: expect.stringContaining("WRONGTYPE") });
      expect(isStoreAway(fault)).toBe(false);
      // Of settlements that travel together only its own is lost.
      const mine = { counter: "mine" };
      const leases = await Promise.all([
        admitted(store, [tokens(9, 60_000, "lost")], NOW_MS),
        admitted(store, [parallel(5, mine.counter)], NOW_MS),
      ]);
      await commandOf(setting)("SET", `${tag}2:subject:lost`, "not ours");
      const ends = await Promise.allSettled(leases.map((lease) => settle(store, lease, NOW_MS, 5, 1n)));
      expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
      expect((await store.look([parallel(5, mine.counter)], NOW_MS))[0]?.used).toBe(0);
    });

    test("a subject's counters lie in one hash, and a lost one takes no other subject's with it", async () => {
      const setting = fresh();
      const { keys, store, tag } = setting;
      const mine = [requests(9, 60_000, "key:a:rpm"), parallel(9, "key:a:parallel")];
      const own = budget(100n, { counter: "key:a:budget" });
      const other = tokens(9, 60_000, "team:b:tpm");
      const lease = await admitted(store, [...mine, other, own], NOW_MS, { costNanoUsd: 10n, tokens: 2 });
      const subjects = (await keys()).filter((key) => key.includes(":subject:")).sort();
      expect(subjects).toEqual([`${tag}2:subject:key:a`, `${tag}2:subject:team:b`]);
      await commandOf(setting)("DEL", `${tag}2:subject:key:a`);
      expect(await settle(store, lease, NOW_MS, 5, 4n)).toEqual([]);
      expect((await store.look([...mine, other, own], NOW_MS)).map((state) => state?.used)).toEqual([
        0,
        0,
        5,
        undefined,
      ]);
    });

    test("what the release before counted is neither read nor touched, but goes when its subject is erased", async () => {
      const setting = fresh();
      const { keys, store, tag } = setting;
      const command = commandOf(setting);
      const before = [`${tag}counter:end_user:a:b:rpm`, `${tag}counter:end_user:a:b:budget`];
      await command("HSET", `${before[0]}`, "n", "1", "s", "9");
      await command("HSET", `${before[1]}`, "d", "-", "p", "-", "s", "99");
      await command("ZADD", `${tag}leases`, "1", `${tag}lease:old`);
      await command("SET", `${tag}lease:old`, "1 1 1\nb 0 - - nobody");
      const rules = [
        requests(1, 60_000, "end_user:a%3Ab:rpm"),
        budget(50n, { counter: "end_user:a%3Ab:budget" }),
      ];
      expect((await store.take({ ...asked, rules })).kind).toBe("unprimed");
      await admitted(store, rules, NOW_MS);
      expect(await keys()).toEqual(expect.arrayContaining([...before, `${tag}leases`, `${tag}lease:old`]));
      // A neighbour's name begins alike.
      await admitted(store, [requests(1, 60_000, "end_user:a:rpm")], NOW_MS);
      expect(await store.erase("end_user", "a:b")).toBe(4);
      expect((await keys()).filter((key) => key.includes("end_user"))).toEqual([
        `${tag}2:subject:end_user:a`,
      ]);
    });

    test("every key carries the hash tag and ends by itself", async () => {
      const setting = fresh();
      const { keys, store, tag } = setting;
      await admitted(store, all, NOW_MS);
      await settle(store, await admitted(store, all, NOW_MS), NOW_MS, 1, 1n);
      const made = await keys();
      expect(made.map((key) => key.slice(tag.length)).sort()).toMatchObject([
        "2:clock",
        expect.stringContaining("2:lease:"),
        "2:leases",
        "2:subject:budget",
        "2:subject:parallel",
        "2:subject:rpm",
        "2:subject:tpm",
      ]);
      for (const key of made) expect(Number(await commandOf(setting)("PTTL", key)), key).toBeGreaterThan(0);
    });
  });
});

describe.skipIf(services.redis === null)("one server", () => {
  let redis: TestRedis;
  let bridge: UpstashBridge;
  beforeAll(async () => {
    redis = await startRedis();
    bridge = await startUpstashBridge(redis.url);
  });
  afterAll(async () => {
    await bridge.close();
    await redis.close();
  });

  const scripts = Object.entries({
    takeScript,
    settleScript,
    lookScript,
    setSpendScript,
    spentScript,
    heartbeatScript,
  });

  test.for(scripts)("the hash of %s is the one that Redis gives its text", async ([, script]) => {
    expect(await redis.client.sendCommand(["SCRIPT", "LOAD", script.text])).toBe(script.sha);
  });

  test("a take is one command, and settlements of one turn are one command", async () => {
    const transport = new RedisTcp({ urls: [redis.url], onError: console.error });
    const store = new RedisAdmission({ transport, clock: () => NOW_MS, namespace: "trips" });
    while ((await store.spent("x").catch(() => "not yet")) === "not yet") await new Promise(setImmediate);
    const leases = await Promise.all(
      Array.from({ length: 20 }, () => admitted(store, [requests(99)], NOW_MS)),
    );
    const before = await calls(redis);
    await admitted(store, all.slice(0, 3), NOW_MS);
    expect((await calls(redis)) - before).toBe(1);
    await Promise.all(leases.map((lease) => settle(store, lease, NOW_MS, 1, 0n)));
    expect((await calls(redis)) - before).toBe(2);
    await transport.close();
  });

  test("Upstash: takes of one turn are one request, and a wrong token is told as an outage", async () => {
    const upstash = (token: string) =>
      new RedisAdmission({
        transport: new Upstash({ url: bridge.url, token, timeoutMs: 5_000 }),
        clock: () => NOW_MS,
        namespace: "rest",
      });
    const store = upstash(bridge.token);
    await store.spent("x");
    const before = bridge.requests();
    const rules = [requests(7)];
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => take(store, rules, NOW_MS)));
    expect(verdicts.filter(({ kind }) => kind === "admitted")).toHaveLength(7);
    // The second request is there because the server did not know the script yet.
    expect(bridge.requests() - before).toBeLessThanOrEqual(2);
    await expect(upstash("wrong").spent("x")).rejects.toThrow("the admission store failed to answer");
  });

  test("without a clock of ours Redis tells the time", async () => {
    const transport = new RedisTcp({ urls: [redis.url], onError: console.error });
    const store = new RedisAdmission({ transport, clock: null, namespace: "time" });
    while ((await store.spent("x").catch(() => "not yet")) === "not yet") await new Promise(setImmediate);
    // The caller's clock is wrong by years, and nobody minds.
    const lease = await admitted(store, [requests(2)], 12_345);
    const [seconds] = String(await redis.client.sendCommand(["TIME"])).split(",");
    expect(Math.abs(lease.takenAtMs / 1000 - Number(seconds))).toBeLessThan(60);
    await transport.close();
  });

  test("instances are counted by their signs of life", async () => {
    const transport = new Upstash({ url: bridge.url, token: bridge.token, timeoutMs: 5_000 });
    const store = new RedisAdmission({ transport, clock: null, namespace: "instances" });
    expect(await store.beat("a", 60_000)).toBe(1);
    expect(await store.beat("b", 60_000)).toBe(2);
    expect(await store.beat("a", 60_000)).toBe(2);
    expect(await store.beat("b", 60_000, true)).toBe(1);
  });
});

/** Scripts that clients asked for so far; what scripts call is not counted here. */
async function calls(redis: TestRedis): Promise<number> {
  const info = String(await redis.client.sendCommand(["INFO", "commandstats"]));
  const lines = info.matchAll(/^cmdstat_(?:evalsha|eval):calls=(\d+)/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}
