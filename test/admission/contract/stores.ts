/** The stores that one suite runs on: memory, Redis over TCP (one server, a cluster) and Upstash's REST over the same Redis. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import type { AdmissionStore } from "#lib/admission/admission.ts";
import { MemoryAdmission } from "#lib/admission/memory.ts";
import { RedisAdmission } from "#lib/admission/redis.ts";
import { RedisTcp } from "#lib/admission/redis-tcp.ts";
import type { Transport } from "#lib/admission/transport.ts";
import { Upstash } from "#lib/admission/upstash.ts";
import { startRedis, type TestRedis } from "#test/helpers/redis.ts";
import { services } from "#test/helpers/services.ts";
import { startUpstashBridge } from "#test/helpers/upstash-bridge.ts";

export const NOW_MS = Date.UTC(2026, 5, 15, 12, 0, 0);

/** An empty store and the clock it goes by. */
export interface Fresh {
  readonly store: AdmissionStore;
  /** What `nowMs` of every request is; shared stores ask it themselves. */
  readonly clock: { nowMs: number };
  /** A second process on the same store; null where there is none. */
  readonly twin: AdmissionStore | null;
  /** Runs a command on the server behind the store. */
  readonly command: ((...words: string[]) => Promise<unknown>) | null;
  /** Every key that the store has made. */
  readonly keys: () => Promise<string[]>;
  /** The hash tag of its keys. */
  readonly tag: string;
}

export interface StoreRow {
  readonly name: string;
  readonly skipped: boolean;
  /** How many steps a test may make: a round trip each. */
  readonly effort: number;
  /** To be called once a test file, inside its `describe`. */
  set(): () => Fresh;
}

const absent = services.redis === null;

export const storeRows: readonly StoreRow[] = [
  {
    name: "memory",
    skipped: false,
    effort: 10,
    set: () => () => {
      const clock = { nowMs: NOW_MS };
      const none = async () => [];
      return { store: new MemoryAdmission(), clock, twin: null, command: null, keys: none, tag: "" };
    },
  },
  { name: "Redis", skipped: absent, effort: 1, set: () => shared({}, tcp) },
  { name: "a Redis cluster", skipped: absent, effort: 1, set: () => shared({ cluster: true }, cluster) },
  { name: "Upstash", skipped: absent, effort: 1, set: () => shared({}, rest) },
];

type MakeTransport = (redis: TestRedis) => Promise<{ transport: Transport; close: () => Promise<void> }>;

function shared(options: { cluster?: boolean }, make: MakeTransport): () => Fresh {
  let redis: TestRedis;
  let transports: Awaited<ReturnType<MakeTransport>>[] = [];
  beforeAll(async () => {
    redis = await startRedis(options);
    transports = [await make(redis), await make(redis)];
  });
  afterAll(async () => {
    for (const { close } of transports) await close();
    await redis.close();
  });
  return () => {
    const clock = { nowMs: NOW_MS };
    const namespace = randomUUID().slice(0, 8);
    const tag = `{${namespace}}:`;
    const [store, twin] = transports.map(
      ({ transport }) => new RedisAdmission({ transport, clock: () => clock.nowMs, namespace }),
    );
    if (!store || !twin) throw new Error("the transports are not there");
    const command = (...words: string[]) => redis.client.sendCommand(words);
    const keys = async () => (await redis.client.keys("*")).filter((key) => key.startsWith(tag));
    return { store, twin, clock, command, keys, tag };
  };
}

async function ready(transport: RedisTcp, redis: TestRedis): Promise<void> {
  // The connection is made in the background; the first script that gets through proves it.
  const probe = new RedisAdmission({ transport, clock: null, namespace: `ready-${redis.port}` });
  for (;;) {
    const answered = await probe.spent("x").then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise(setImmediate);
  }
}

const tcp: MakeTransport = async (redis) => {
  const transport = new RedisTcp({ urls: [redis.url], onError: console.error });
  await ready(transport, redis);
  return { transport, close: () => transport.close() };
};

const cluster: MakeTransport = async (redis) => {
  const transport = new RedisTcp({ urls: [redis.url, redis.url], onError: console.error });
  await ready(transport, redis);
  return { transport, close: () => transport.close() };
};

const rest: MakeTransport = async (redis) => {
  const bridge = await startUpstashBridge(redis.url);
  const transport = new Upstash({ url: bridge.url, token: bridge.token, timeoutMs: 10_000 });
  return { transport, close: () => bridge.close() };
};
