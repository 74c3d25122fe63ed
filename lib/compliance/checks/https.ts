/** Checks of encryption on the way: HTTPS to the gateway, and TLS to all that it talks to. */
import { connectionFacts } from "#db/queries/check-facts.ts";
import {
  type Check,
  type CheckDeps,
  DAY_MS,
  daysSince,
  failed,
  type Outcome,
  passed,
  plural,
  unknown,
} from "../check.ts";
import { type HttpsProbe, probeHttps } from "../https-probe.ts";
import { lastSeen, stamp } from "../sightings.ts";

const LEAST_DAYS_LEFT = 14;
const FRESH_MS = 7 * DAY_MS;
const PROXY = [
  "Put nginx, Caddy or a Cloudflare tunnel with TLS in front: deploy/ has files that work",
  "Name the proxy in general_settings.trusted_proxies, so that its X-Forwarded-Proto counts",
  "Set NEXTAUTH_URL to the public https address, and the certificate is looked at, too",
];
const LOCAL = /^(localhost|127\.|\[?::1\]?$|$)/;

const configured: Check = {
  id: "https_configured",
  title: "HTTPS configured",
  requirement: "HTTPS configured (Nginx/Cloudflare)",
  guide: ["pre-4", "layer-1"],
  gdpr: ["32(1)(a)"],
  soc2: ["CC6.7"],
  ask: {
    what: "TLS ends at a load balancer or proxy that the gateway cannot see, and plain HTTP is closed to clients.",
    days: 365,
  },
  fix: { steps: PROXY, link: { href: "/ui/settings/network", label: "Open Network" } },
  needs: "config",
  run: ({
    config: {
      console: { publicUrl },
      serverless,
    },
  }) => {
    if (serverless) return passed("The platform ends TLS in front of the gateway");
    if (publicUrl?.startsWith("https://")) return passed(`The public address is ${publicUrl}`);
    if (publicUrl !== null) return failed(`The public address is ${publicUrl}: it begins with http://`);
    return unknown("NEXTAUTH_URL is not set, so the gateway does not know its public address");
  },
};

const works: Check = {
  id: "https_works",
  title: "HTTPS works",
  requirement: "Verify HTTPS works",
  guide: ["security-2", "post-2", "layer-1"],
  gdpr: ["32(1)(a)"],
  soc2: ["CC6.7"],
  ask: { what: "Clients reach the gateway over HTTPS alone, tested from outside.", days: 90 },
  fix: { steps: PROXY, link: { href: "/ui/settings/network", label: "Open Network" } },
  needs: "gateway",
  run: async (deps) => {
    const { config, nowMs } = deps;
    const { httpsAtMs, plainAtMs } = httpsSeen(deps);
    const facts = { https_seen: stamp(httpsAtMs), plain_seen: stamp(plainAtMs) };
    const { publicUrl } = config.console;
    if (publicUrl?.startsWith("https://")) return judgeProbe(await probeHttps(publicUrl), nowMs, facts);
    if (plainAtMs !== null && nowMs - plainAtMs < DAY_MS && !config.serverless)
      return failed(`A call came from another machine without HTTPS at ${stamp(plainAtMs)}`, facts);
    if (httpsAtMs !== null && nowMs - httpsAtMs < FRESH_MS)
      return passed(`Calls come over HTTPS through a trusted proxy, last at ${stamp(httpsAtMs)}`, facts);
    return unknown("No call over HTTPS through a trusted proxy was seen in the last 7 days", facts);
  },
};

/** What this process and earlier results of the check have seen. */
function httpsSeen({ previous, sightings }: CheckDeps) {
  const { httpsAtMs, plainAtMs } = sightings.seen();
  return {
    httpsAtMs: lastSeen(httpsAtMs, previous["https_seen"]),
    plainAtMs: lastSeen(plainAtMs, previous["plain_seen"]),
  };
}

/** @param more facts to keep beside the probe's */
export function judgeProbe(probe: HttpsProbe, nowMs: number, more: Outcome["facts"] = {}): Outcome {
  const { fault, hsts, plainStatus, protocol, validTo } = probe;
  const left = validTo === null ? null : -daysSince(validTo, nowMs) - 1;
  const facts = { ...more, protocol, days_left: left, hsts, plain_status: plainStatus };
  if (fault !== null) return failed(`The public address cannot be reached over HTTPS: ${fault}`, facts);
  if (left !== null && left < LEAST_DAYS_LEFT)
    return failed(`The certificate ends in ${plural(Math.max(0, left), "day")}: renew it`, facts);
  if (plainStatus !== null && plainStatus < 300)
    return failed("Plain HTTP answers on the public address: redirect it to HTTPS, or close port 80", facts);
  const remark = hsts ? "HSTS on" : "no HSTS header";
  return passed(`${protocol ?? "TLS"}, certificate good for ${plural(left ?? 0, "day")}, ${remark}`, facts);
}

const communications: Check = {
  id: "encrypted_communications",
  title: "Encrypted communications",
  requirement: "Encrypted communications",
  guide: ["soc2-4"],
  gdpr: ["32(1)(a)"],
  soc2: ["CC6.7"],
  ask: null,
  fix: {
    steps: [
      "Add ?sslmode=require (or verify-full) to DATABASE_URL",
      "Use rediss:// for REDIS_URL",
      "Write api_base of every model with https://",
    ],
  },
  needs: "gateway",
  run: async ({ config, sql }) => {
    const { ssl } = await connectionFacts(sql);
    const clear = [
      ...(ssl || !isRemote(config.databaseUrl) ? [] : ["the database"]),
      ...(isRemote(config.sharedStore?.url ?? null) && !/^(rediss|https):/.test(config.sharedStore?.url ?? "")
        ? ["the store of limits"]
        : []),
      ...new Set(
        config.deployments.flatMap(({ apiBase, modelGroup }) =>
          apiBase?.startsWith("http:") && isRemote(apiBase) ? [`the provider of ${modelGroup}`] : [],
        ),
      ),
    ];
    const facts = { database_tls: ssl, without_tls: clear };
    if (clear.length > 0) return failed(`Without TLS, and not on this machine: ${clear.join(", ")}`, facts);
    return passed("Database, store of limits and providers are reached with TLS or on this machine", facts);
  },
};

const database: Check = {
  id: "database_encrypted",
  title: "Database encrypted",
  requirement: "Database encrypted",
  guide: ["security-9"],
  gdpr: ["32(1)(a)"],
  soc2: ["CC6.1", "CC6.7"],
  ask: { what: "The disk or volume of the database is encrypted.", days: 365, document: true },
  fix: {
    steps: [
      "Add ?sslmode=require (or verify-full) to DATABASE_URL",
      "Encrypt the volume (LUKS, EBS or your provider's), and attest it here with the proof",
    ],
  },
  needs: "gateway",
  run: async ({ config, sql }) => {
    const { ssl, version } = await connectionFacts(sql);
    const facts = { tls: ssl, postgresql: version, local: !isRemote(config.databaseUrl) };
    if (isRemote(config.databaseUrl) && !ssl)
      return failed("The connection to the database is not encrypted", facts);
    const way = ssl ? "TLS on the way" : "the database is on this machine";
    return unknown(`${way}; keys of providers are sealed; encryption of the disk cannot be seen`, facts);
  },
};

function isRemote(url: string | null): boolean {
  return url !== null && URL.canParse(url) && !LOCAL.test(new URL(url).hostname);
}

export const HTTPS_CHECKS: readonly Check[] = [configured, works, communications, database];
