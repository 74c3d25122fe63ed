/**
 * Who else runs on the same database. Each gateway holds a shared advisory lock while it lives, over a connection of its
 * own: death releases it, nothing has to be cleaned up. Gateways that count limits in their own memory must be alone.
 */
import { setTimeout as wait } from "node:timers/promises";
import { connect, type Sql } from "#db/client.ts";
import { NO_SHARED_STORE } from "../config/decide-shared-store.ts";
import type { Log } from "../log.ts";
import { StartError } from "./start-error.ts";

/** Any constant of our own; the second number says what a holder counts in. */
const LOCK = 7_446_002;
const STARTING = 0;
const COUNTS_ALONE = 1;
const COUNTS_SHARED = 2;

/** A gateway that is just ending, or was killed, is waited for so long. */
const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 250;
/** A database that was away has forgotten us. */
const RENEW_MS = 15_000;

export interface PresenceOptions {
  readonly database: Parameters<typeof connect>[0]["target"];
  /** Whether limits are counted in a Redis or Upstash. */
  readonly shared: boolean;
  readonly log: Log;
  readonly patienceMs?: number;
}

export interface Presence {
  close(): Promise<void>;
}

/**
 * Announces this gateway until `close`.
 * @throws StartError no_shared_store when another one lives there and this one counts in its memory; any database error
 */
export async function announce(options: PresenceOptions): Promise<Presence> {
  const { log, patienceMs = PATIENCE_MS, shared } = options;
  const sql = connect({ target: options.database, max: 1, applicationName: "shin-presence" });
  try {
    const deadlineMs = performance.now() + patienceMs;
    for (let others = await join(sql, shared); others !== null; others = await join(sql, shared)) {
      if (performance.now() >= deadlineMs) throw notAlone(others);
      await wait(LOOK_AGAIN_MS);
    }
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
  const renewal = setInterval(() => {
    join(sql, shared).then(
      (others) => {
        if (others !== null) log.error(`${NO_SHARED_STORE}. ${sentence(others)}`);
      },
      (error: unknown) => log.debug({ err: error }, "not announced: the database is away"),
    );
  }, RENEW_MS);
  renewal.unref();
  return {
    close: async () => {
      clearInterval(renewal);
      await sql.end({ timeout: 1 });
    },
  };
}

interface Other {
  readonly address: string | null;
  readonly since: Date;
}

/** Takes the lock unless it is held already. @returns who is in the way, null when nobody is */
async function join(sql: Sql, shared: boolean): Promise<readonly Other[] | null> {
  return sql.begin(async (tx) => {
    // The server notices within half a minute that a machine is gone; the system's own habit is two hours.
    await tx`select set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false),
      set_config('tcp_keepalives_count', '3', false)`;
    // One at a time, or two that start together would each find the other in the way.
    await tx`select pg_advisory_xact_lock(${LOCK}, ${STARTING})`;
    const holders = await tx<(Other & { own: boolean; kind: number })[]>`
      select l.pid = pg_backend_pid() as own, l.objid::int as kind, host(a.client_addr) as address, a.backend_start as since
      from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.classid = ${LOCK} and l.objid in (${COUNTS_ALONE}, ${COUNTS_SHARED})
        and l.database = (select oid from pg_database where datname = current_database()) and l.granted
      order by a.backend_start`;
    const others = holders.filter((holder) => !holder.own);
    if (!shared && others.length > 0) return others;
    if (holders.length === others.length)
      await tx`select pg_advisory_lock_shared(${LOCK}, ${shared ? COUNTS_SHARED : COUNTS_ALONE})`;
    return null;
  });
}

function sentence([first, ...more]: readonly Other[]): string {
  const from = first?.address ? ` from ${first.address}` : "";
  const rest = more.length === 0 ? "" : ` and ${more.length} more`;
  return `Another gateway${from} (since ${first?.since.toISOString() ?? "?"})${rest} uses this database: stop it, or give both the same Redis.`;
}

function notAlone(others: readonly Other[]): StartError {
  return new StartError("no_shared_store", NO_SHARED_STORE, { advice: sentence(others) });
}
