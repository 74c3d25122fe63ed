/**
 * What a restored backup brought back is taken away again at the next start, before anything is served. Several gateways may
 * start at once on what was restored: one of them does it, the others wait, and find nothing left to do.
 */
import { connect } from "#db/client.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { EraseSubject } from "../privacy/erasure.ts";
import { PENDING_DEPARTURES, type ReplayDeps, replayDepartures } from "./departures.ts";
import { PENDING_ERASURES, replayErasures } from "./replay-erasures.ts";

/** Any constant of our own. */
const LOCK = 7_446_004;

export interface Replay {
  /** Where the database is: the lock has a connection of its own, so that the work never waits for the one that holds it. */
  readonly database: Parameters<typeof connect>[0]["target"];
  /** Null where this build cannot erase. */
  readonly erase: EraseSubject | null;
}

/**
 * Called at every start; nearly always there is nothing. A start that is killed on its way gives the lock up with its
 * connection, and whoever waits does the rest.
 * @throws StartError where people must be erased and cannot be; whatever the work throws
 */
export async function replayAfterRestore(deps: JobDeps & ReplayDeps, options: Replay): Promise<void> {
  const names = [PENDING_ERASURES, PENDING_DEPARTURES];
  const pending = await deps.sql`select 1 from settings where name = any(${names})`;
  if (pending.length === 0) return;
  const alone = connect({ target: options.database, max: 1, applicationName: "shin-replay" });
  try {
    await alone.begin(async (tx) => {
      // Whoever holds it may have many people to erase: neither the wait nor the holding ends by a time-out. A lock of the
      // transaction, not of the session: behind a pooler a session is no one's own.
      await tx`set local statement_timeout = 0`;
      await tx`set local idle_in_transaction_session_timeout = 0`;
      await tx`select pg_advisory_xact_lock(${LOCK})`;
      await replayErasures(deps, options.erase);
      await replayDepartures(deps);
    });
  } finally {
    await alone.end({ timeout: 1 });
  }
}
