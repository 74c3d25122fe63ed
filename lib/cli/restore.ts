/** `shin restore`: puts a backup into a database, the embedded one or one by its URL. */
import { resolve } from "node:path";
import { connect, database, type Sql } from "#db/client.ts";
import { writeAudit } from "../audit/audit.ts";
import { verified, verifyChain } from "../audit/verify.ts";
import { unusable } from "../backup/encryption.ts";
import { type Restored, restoreBackup } from "../backup/restore.ts";
import { silentLog } from "../log.ts";
import { startEmbeddedPostgres } from "../node/embedded-postgres.ts";
import { type ConfigOptions, keyOf, readConfig } from "./backup.ts";
import type { CliHost } from "./main.ts";

type Target = Parameters<typeof connect>[0]["target"];

interface Options extends ConfigOptions {
  readonly into?: string;
  readonly replace?: string;
  readonly json: boolean;
}

/** @returns 0; 3 when the audit chain in the backup does not verify. @throws StartError for what a person can mend */
export async function runRestore(file: string, options: Options, host: CliHost): Promise<number> {
  const config = readConfig(options, host);
  const key = await keyOf(config);
  const url = options.into ?? config.databaseUrl;
  const embedded =
    url === null
      ? await startEmbeddedPostgres({
          dataDir: config.embeddedDatabaseDir ?? config.dataDir,
          log: silentLog,
        })
      : null;
  try {
    return await withTarget(embedded?.options ?? url ?? "", async (sql, target) => {
      await requireName(sql, options.replace);
      const restored = await restoreBackup({
        sql,
        file: resolve(file),
        key,
        replace: options.replace !== undefined,
        onTable: (name, rows) => {
          if (!options.json && rows > 0) host.err(`${name}  ${rows}\n`);
        },
      });
      await record(target, file, restored, host.now().getTime());
      // Whose the signatures are is the business of shin audit verify; here they and the links must fit.
      const keys = await sql<{ id: string }[]>`select distinct key_id as id from audit_heads`;
      const verdict = await verified(verifyChain(sql, { trusted: keys.map(({ id }) => id), nowMs: 0 }));
      tell(restored, verdict.ok, options.json, host);
      return verdict.ok ? 0 : 3;
    });
  } finally {
    await embedded?.stop();
  }
}

async function withTarget<T>(target: Target, work: (sql: Sql, target: Target) => Promise<T>): Promise<T> {
  const sql = connect({ target, max: 1, applicationName: "shin-restore" });
  try {
    return await work(sql, target);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** Whoever gives up a database types its name. */
async function requireName(sql: Sql, typed: string | undefined): Promise<void> {
  if (typed === undefined) return;
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  if (row?.name !== typed)
    throw unusable(
      `the database is ${row?.name} and not ${typed}`,
      `Write --replace ${row?.name} to give up what is in it.`,
    );
}

/** Its own client: drizzle changes how one reads dates. */
async function record(
  target: Target,
  file: string,
  { revokedAgain }: Restored,
  nowMs: number,
): Promise<void> {
  const actor = { kind: "system", id: "shin restore", claimedBy: null, ip: null, requestId: null } as const;
  await withTarget(target, (sql) =>
    database(sql).transaction((tx) =>
      writeAudit(tx, actor, nowMs, {
        action: "backup.restore",
        target: { kind: "backup", id: file },
        before: null,
        after: { revokedAgain },
      }),
    ),
  );
}

function tell(restored: Restored, whole: boolean, json: boolean, host: CliHost): void {
  if (json) {
    host.out(`${JSON.stringify({ ...restored, chainVerified: whole })}\n`);
    return;
  }
  const { departuresPending, envelope, erasuresPending, ledger, migrated, revokedAgain, rows, tables } =
    restored;
  host.out(
    `${rows} rows of ${tables} tables, as they were at ${envelope.createdAt}; ${ledger.records} spend records, sums equal\n` +
      `audit chain ${whole ? "verified" : "BROKEN: shin audit verify shows where"}\n` +
      (migrated > 0 ? `${migrated} migrations applied on top\n` : "") +
      (erasuresPending > 0
        ? `${erasuresPending} erasures since the backup are done again at the next start, before it serves\n`
        : "") +
      (revokedAgain > 0 ? `${revokedAgain} keys, people and freezes were taken away again\n` : "") +
      (departuresPending > 0
        ? `${departuresPending} accounts and roles that were taken since the backup are taken again at the next start, before it serves\n`
        : "") +
      "everybody signs in again; limits, budgets and passwords are as the backup has them\n",
  );
}
