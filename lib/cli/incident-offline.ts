/** Freezing without a gateway: whoever can reach the database may. Running instances find it within a second all the same. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { sql as raw } from "drizzle-orm";
import { connect, type Db, type Sql } from "#db/client.ts";
import type { Actor } from "../audit/audit.ts";
import { sealedDatabase } from "../audit/sealed-database.ts";
import { AuditSealer } from "../audit/sealer.ts";
import type { Change } from "../changes.ts";
import { freezeOffline, unfreezeOffline } from "../incident/freezes.ts";
import type { FreezeBody, UnfreezeBody } from "../incident/schema.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import { connectionOf, type DatabaseTarget } from "./database.ts";
import type { CliHost } from "./main.ts";

const ACTOR: Actor = {
  kind: "system",
  id: "shin incident --offline",
  claimedBy: null,
  ip: null,
  requestId: null,
};

export async function offlineFreeze(
  target: DatabaseTarget,
  host: CliHost,
  body: FreezeBody,
  nowMs: number,
): Promise<Record<string, unknown>> {
  const secret = await sealingSecret(target, host);
  return withSql(target, async (sql, drizzleSql) => {
    const db = sealedDatabase(drizzleSql, new AuditSealer(sql, secret));
    const frozen = await freezeOffline({ sql, db, nowMs: () => nowMs }, ACTOR, body);
    await announce(db, { kind: "freeze", id: frozen.freezeId });
    return { freeze_id: frozen.freezeId, incident_id: frozen.incidentId, scope: frozen.scope };
  });
}

export async function offlineUnfreeze(
  target: DatabaseTarget,
  host: CliHost,
  body: UnfreezeBody,
  nowMs: number,
): Promise<Record<string, unknown>> {
  const secret = await sealingSecret(target, host);
  return withSql(target, async (sql, drizzleSql) => {
    const db = sealedDatabase(drizzleSql, new AuditSealer(sql, secret));
    const lifted = await unfreezeOffline({ sql, db, nowMs: () => nowMs }, ACTOR, body);
    await announce(db, { kind: "freeze", id: "offline" });
    return { lifted };
  });
}

/** What personal values of events are sealed with: as the gateway has it. */
async function sealingSecret(target: DatabaseTarget, { env }: CliHost): Promise<string> {
  const given = env["SHIN_ENCRYPTION_KEY"]?.trim();
  if (given)
    return /^[0-9a-f]{64}$/i.test(given) ? given.toLowerCase() : Buffer.from(given, "base64").toString("hex");
  try {
    return (await readFile(join(resolve(target.dataDir), "secrets", "encryption-key"), "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    throw new StartError(
      "database_failed",
      "the encryption key is not known here, and events are sealed with it",
      {
        advice: "Set SHIN_ENCRYPTION_KEY, or name the gateway's data folder with --data.",
        cause: error,
      },
    );
  }
}

async function announce(db: Db, change: Change): Promise<void> {
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
