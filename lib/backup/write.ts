/**
 * Writes a backup: every table in one snapshot, by COPY, compressed and sealed as it goes. The file has its name only
 * once it is whole and was read back.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import type { Sql, SqlTx } from "#db/client.ts";
import { chainEnd } from "#db/queries/audit.ts";
import {
  type LedgerSums,
  ledgerSums,
  references,
  schemaOf,
  sequencesOf,
  type TableFacts,
  tablesOf,
} from "#db/queries/backup.ts";
import { StartError, systemErrorCode } from "../node/start-error.ts";
import { dataFrame, noteFrame, RowCount } from "./contents.ts";
import { CopyOut } from "./copy-out.ts";
import { type BackupKey, type Envelope, keyPart, sealing, unusable } from "./encryption.ts";
import { BACKUP_LOCK } from "./lock.ts";
import { inOrder, isKept } from "./tables.ts";
import { verifyBackup } from "./verify.ts";

export interface WriteOptions {
  readonly sql: Sql;
  readonly file: string;
  readonly key: BackupKey;
  readonly nowMs: number;
  readonly gatewayVersion: string;
  /** Newest migration that this build knows. */
  readonly schemaVersion: number;
  readonly signal?: AbortSignal;
  /** Told after each table. */
  readonly onTable?: (name: string, done: number, of: number) => Promise<void> | void;
}

export interface Written {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly tables: number;
  readonly rows: number;
  readonly ledger: LedgerSums;
  readonly chain: { readonly seq: string; readonly hash: string };
}

const FRAME_BYTES = 65_536;

/** @throws StartError for what a person can mend; nothing is left behind then */
export async function writeBackup(options: WriteOptions): Promise<Written> {
  const part = `${options.file}.part`;
  const envelope: Envelope = {
    createdAt: new Date(options.nowMs).toISOString(),
    gatewayVersion: options.gatewayVersion,
    schemaVersion: options.schemaVersion,
    compression: "zstd",
    key: keyPart(options.key),
  };
  try {
    await mkdir(path.dirname(options.file), { recursive: true, mode: 0o700 });
    const file = (await open(part, "w", 0o600)).createWriteStream();
    const rest = options.signal === undefined ? {} : { signal: options.signal };
    await options.sql.begin("isolation level repeatable read read only", async (tx) => {
      await tx`set local statement_timeout = 0`;
      await tx`set local idle_in_transaction_session_timeout = 0`;
      await tx`select pg_advisory_xact_lock_shared(${BACKUP_LOCK})`;
      const copy = new CopyOut(tx);
      try {
        const sealed = sealing(envelope, options.key);
        await pipeline(contents(tx, copy, options), createZstdCompress(), sealed, file, rest);
      } catch (error) {
        await copy.giveUp();
        throw error;
      }
    });
    const handle = await open(part, "r+");
    await handle.sync();
    await handle.close();
    const verified = await verifyBackup(part, options.key);
    await rename(part, options.file);
    return {
      file: options.file,
      sizeBytes: (await stat(options.file)).size,
      sha256: await hashOf(options.file),
      tables: verified.tables,
      rows: verified.rows,
      ledger: verified.begin.ledger,
      chain: verified.begin.chain,
    };
  } catch (error) {
    const fault = diskFault(error, path.dirname(options.file));
    // Where the folder itself is no folder there is nothing to remove.
    if (systemErrorCode(error) !== "ENOTDIR") await rm(part, { force: true });
    throw fault ?? error;
  }
}

/** What the disk has against it, for a person to mend; null for anything else. */
function diskFault(error: unknown, folder: string): StartError | null {
  const code = systemErrorCode(error) ?? "";
  const elsewhere = "or write the backup elsewhere (--out, general_settings.backup_folder)";
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new StartError("disk_full", `the disk that holds ${folder} is full: no backup was written`, {
      advice: `Free some space there, ${elsewhere}.`,
      cause: error,
    });
  if (!["EROFS", "EACCES", "EPERM", "ENOTDIR", "ENOENT"].includes(code)) return null;
  const why = code === "EROFS" ? "lies on a read-only disk" : `cannot be written (${code})`;
  return unusable(`${folder} ${why}`, `Make it writable for this user, ${elsewhere}.`);
}

async function* contents(tx: SqlTx, copy: CopyOut, options: WriteOptions): AsyncGenerator<Buffer> {
  const schema = (await schemaOf(tx)) ?? [];
  const version = schema.at(-1)?.version ?? 0;
  if (version !== options.schemaVersion)
    throw unusable(
      `the database has schema version ${version} and this build ${options.schemaVersion}`,
      "Back up with the build that serves it, or start this one once: it brings the schema up to date.",
    );
  const chain = await chainEnd(tx);
  const tables = inOrder((await tablesOf(tx)).filter(isKept), await references(tx));
  yield noteFrame({
    note: "begin",
    at: new Date(options.nowMs).toISOString(),
    schema,
    chain: {
      seq: String(chain?.seq ?? 0n),
      hash: chain?.hash ?? "",
      startedAfter: String(chain?.started_after ?? 0n),
    },
    ledger: await ledgerSums(tx),
    sequences: await sequencesOf(tx),
  });
  let rows = 0;
  for (const [at, table] of tables.entries()) {
    rows += yield* tableContents(copy, table);
    await options.onTable?.(table.name, at + 1, tables.length);
  }
  yield noteFrame({ note: "end", tables: tables.length, rows });
}

async function* tableContents(copy: CopyOut, table: TableFacts): AsyncGenerator<Buffer, number> {
  const { columns, name, parent } = table;
  yield noteFrame({ note: "table", name, parent, columns });
  const count = new RowCount();
  // Names come from the catalogue, quoted.
  const list = columns.map((column) => `"${column}"`).join(", ");
  let waiting: Buffer[] = [];
  let bytes = 0;
  const taken = () => {
    const all = Buffer.concat(waiting);
    count.add(all);
    waiting = [];
    bytes = 0;
    return dataFrame(all);
  };
  for await (const rows of copy.rows(`copy "${name}" (${list}) to stdout`)) {
    waiting.push(rows);
    bytes += rows.length;
    if (bytes >= FRAME_BYTES) yield taken();
  }
  if (bytes > 0) yield taken();
  const end = count.end();
  yield noteFrame({ note: "rows", name, ...end });
  return end.rows;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest("hex");
}
