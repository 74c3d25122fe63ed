/**
 * What one admission costs: microseconds for a take and its settlement under 12 rules, in memory and on a real Redis, where
 * it tells the commands a call as well. `node bench/admission.ts`; without redis-server installed only memory is measured.
 */
import { performance } from "node:perf_hooks";
import type { AdmissionStore, Rule, Subject } from "../lib/admission/admission.ts";
import { MemoryAdmission } from "../lib/admission/memory.ts";
import { RedisAdmission } from "../lib/admission/redis.ts";
import { RedisTcp } from "../lib/admission/redis-tcp.ts";
import { startRedis, type TestRedis } from "../test/helpers/redis.ts";
import { services } from "../test/helpers/services.ts";

const subject: Subject = { kind: "key", id: "k", name: "k" };
const WIDE = 1_000_000_000;

/** Three subjects with a request window, a token window, slots and a budget each: 12 rules. */
function twelveRules(): Rule[] {
  return ["key", "team", "user"].flatMap((owner): Rule[] => {
    const base = { id: owner, subject, model: null };
    return [
      { ...base, counter: `${owner}:rpm`, metric: "requests", spanMs: 60_000, ceiling: WIDE },
      { ...base, counter: `${owner}:tpm`, metric: "tokens", spanMs: 60_000, ceiling: WIDE },
      { ...base, counter: `${owner}:parallel`, metric: "parallel", ceiling: WIDE },
      {
        ...base,
        counter: `${owner}:budget`,
        metric: "budget",
        ceilingNanoUsd: 1_000_000_000_000_000n,
        soft: false,
        duration: null,
        periodStartMs: null,
        periodEndMs: null,
      },
    ];
  });
}

let leases = 0;

async function once(
  store: AdmissionStore,
  rules: readonly Rule[],
  primed: Map<string, bigint>,
): Promise<void> {
  const nowMs = Date.now();
  const request = {
    rules,
    leaseId: `b${leases++}`,
    nowMs,
    leaseTtlMs: 60_000,
    tokens: 100,
    costNanoUsd: 1000n,
  };
  let verdict = store.take(request);
  if (verdict instanceof Promise) verdict = await verdict;
  if (verdict.kind === "unprimed") verdict = await store.take({ ...request, primed });
  if (verdict.kind !== "admitted") throw new Error(`the call was ${verdict.kind}`);
  const settled = store.settle(verdict.lease, { nowMs, tokens: 60, costNanoUsd: 700n });
  if (settled instanceof Promise) await settled;
}

/** Microseconds a call, the best of five rounds, with so many calls at a time. */
async function measure(store: AdmissionStore, calls: number, parallel: number): Promise<number> {
  const rules = twelveRules();
  const primed = new Map(rules.map((rule) => [rule.counter, 0n]));
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const startedMs = performance.now();
    const line = async () => {
      for (let i = 0; i < calls / parallel; i++) await once(store, rules, primed);
    };
    await Promise.all(Array.from({ length: parallel }, line));
    best = Math.min(best, ((performance.now() - startedMs) * 1000) / calls);
  }
  return best;
}

async function measureRedis(): Promise<void> {
  const redis = await startRedis();
  const transport = new RedisTcp({ urls: [redis.url], onError: console.error });
  const store = new RedisAdmission({ transport, clock: null });
  while ((await store.spent("ready").catch(() => "not yet")) === "not yet") await new Promise(setImmediate);
  for (const parallel of [1, 64]) {
    const before = await scriptCalls(redis);
    const calls = parallel === 1 ? 2_000 : 20_000;
    const us = await measure(store, calls, parallel);
    const { count, usec } = await scriptCalls(redis);
    const made = calls * 5;
    const commands = ((count - before.count) / made).toFixed(2);
    const inRedis = ((usec - before.usec) / made).toFixed(1);
    console.log(
      `Redis, ${parallel} at a time: ${us.toFixed(1)} us a take and settle (${inRedis} of them in Redis), ${commands} commands a call`,
    );
  }
  await transport.close();
  await redis.close();
}

/** Scripts that Redis ran, and for how many microseconds. */
async function scriptCalls(redis: TestRedis): Promise<{ count: number; usec: number }> {
  const info = String(await redis.client.sendCommand(["INFO", "commandstats"]));
  const found = /^cmdstat_evalsha:calls=(\d+),usec=(\d+)/m.exec(info);
  return { count: Number(found?.[1] ?? 0), usec: Number(found?.[2] ?? 0) };
}

const memoryUs = await measure(new MemoryAdmission(), 100_000, 1);
console.log(`memory: ${memoryUs.toFixed(1)} us a take and settle`);
if (services.redis === null) console.log("redis-server is not installed: Redis was not measured");
else await measureRedis();
