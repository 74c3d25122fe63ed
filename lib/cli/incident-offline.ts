/** Freezing without a gateway: whoever can reach the database may. Running instances find it within a second all the same. */
import { sql as raw } from "drizzle-orm";
import { connect, database, type Sql } from "#db/client.ts";
import type { Actor } from "../audit/audit.ts";
import type { Change } from "../changes.ts";
import { freezeOffline, unfreezeOffline } from "../incident/freezes.ts";
import type { FreezeBody, UnfreezeBody } from "../incident/schema.ts";
import { connectionOf, type DatabaseTarget } from "./database.ts";

const ACTOR: Actor = {
  kind: "system",
  id: "shin incident --offline",
  claimedBy: null,
  ip: null,
  requestId: null,
};

export async function offlineFreeze(
  target: DatabaseTarget,
  body: FreezeBody,
  nowMs: number,
): Promise<Record<string, unknown>> {
  return withSql(target, async (sql, drizzleSql) => {
    const db = database(drizzleSql);
    const frozen = await freezeOffline({ sql, db, nowMs: () => nowMs }, ACTOR, body);
    await announce(db, { kind: "freeze", id: frozen.freezeId });
    return { freeze_id: frozen.freezeId, incident_id: frozen.incidentId, scope: frozen.scope };
  });
}

export async function offlineUnfreeze(
  target: DatabaseTarget,
  body: UnfreezeBody,
  nowMs: number,
): Promise<Record<string, unknown>> {
  return withSql(target, async (sql, drizzleSql) => {
    const db = database(drizzleSql);
    const lifted = await unfreezeOffline({ sql, db, nowMs: () => nowMs }, ACTOR, body);
    await announce(db, { kind: "freeze", id: "offline" });
    return { lifted };
  });
}

async function announce(db: ReturnType<typeof database>, change: Change): Promise<void> {
  await db.execute(
    raw`select pg_notify('shin_change', ${JSON.stringify({ ...change, origin: "shin incident" })})`,
  );
}

/** Two clients: drizzle changes how its own reads dates. */
export async function withSql<T>(
  target: DatabaseTarget,
  work: (sql: Sql, drizzleSql: Sql) => Promise<T>,
): Promise<T> {
  const connection = await connectionOf(target);
  const open = () => connect({ target: connection, max: 1, applicationName: "shin-incident" });
  const [sql, drizzleSql] = [open(), open()];
  try {
    return await work(sql, drizzleSql);
  } finally {
    await Promise.all([sql.end({ timeout: 2 }), drizzleSql.end({ timeout: 2 })]);
  }
}
