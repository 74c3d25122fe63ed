/** Which store several processes count in: the environment's Redis or Upstash, else the Redis of config.yaml, else none. */
import type { Parts } from "./assemble.ts";
import type { SharedStore } from "./config.ts";
import type { Place } from "./problems.ts";
import type { CacheParams } from "./store-settings.ts";

/** The sentence about several processes that have no common counter. */
export const NO_SHARED_STORE =
  "limits are counted in this process's memory: set REDIS_URL or UPSTASH_REDIS_REST_URL before running more than one";

/** Null without one; reports what contradicts itself, and several workers that would each count for themselves. */
export function decideSharedStore(parts: Parts): SharedStore | null {
  const { environment, report } = parts;
  const redis = redisOf(parts);
  const { upstash } = environment;
  if (redis !== null && upstash !== null) {
    report.error(
      redis.place,
      `${redis.name} and UPSTASH_REDIS_REST_URL name two stores, and limits need one — keep one of the two`,
    );
    return null;
  }
  const store = redis === null ? asUpstash(upstash) : asRedis(redis.url);
  if (store === null && environment.workers > 1)
    report.error(null, `SHIN_WORKERS is ${environment.workers}: ${NO_SHARED_STORE}`);
  // Instances of a serverless platform come and go uncounted: nobody can tell whether there is one.
  if (store === null && parts.env.VERCEL === "1") report.warning(null, `on Vercel: ${NO_SHARED_STORE}`);
  return store;
}

function asUpstash(upstash: Parts["environment"]["upstash"]): SharedStore | null {
  return upstash === null ? null : { kind: "upstash", ...upstash };
}

/** Valkey speaks Redis, and clients know it by that name alone. */
function asRedis(url: string): SharedStore {
  return { kind: "redis", url: url.replace(/^valkey/i, "redis") };
}

interface NamedRedis {
  readonly url: string;
  /** Where it is said, for people. */
  readonly name: string;
  readonly place: Place | null;
}

function redisOf({ settings, environment, places, report }: Parts): NamedRedis | null {
  const written = settings.redisUrl ?? urlOf(hostOf(settings), settings.redisDb);
  const member =
    settings.redisUrl !== null ? "redisUrl" : settings.redisHost !== null ? "redisHost" : "cacheParams";
  const place = places.get(member) ?? null;
  if (environment.redisUrl === null) {
    if (written === null) return null;
    const names = { redisUrl: "redis_url", redisHost: "redis_host", cacheParams: "cache_params" };
    return { url: written, name: names[member], place };
  }
  if (written !== null && written !== environment.redisUrl)
    report.warning(place, "REDIS_URL of the environment is used; the Redis here is another one");
  return { url: environment.redisUrl, name: "REDIS_URL", place: null };
}

/** LiteLLM's two ways to write a host; the router's comes first. */
function hostOf({
  redisHost,
  redisPort,
  redisPassword,
  redisSsl,
  cacheParams,
}: Parts["settings"]): CacheParams | null {
  if (redisHost === null) return cacheParams;
  return { host: redisHost, port: redisPort, password: redisPassword, ssl: redisSsl };
}

function urlOf(server: CacheParams | null, database: number): string | null {
  if (server === null || server.host === null) return null;
  const { host, password, port, ssl } = server;
  const user = password === null ? "" : `:${encodeURIComponent(password)}@`;
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${ssl ? "rediss" : "redis"}://${user}${name}:${port ?? 6_379}${database === 0 ? "" : `/${database}`}`;
}
