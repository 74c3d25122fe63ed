/** Brings a database to this build's schema: one transaction under a lock, so a crash leaves the old version whole. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Sql, SqlTx } from "./client.ts";

/** Beside this file; bundled by Next it lies elsewhere, and then they are where the process was started. */
const FOLDER =
  [path.join(import.meta.dirname ?? "", "migrations"), path.join(process.cwd(), "db", "migrations")].find(
    (folder) => existsSync(path.join(folder, "meta", "_journal.json")),
  ) ?? "db/migrations";
/** Any constant of our own: two starting processes wait for each other here. */
const LOCK = 7_446_001;
const OLDEST_POSTGRES = 14;

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly when: number; readonly tag: string }[];
}

export interface MigrationResult {
  readonly applied: number;
  readonly total: number;
}

/** Thrown as `DatabaseNewerError` by name when the database has migrations that this build does not know. */
export class DatabaseNewerError extends Error {
  constructor(databaseVersion: number, buildVersion: number) {
    super(
      `The database schema is newer (version ${databaseVersion}) than this build (version ${buildVersion}). Upgrade the gateway, or restore a backup taken before the upgrade.`,
    );
    this.name = "DatabaseNewerError";
  }
}

/** Thrown as `DatabaseTooOldError` by name when the server is older than what the schema needs. */
export class DatabaseTooOldError extends Error {
  constructor(serverVersion: string) {
    super(
      `The database server is PostgreSQL ${serverVersion}, and this gateway needs ${OLDEST_POSTGRES} or newer. Upgrade the server (pg_upgrade, or shin backup and shin restore into a new one).`,
    );
    this.name = "DatabaseTooOldError";
  }
}

/** Applies what is missing. @throws DatabaseTooOldError; DatabaseNewerError; any database error, with nothing changed. */
export function migrate(sql: Sql): Promise<MigrationResult> {
  return sql.begin((tx) => migrateIn(tx)) as Promise<MigrationResult>;
}

/** The newest version that this build knows. */
export async function newestVersion(): Promise<number> {
  return (await readJournal()).entries.length;
}

/**
 * Applies what is missing in the caller's transaction.
 * @param upTo a version to stop at; without it the newest
 * @throws DatabaseTooOldError; DatabaseNewerError; any database error: the transaction must not commit then
 */
export async function migrateIn(tx: SqlTx, upTo = Number.POSITIVE_INFINITY): Promise<MigrationResult> {
  const journal = await readJournal();
  // First, or a second start that waits for a long migration of the first would time out on the lock.
  await tx`set local statement_timeout = 0`;
  await tx`select pg_advisory_xact_lock(${LOCK})`;
  const [server] = await tx<{ number: number; name: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as name`;
  if (server && server.number < OLDEST_POSTGRES * 10_000) throw new DatabaseTooOldError(server.name);
  await tx`create table if not exists shin_migrations (
    version integer primary key, tag text not null, hash text not null, applied_at timestamptz not null default now())`;
  const rows = await tx<{ version: number }[]>`select version from shin_migrations order by version`;
  const newest = rows.at(-1)?.version ?? 0;
  if (newest > journal.entries.length) throw new DatabaseNewerError(newest, journal.entries.length);
  let applied = 0;
  for (const entry of journal.entries.slice(newest, Math.min(upTo, journal.entries.length))) {
    const text = await readFile(path.join(FOLDER, `${entry.tag}.sql`), "utf8");
    for (const statement of text.split("--> statement-breakpoint")) await tx.unsafe(statement);
    const hash = createHash("sha256").update(text).digest("hex");
    await tx`insert into shin_migrations (version, tag, hash) values (${entry.idx + 1}, ${entry.tag}, ${hash})`;
    applied += 1;
  }
  return { applied, total: journal.entries.length };
}

async function readJournal(): Promise<Journal> {
  const journal: Journal = JSON.parse(await readFile(path.join(FOLDER, "meta", "_journal.json"), "utf8"));
  return journal;
}
