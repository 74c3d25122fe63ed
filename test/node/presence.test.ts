/**
 * Two gateways that count limits each in its own memory must not share a database: together they would admit twice what
 * is allowed. And a store that does not answer at the start is told, or refused, as `limits_on_store_outage` says.
 */
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { silentLog } from "#lib/log.ts";
import { announce, type Presence } from "#lib/node/presence.ts";
import { checkSharedStore } from "#lib/node/store-check.ts";
import { until } from "#test/helpers/house.ts";
import { testDatabase } from "#test/helpers/postgres.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { startUpstashBridge } from "#test/helpers/upstash-bridge.ts";

const SENTENCE =
  "limits are counted in this process's memory: set REDIS_URL or UPSTASH_REDIS_REST_URL before running more than one";

describe("gateways on one database", async () => {
  const database = await testDatabase();
  const join = async (shared: boolean): Promise<Presence> => {
    const presence = await announce({
      database: database.options,
      shared,
      log: silentLog,
      patienceMs: 300,
    });
    onTestFinished(() => presence.close());
    return presence;
  };
  const refusal = { code: "no_shared_store", message: SENTENCE, exitCode: 78 };

  test("a second one that counts for itself is refused, until the first has gone", async () => {
    const first = await join(false);
    await expect(join(false)).rejects.toMatchObject(refusal);
    await first.close();
    await join(false);
  });

  test("one that counts for itself is refused beside one that does not, and says since when that one runs", async () => {
    await join(true);
    await expect(join(false)).rejects.toMatchObject({
      ...refusal,
      advice: expect.stringMatching(
        /^Another gateway.* \(since \d{4}-.*Z\) uses this database: stop it, or give both/,
      ),
    });
  });

  test("any number may run with a common counter, also while the last one without it ends", async () => {
    await join(false);
    await Promise.all([join(true), join(true), join(true)]);
  });

  test("of two that start at the same moment one is let in", async () => {
    const outcomes = await Promise.allSettled([join(false), join(false)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("the death of a connection is the end of its presence", async () => {
    await join(false);
    const [row] = await database.sql`
      select pg_terminate_backend(pid) as ended from pg_stat_activity where application_name = 'shin-presence'`;
    expect(row).toEqual({ ended: true });
    await join(false);
  });

  test("another database of the same server is another matter", async () => {
    await join(false);
    const other = await testDatabase();
    const presence = await announce({
      database: other.options,
      shared: false,
      log: silentLog,
      patienceMs: 0,
    });
    await presence.close();
    await until("it is gone", async () => {
      const rows = await other.sql`
        select from pg_stat_activity where application_name = 'shin-presence' and datname = current_database()`;
      return rows.count === 0;
    });
  });
});

describe("a store that is away at the start", () => {
  const sharedStore = { kind: "redis", url: "redis://user:s3cret@127.0.0.1:1" } as const;
  const upstash = { kind: "upstash", url: "http://127.0.0.1:1", token: "s3cret" } as const;

  test("is said, and started without, unless limits must hold", async () => {
    expect(await checkSharedStore({ sharedStore, limitsOnStoreOutage: "local" })).toEqual([
      "the Redis at 127.0.0.1:1 does not answer (ECONNREFUSED): limits are counted in this process's memory until it answers",
    ]);
    expect(await checkSharedStore({ sharedStore, limitsOnStoreOutage: "open" })).toEqual([
      "the Redis at 127.0.0.1:1 does not answer (ECONNREFUSED): limits are not counted until it answers",
    ]);
    const closed = { code: "store_away", message: "the Redis at 127.0.0.1:1 does not answer (ECONNREFUSED)" };
    await expect(checkSharedStore({ sharedStore, limitsOnStoreOutage: "closed" })).rejects.toMatchObject(
      closed,
    );
  });

  test("is said of Upstash too, without its token", async () => {
    const [notice = ""] = await checkSharedStore({ sharedStore: upstash, limitsOnStoreOutage: "local" });
    expect(notice).toMatch(/^the Upstash Redis at 127\.0\.0\.1:1 does not answer \(.+\): limits/);
    expect(notice).not.toContain("s3cret");
  });
});

describe.skipIf(services.redis === null)("a store that is there", async () => {
  const redis = await startRedis();
  afterAll(() => redis.close());
  const bridge = await startUpstashBridge(redis.url);
  afterAll(() => bridge.close());
  const local = { limitsOnStoreOutage: "local" } as const;

  test("has nothing to be said of it, over either protocol", async () => {
    const url = redis.url;
    expect(await checkSharedStore({ ...local, sharedStore: { kind: "redis", url } })).toEqual([]);
    const sharedStore = { kind: "upstash", url: bridge.url, token: bridge.token } as const;
    expect(await checkSharedStore({ ...local, sharedStore })).toEqual([]);
  });

  test("is warned of when it may throw counters away", async () => {
    await redis.client.configSet("maxmemory-policy", "allkeys-lru");
    const sharedStore = { kind: "redis", url: redis.url } as const;
    const [notice] = await checkSharedStore({ ...local, sharedStore });
    expect(notice).toMatch(/may throw counters away when it is full \(maxmemory-policy allkeys-lru\)/);
    await redis.client.configSet("maxmemory-policy", "volatile-ttl");
    expect(await checkSharedStore({ ...local, sharedStore })).toEqual([]);
  });

  test("that has a password and is given none is told by its own words, not by ours", async () => {
    await redis.client.configSet("requirepass", "s3cret");
    const [notice] = await checkSharedStore({ ...local, sharedStore: { kind: "redis", url: redis.url } });
    expect(notice).toMatch(/does not answer \(NOAUTH/);
  });
});
