/** The throttle's windows in Redis or Upstash, kept by `@upstash/ratelimit`: shared by every process that counts there. */
import { setTimeout } from "node:timers/promises";
import { type Duration, Ratelimit, type RatelimitConfig } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { createClient } from "redis";
import type { SharedStore } from "#lib/config/config.ts";
import type { WindowState } from "./memory-window.ts";
import type { ThrottleLimit } from "./policies.ts";
import { RedisScripts, type ScriptRunner } from "./redis-scripts.ts";

export interface SharedWindows {
  /** Resolves when it is connected, or when that takes too long to wait for. */
  readonly ready: Promise<void>;
  /** @throws what says that the store is away; within `TIMEOUT_MS` */
  take(name: string, limit: ThrottleLimit, nowMs: number): Promise<WindowState>;
  close(): void;
}

/** A slow store must not slow a sign-in by more than this. */
const TIMEOUT_MS = 300;
const CONNECT_MS = 1_000;

/** Opens a connection of its own; it is made and made anew in the background. */
export function openSharedWindows(store: SharedStore): SharedWindows {
  const { close, ready, runner } = store.kind === "redis" ? overTcp(store.url) : overRest(store);
  const scripts = new RedisScripts(runner);
  const limiters = new Map<string, Ratelimit>();
  const limiterFor = ({ limit, windowMs }: ThrottleLimit): Ratelimit => {
    const name = `${limit}/${windowMs}`;
    const known = limiters.get(name);
    if (known) return known;
    const made = makeLimiter(scripts, limit, `${windowMs} ms`);
    limiters.set(name, made);
    return made;
  };
  return {
    close,
    ready,
    take: async (name, limit, nowMs) => {
      // The braces keep both buckets of a name on one server of a cluster.
      const answer = await limiterFor(limit).limit(`{${name}}`);
      // On a time-out the package answers "allowed", with 0 for every figure.
      if (answer.reason === "timeout")
        throw Object.assign(new Error(`the store did not answer within ${TIMEOUT_MS} ms`), {
          code: "ETIMEDOUT",
        });
      // One more: at the very end of a bucket all of it still counts.
      return {
        allowed: answer.success,
        remaining: answer.remaining,
        resetMs: Math.max(1, answer.reset - nowMs + 1),
      };
    },
  };
}

function makeLimiter(scripts: RedisScripts, limit: number, window: Duration): Ratelimit {
  // The type asks for `get` and `set` too, which only dynamic limits use; those are off.
  const redis = scripts as Partial<RatelimitConfig["redis"]> as RatelimitConfig["redis"];
  return new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(limit, window),
    prefix: "shin:throttle",
    timeout: TIMEOUT_MS,
    // It would go on refusing here after the limit has been raised, and it is no window.
    ephemeralCache: false,
    analytics: false,
    enableTelemetry: false,
  });
}

interface Opened {
  readonly ready: Promise<void>;
  readonly runner: ScriptRunner;
  close(): void;
}

function overTcp(url: string): Opened {
  const client = createClient({
    url,
    // While it is away the answer is "away", at once.
    disableOfflineQueue: true,
    socket: { connectTimeout: 2_000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2_000) },
  });
  // Without a listener an error event would end the process; whoever takes meanwhile is told by its own error.
  client.on("error", () => undefined);
  const connected = client.connect().then(
    () => undefined,
    () => undefined, // it goes on trying; what it ends with is an error event too
  );
  return {
    ready: Promise.race([connected, setTimeout(CONNECT_MS, undefined, { ref: false })]),
    runner: {
      evalsha: (hash, keys, args) => client.evalSha(hash, { keys, arguments: args }),
      eval: (text, keys, args) => client.eval(text, { keys, arguments: args }),
    },
    close: () => client.destroy(),
  };
}

function overRest({ token, url }: { readonly url: string; readonly token: string }): Opened {
  const client = new Redis({ url, token, retry: false, enableTelemetry: false });
  return {
    ready: Promise.resolve(),
    runner: {
      evalsha: (hash, keys, args) => client.evalsha(hash, keys, args),
      eval: (text, keys, args) => client.eval(text, keys, args),
    },
    close: () => undefined, // each request is its own
  };
}
