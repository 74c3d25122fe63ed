/**
 * Puts a backup into a database: in one transaction, so that a fault leaves what was there before. The schema is made as it
 * was when the backup was taken, filled, brought up to date, and compared with what the backup says of itself.
 */
import type { Sql, SqlTx } from "#db/client.ts";
import { migrateIn, newestVersion } from "#db/migrate.ts";
import { chainEnd } from "#db/queries/audit.ts";
import { gatewaysConnected, type LedgerSums, ledgerSums, schemaOf, tablesOf } from "#db/queries/backup.ts";
import type { BeginNote, TableNote } from "./contents.ts";
import { isDeparture, leaveDepartures } from "./departures.ts";
import { type BackupKey, damaged, type Envelope, unusable } from "./encryption.ts";
import { ERASURES, type Erasure, erasuresOf, leaveErasures, missingErasures } from "./replay-erasures.ts";
import { REVOCATIONS, type Revocation, revocationsOf, revokeAgain } from "./revocations.ts";
import { readSideFile } from "./side-file.ts";
import { isKept, LEFT_OUT } from "./tables.ts";
import { framesOf, verifyBackup } from "./verify.ts";

export interface RestoreOptions {
  readonly sql: Sql;
  readonly file: string;
  readonly key: BackupKey;
  /** The database's own content goes; without it only an empty one is filled. */
  readonly replace: boolean;
  readonly onTable?: (name: string, rows: number) => void;
}

export interface Restored {
  readonly envelope: Envelope;
  readonly tables: number;
  readonly rows: number;
  readonly ledger: LedgerSums;
  /** Migrations applied on top of the backup's own schema. */
  readonly migrated: number;
  /** People who were erased since: the next start erases them again before it serves. */
  readonly erasuresPending: number;
  /** Keys, owners and freezes whose revocation the backup did not know. */
  readonly revokedAgain: number;
  /** Accounts that were deleted and roles that were taken since: the next start does it again before it serves. */
  readonly departuresPending: number;
}

/** @throws StartError for what a person can mend; the database is then as it was */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const verified = await verifyBackup(options.file, options.key);
  const known = await newestVersion();
  const { begin, envelope } = verified;
  if (envelope.schemaVersion > known)
    throw unusable(
      `the backup has schema version ${envelope.schemaVersion}, newer than this build's ${known}`,
      `Restore it with gateway ${envelope.gatewayVersion} or newer.`,
    );
  const beside = await readSideFile(ERASURES, options.file);
  const revokedBeside = await readSideFile(REVOCATIONS, options.file);
  const done = await options.sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local idle_in_transaction_session_timeout = 0`;
    const live = await clear(tx, options.replace);
    await migrateIn(tx, envelope.schemaVersion);
    await load(tx, options);
    for (const { name, value } of begin.sequences)
      if (value !== null)
        await tx`select setval(to_regclass(${name}), ${value}::bigint) where to_regclass(${name}) is not null`;
    const ledger = await compare(tx, begin);
    // Whoever was signed in then need not be welcome now.
    await tx`update console_sessions set ended_at = now() where ended_at is null`;
    const { applied } = await migrateIn(tx);
    const erasures = missingErasures(await erasuresOf(tx), live.erasures, beside);
    await leaveErasures(tx, erasures);
    const taken = [...revokedBeside, ...live.revocations];
    const revoked = await revokeAgain(
      tx,
      taken.filter((one) => !isDeparture(one)),
    );
    const departures = await leaveDepartures(tx, taken.filter(isDeparture));
    return { ledger, migrated: applied, erasures: erasures.length, revoked, departures };
  });
  return {
    envelope,
    tables: verified.tables,
    rows: verified.rows,
    ledger: done.ledger,
    migrated: done.migrated,
    erasuresPending: done.erasures,
    revokedAgain: done.revoked,
    departuresPending: done.departures,
  };
}

interface Held {
  readonly erasures: Erasure[];
  readonly revocations: Revocation[];
}

/** Leaves nothing of ours. @returns the erasures and revocations that were known there. @throws StartError when something would be lost */
async function clear(tx: SqlTx, replace: boolean): Promise<Held> {
  if ((await gatewaysConnected(tx)) > 0)
    throw unusable("a gateway runs on this database", "Stop every gateway that uses it, and start again.");
  if ((await schemaOf(tx)) === null) return { erasures: [], revocations: [] };
  const tables = (await tablesOf(tx)).filter(isKept);
  const held = { erasures: await erasuresOf(tx), revocations: await revocationsOf(tx) };
  if (!replace)
    for (const { name } of tables) {
      // A first start makes these two by itself.
      if (name === "audit_chain" || name === "settings") continue;
      const [row] = await tx.unsafe<{ filled: boolean }[]>(`select exists (select from "${name}") as filled`);
      if (row?.filled)
        throw unusable(
          `the database is not empty: ${name} has rows`,
          "Restore into an empty database, or pass --replace to give up what is in this one.",
        );
    }
  const names = [...new Set(tables.map(({ name, parent }) => parent ?? name))];
  await tx.unsafe(
    `drop table if exists ${[...names, ...LEFT_OUT].map((name) => `"${name}"`).join(", ")} cascade`,
  );
  await tx`drop function if exists audit_append`;
  await tx`drop function if exists audit_refuse`;
  await tx`drop function if exists spend_hour_late`;
  return held;
}

async function load(tx: SqlTx, { file, key, onTable }: RestoreOptions): Promise<void> {
  let into: NodeJS.WritableStream | null = null;
  for await (const frame of framesOf(file, key)) {
    if (frame.note === "table") {
      await makePartition(tx, frame);
      if (frame.name === "audit_chain") await tx`delete from audit_chain`;
      const columns = frame.columns.map((column) => `"${column}"`).join(", ");
      into = await tx.unsafe(`copy "${frame.name}" (${columns}) from stdin`).writable();
    }
    if (frame.note === "data" && into !== null) await written(into, frame.bytes);
    if (frame.note === "rows" && into !== null) {
      await ended(into);
      into = null;
      onTable?.(frame.name, frame.rows);
    }
  }
}

const NAME = /^[a-z_][a-z0-9_]*$/;
const DAY_MS = 86_400_000;

/** Days of spend records; the tables themselves are made by the migrations. */
async function makePartition(tx: SqlTx, { columns, name, parent }: TableNote): Promise<void> {
  // The file is sealed, but its key may be anybody's passphrase: no name of it is more than a name.
  if (![name, ...columns].every((one) => NAME.test(one))) throw damaged(`${name} is not the name of a table`);
  const day = /^spend_records_(\d{4})(\d{2})(\d{2})$/.exec(name);
  if (parent !== "spend_records" || !day) return;
  const start = `${day[1]}-${day[2]}-${day[3]}`;
  const end = new Date(Date.parse(start) + DAY_MS).toISOString().slice(0, 10);
  await tx.unsafe(
    `create table "${name}" partition of spend_records for values from ('${start}') to ('${end}')`,
  );
}

function written(stream: NodeJS.WritableStream, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.write(bytes, () => {
      stream.removeListener("error", reject);
      resolve();
    });
  });
}

function ended(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.once("finish", resolve);
    stream.end();
  });
}

/** The database's own sums against the backup's note. @throws StartError on the first that differs */
async function compare(tx: SqlTx, begin: BeginNote): Promise<LedgerSums> {
  const sums = await ledgerSums(tx);
  for (const name of Object.keys(sums) as (keyof LedgerSums)[])
    if (sums[name] !== begin.ledger[name])
      throw damaged(`${name} is ${sums[name]} after restoring and was ${begin.ledger[name]}`);
  const chain = await chainEnd(tx);
  if (String(chain?.seq) !== begin.chain.seq || chain?.hash !== begin.chain.hash)
    throw damaged("the audit chain ends elsewhere after restoring");
  return sums;
}
