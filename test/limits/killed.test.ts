/**
 * A gateway that is killed between take and settle: what its calls held in Redis stays held for as long as a lease is good,
 * and is free again then for every other gateway, without anybody's hand. If this fails, a crash costs slots or budget for ever.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { LEASE_MS } from "#lib/admission/admission.ts";
import { RedisAdmission } from "#lib/admission/redis.ts";
import { RedisTcp } from "#lib/admission/redis-tcp.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { temporaryFolder, until } from "#test/helpers/house.ts";
import { realPostgres } from "#test/helpers/postgres.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { reserveOf } from "../admission/setting.ts";
import { ask, startProvider } from "../reliability/provider.ts";
import { pricedConfig } from "../reliability/statement.ts";

const HELD = 3;
const HOLD = ask(10, 20, "hold");
/** The survivor's calls are cheap and short: only what the dead gateway holds can refuse them. */
const BRIEF = ask(1, 1, "now", { max_tokens: 1 });

describe.skipIf(services.redis === null || services.postgres === null)("killed on Redis", async () => {
  const [redis, provider, database] = await Promise.all([startRedis(), startProvider(), realPostgres()]);
  afterAll(async () => {
    await provider.close();
    await redis.close();
  });

  test("between take and settle: slots and reserved money are free when the leases are over, not before", async () => {
    const [dying, survivor] = [await startGateway(), await startGateway()];
    const budget = Number(reserveOf(HOLD) * BigInt(HELD)) / 1e9;
    const slots = await newKey(survivor.url, { max_parallel_requests: HELD });
    const money = await newKey(survivor.url, { max_budget: budget });
    const refusals = () => Promise.all([slots, money].map((key) => reasonOf(survivor.url, key)));
    const calls = [slots, money].flatMap((key) => Array.from({ length: HELD }, () => hold(dying.url, key)));
    await until("the provider holds all calls", () => provider.open.size === 2 * HELD);

    dying.signal("SIGKILL");
    await Promise.all([dying.ended, ...calls]);
    expect(await refusals()).toEqual(["key_parallel", "key_budget"]);

    // The leases are there, good for a minute at most, and nobody is left to renew or settle them.
    const [leases = "", ...others] = await redis.client.keys("{*}:*:leases");
    expect(others).toEqual([]);
    const ends = (await redis.client.zRangeWithScores(leases, 0, -1)).map(({ score }) => score);
    expect(ends).toHaveLength(2 * HELD);
    expect(Math.max(...ends)).toBeLessThanOrEqual(Date.now() + LEASE_MS);

    await lookAt(leases, Math.min(...ends) - 1);
    expect(await refusals()).toEqual(["key_parallel", "key_budget"]);
    await lookAt(leases, Math.max(...ends));
    expect(await refusals()).toEqual([null, null]);
    await until("the survivor's calls are settled", async () => (await redis.client.zCard(leases)) === 0);
  });

  async function startGateway() {
    const configFile = join(await temporaryFolder(), "config.yaml");
    await writeFile(
      configFile,
      // A machine that is busy with other tests is no outage.
      pricedConfig(provider.url, "limits_store_timeout: 10, log_level: ERROR"),
    );
    const env = { LITELLM_MASTER_KEY: MASTER_KEY, DATABASE_URL: database.url, REDIS_URL: redis.url };
    const gateway = await startGatewayProcess({ dataDir: await temporaryFolder(), configFile, env });
    onTestFinished(async () => {
      gateway.signal("SIGKILL");
      await gateway.ended;
    });
    return gateway;
  }

  /**
   * Has the store read its counters at that time, as an instance whose clock has got there does: the minute is not slept
   * away. What is over by then gives back what it held; the store has no other way to free a lease.
   */
  async function lookAt(leases: string, nowMs: number): Promise<void> {
    const transport = new RedisTcp({ urls: [redis.url], onError: console.error });
    const namespace = leases.slice(1, leases.indexOf("}"));
    const store = new RedisAdmission({ transport, clock: () => nowMs, namespace });
    const look = () =>
      store.look([]).then(
        () => true,
        () => false, // not connected yet
      );
    await until("the store has looked", look);
    await transport.close();
  }
});

async function post(url: string, key: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}

async function newKey(url: string, fields: Record<string, unknown>): Promise<string> {
  const answer = await post(`${url}/key/generate`, MASTER_KEY, fields);
  expect(answer.status).toBe(200);
  return (await answer.json()).key;
}

/** A call that can only end by its gateway's death. */
async function hold(url: string, key: string): Promise<void> {
  await expect(post(`${url}/v1/chat/completions`, key, HOLD)).rejects.toThrow("fetch failed");
}

/** Which rule refuses a call; null when none does. */
async function reasonOf(url: string, key: string): Promise<string | null> {
  const answer = await post(`${url}/v1/chat/completions`, key, BRIEF);
  const { error } = await answer.json();
  return answer.status === 200 ? null : error.reason;
}
