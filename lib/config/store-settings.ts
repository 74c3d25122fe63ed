/** The settings of the shared store: where the Redis of several processes is, what holds while it is away, and the throttle. */
import {
  defaultThrottle,
  isThrottleName,
  THROTTLE_POLICIES,
  type ThrottleLimit,
  type ThrottleLimits,
} from "../throttle/policies.ts";
import { durationMs, readDuration } from "./duration.ts";
import { oneOf, secret, text, timeSpan, toggle, wholeNumber } from "./parsers.ts";
import type { Parser, Setting } from "./setting.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { didYouMean } from "./suggest.ts";
import { entryOf, show, type YamlNode } from "./tree.ts";

const setting = settingsOf<Settings>();

/** What LiteLLM's `cache_params` say about a Redis. */
export interface CacheParams {
  readonly host: string | null;
  readonly port: number | null;
  readonly password: string | null;
  readonly ssl: boolean;
}

/** Why a URL cannot be that of a Redis, or null. Never repeats the URL: it holds a password. */
export function redisUrlFault(url: string): string | null {
  if (!/^(redis|valkey)s?:\/\//i.test(url))
    return "is not a Redis URL — write redis://user:password@host:6379, or rediss:// for TLS";
  if (/[\s\p{Cc}]/u.test(url)) return "contains a blank — write %20 for a blank in a password";
  if (!URL.canParse(url) || new URL(url).hostname === "")
    return "names no host — write redis://user:password@host:6379";
  return /^(\/\d*)?$/.test(new URL(url).pathname)
    ? null
    : "has a path that is not the number of a database — write redis://host:6379/0";
}

const redisUrl: Parser<string> = {
  form: "redis:// or rediss:// URL, best as os.environ/REDIS_URL",
  parse(node, fault) {
    const value = node.kind === "scalar" ? String(node.value).trim() : "";
    const wrong = redisUrlFault(value);
    return wrong === null ? value : fault(wrong);
  },
};

const port = wholeNumber({ min: 1, max: 65_535 });

/** Only `type: redis` names a server; what else cache_params hold is about a cache of answers, which does not exist here. */
const cacheParams: Parser<CacheParams | null> = {
  form: "map with type: redis, host, port, password",
  parse(node, fault) {
    if (node.kind !== "map") return fault(`${show(node)} is not a map`);
    const member = <T>(name: string, parser: Parser<T>): T | null => {
      const value = entryOf(node, name)?.value;
      if (value === undefined || (value.kind === "scalar" && value.value === null)) return null;
      return parser.parse(value, (message) => fault(`${name}: ${message}`, value)) ?? null;
    };
    const kind = entryOf(node, "type")?.value;
    if (kind?.kind === "scalar" && kind.value !== "redis") return null;
    return {
      host: member("host", text()),
      port: member("port", port),
      password: member("password", secret()),
      ssl: member("ssl", toggle()) ?? false,
    };
  },
};

/** `600/1m`, or null for `off`; undefined when it is neither. */
function readLimit(node: YamlNode): ThrottleLimit | null | undefined {
  if (node.kind !== "scalar") return undefined;
  const value = String(node.value).trim().toLowerCase();
  if (["off", "false", "none"].includes(value)) return null;
  const match = /^(\d{1,9})\s*\/\s*(.+)$/.exec(value);
  const duration = readDuration(match?.[2] ?? "");
  const limit = Number(match?.[1]);
  if (duration === null || !(limit > 0)) return undefined;
  const windowMs = durationMs(duration);
  return windowMs > 86_400_000 ? undefined : { limit, windowMs };
}

const throttle: Parser<ThrottleLimits> = {
  form: "map: policy -> 600/1m or off",
  parse(node, fault) {
    if (node.kind !== "map") return fault(`${show(node)} is not a map`);
    const limits = { ...defaultThrottle() };
    for (const { key, value } of node.entries) {
      const limit = readLimit(value);
      if (!isThrottleName(key))
        fault(`there is no policy "${key}"${didYouMean(key, Object.keys(THROTTLE_POLICIES))}`, value);
      else if (limit === undefined)
        fault(`${key}: ${show(value)} is not a limit — write 600/1m (at most a day) or off`, value);
      else limits[key] = limit;
    }
    return limits;
  },
};

/** Every setting of the shared store and of the throttle. */
export const STORE_SETTINGS: readonly Setting<Settings>[] = [
  setting("redisUrl", redisUrl, {
    at: ["router_settings.redis_url"],
    default: "none",
    doc: "Redis or Valkey that counts the limits of several processes; REDIS_URL in the environment wins.",
  }),
  setting("redisHost", text(), {
    at: ["router_settings.redis_host"],
    default: "none",
    doc: "The same as host, port and password.",
  }),
  setting("redisPort", port, {
    at: ["router_settings.redis_port"],
    default: "6379",
    doc: "Port of redis_host.",
  }),
  setting("redisPassword", secret(), {
    at: ["router_settings.redis_password"],
    default: "none",
    doc: "Password of redis_host.",
  }),
  setting("redisSsl", toggle(), {
    at: ["router_settings.redis_ssl"],
    default: "false",
    doc: "TLS to redis_host.",
  }),
  setting("redisDb", wholeNumber({ max: 1_000_000 }), {
    at: ["router_settings.redis_db"],
    default: "0",
    doc: "Number of the database at redis_host.",
  }),
  setting("cacheParams", cacheParams, {
    at: ["litellm_settings.cache_params"],
    default: "none",
    doc: "With type: redis, its host, port and password are used for the limits (answers are not cached).",
  }),
  setting("limitsStoreTimeoutMs", timeSpan({ minMs: 1, maxMs: 60_000 }), {
    at: ["general_settings.limits_store_timeout"],
    default: "0.05",
    doc: "The longest that a call waits for the Redis of limits; then `limits_on_store_outage` holds. Read at start.",
  }),
  setting("limitsOnStoreOutage", oneOf(["closed", "open", "local"]), {
    at: ["general_settings.limits_on_store_outage"],
    default: "local",
    doc: "While Redis or Upstash is away: refuse calls that have limits, let them pass, or count them in each process.",
  }),
  setting("throttle", throttle, {
    at: ["general_settings.throttle"],
    default: Object.entries(THROTTLE_POLICIES)
      .map(([name, policy]) => `${name} ${policy.limit}/${policy.windowMs / 60_000}m`)
      .join(", "),
    doc: "How often sign-in, set-up, the key API and privacy endpoints may be used, and how many refused keys one address may send.",
  }),
];
