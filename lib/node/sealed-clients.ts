/** A database for what happens beside the gateway's own runtime, with what is personal in its audit events sealed as there. */
import { type ConnectOptions, connect, type Db, type Sql } from "#db/client.ts";
import { sealedDatabase } from "../audit/sealed-database.ts";
import { AuditSealer } from "../audit/sealer.ts";

/** Two clients: drizzle changes how its own reads dates, and keys of people are made outside of a change's transaction. */
export async function withSealed<T>(
  target: ConnectOptions["target"],
  encryptionKey: string,
  work: (sql: Sql, db: Db) => Promise<T>,
): Promise<T> {
  const open = () => connect({ target, max: 1, applicationName: "shin-start" });
  const [sql, drizzleSql] = [open(), open()];
  try {
    return await work(sql, sealedDatabase(drizzleSql, new AuditSealer(sql, encryptionKey)));
  } finally {
    await Promise.all([sql.end({ timeout: 2 }), drizzleSql.end({ timeout: 2 })]);
  }
}
