/** The looks of `shin doctor` at what the gateway leans on: the database, its clock, the shared store. */
import { connect } from "#db/client.ts";
import type { Config } from "../config/config.ts";
import { withDeadline } from "../database-health.ts";
import { asDatabaseFault } from "../node/database-fault.ts";
import { isStartError, messageOf, systemErrorCode } from "../node/start-error.ts";
import { checkSharedStore } from "../node/store-check.ts";
import { connectionOf } from "./database.ts";
import { type Finding, fault, ok, skipped } from "./doctor-finding.ts";

const OLDEST_POSTGRES = 14;
const DEADLINE_MS = 5_000;
/** Beyond it limits, sign-in codes and periods of budgets go wrong. */
const MOST_SKEW_MS = 2_000;
const LOCAL = /^(localhost|127\.|::1$|\[::1\]$|$)/;

/** Reached, new enough, encrypted on the way, and of the same time as this machine. */
export async function lookAtDatabase(config: Config, now: () => number): Promise<readonly Finding[]> {
  let target: Awaited<ReturnType<typeof connectionOf>>;
  try {
    target = await connectionOf({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  } catch (error) {
    if (!isStartError(error)) throw error;
    return [skipped("database", `${error.message}: it starts with the gateway`)];
  }
  const sql = connect({ target, max: 1, applicationName: "shin-doctor" });
  try {
    const beforeMs = now();
    const [row] = await withDeadline(
      () => sql<{ version: number; name: string; now: Date; ssl: boolean }[]>`
        select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
          clock_timestamp() as now,
          coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as ssl`,
      DEADLINE_MS,
    );
    const afterMs = now();
    if (!row) return [fault("database", "it answers nothing", "Check what DATABASE_URL leads to.")];
    return [
      row.version >= OLDEST_POSTGRES * 10_000
        ? ok("database", `PostgreSQL ${row.name} answers`)
        : fault(
            "database",
            `PostgreSQL ${row.name} is too old`,
            `Move to PostgreSQL ${OLDEST_POSTGRES} or newer.`,
          ),
      ...lookAtEncryption(config.databaseUrl, row.ssl),
      lookAtSkew(row.now.getTime() - (beforeMs + afterMs) / 2, (afterMs - beforeMs) / 2),
    ];
  } catch (error) {
    const told = await asDatabaseFault(error, config);
    const why = systemErrorCode(error) ?? messageOf(error);
    return [
      isStartError(told)
        ? fault("database", told.message, told.advice)
        : fault(
            "database",
            `the database does not answer (${why})`,
            "Start it, or correct DATABASE_URL: host, port, name, user and password.",
          ),
      skipped("clock", "there is no database to compare it with"),
    ];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function lookAtEncryption(url: string | null, encrypted: boolean): Finding[] {
  if (url === null || !URL.canParse(url) || LOCAL.test(new URL(url).hostname)) return [];
  if (encrypted) return [ok("database TLS", "the connection is encrypted")];
  return [
    fault(
      "database TLS",
      "the connection to the database is not encrypted, and it leaves this machine",
      "Add ?sslmode=require to DATABASE_URL.",
    ),
  ];
}

/** @param uncertainMs half of the time that the question took */
export function lookAtSkew(skewMs: number, uncertainMs: number): Finding {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  if (Math.abs(skewMs) - uncertainMs <= MOST_SKEW_MS)
    return ok("clock", `${seconds} s apart from the database's`);
  return fault(
    "clock",
    `this machine's clock is ${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} the database's`,
    "Let both follow a time server: timedatectl set-ntp true.",
  );
}

export async function lookAtStore(config: Config): Promise<readonly Finding[]> {
  if (config.sharedStore === null)
    return [skipped("redis", "none is set: limits are counted in the process's memory")];
  try {
    // Asked strictly, whatever the gateway itself would put up with.
    const warnings = await checkSharedStore({
      sharedStore: config.sharedStore,
      limitsOnStoreOutage: "closed",
    });
    if (warnings.length === 0) return [ok("redis", "it answers and keeps its counters")];
    return warnings.map((warning) => fault("redis", warning, "Set maxmemory-policy to noeviction."));
  } catch (error) {
    if (!isStartError(error)) throw error;
    return [fault("redis", error.message, "Start it, or correct REDIS_URL.")];
  }
}
