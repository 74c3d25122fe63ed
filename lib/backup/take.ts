/** Takes a backup into a folder, writes down that it was, and clears away what is too old. */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Db, Sql } from "#db/client.ts";
import { newestVersion } from "#db/migrate.ts";
import { backups } from "#db/schema/operate.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { newId } from "../ids.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { systemErrorCode } from "../node/start-error.ts";
import type { BackupKey } from "./encryption.ts";
import { ERASURES, erasuresOf } from "./replay-erasures.ts";
import { REVOCATIONS, revocationsOf } from "./revocations.ts";
import { writeSideFile } from "./side-file.ts";
import { type WriteOptions, type Written, writeBackup } from "./write.ts";

export interface TakeOptions extends Omit<WriteOptions, "schemaVersion"> {
  readonly db: Db;
  readonly actor: Actor;
}

export interface Taken extends Written {
  readonly id: string;
}

const NAME = /^shin-(\d{8}T\d{6}Z)\.backup$/;

/** `shin-20261123T134500Z.backup`: names sort by time. */
export function backupName(nowMs: number): string {
  return `shin-${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "")}.backup`;
}

/** What seals and opens backups; the passphrase wins. Null when there is neither. */
export function backupKey(passphrase: string | null, encryptionKey: string | null): BackupKey | null {
  if (passphrase !== null) return { kind: "passphrase", text: passphrase };
  return encryptionKey === null ? null : { kind: "encryption_key", hex: encryptionKey };
}

/** @throws StartError for what a person can mend */
export async function takeBackup(options: TakeOptions): Promise<Taken> {
  const id = newId("bak", options.nowMs);
  const written = await writeBackup({ ...options, schemaVersion: await newestVersion() });
  await writeLists(options.sql, path.dirname(options.file));
  await options.db.transaction(async (tx) => {
    await writeAudit(tx, options.actor, options.nowMs, {
      action: "backup.create",
      target: { kind: "backup", id },
      before: null,
      after: {
        file: path.basename(options.file),
        sizeBytes: written.sizeBytes,
        sha256: written.sha256,
        rows: written.rows,
      },
    });
    const at = new Date(options.nowMs);
    const { file, sha256, sizeBytes } = written;
    await tx.insert(backups).values({ id, at, file, sha256, sizeBytes, verifiedAt: at });
  });
  return { ...written, id };
}

/** What must hold again in whatever is restored from the folder's backups. */
export async function writeLists(sql: Sql, folder: string): Promise<void> {
  await writeSideFile(ERASURES, folder, await erasuresOf(sql));
  await writeSideFile(REVOCATIONS, folder, await revocationsOf(sql));
}

/** Keeps these lists fresh between two backups, where backups are set up. */
async function keepLists({ policy, sql }: Pick<JobDeps, "policy" | "sql">): Promise<void> {
  const { folder } = policy().config.backups;
  if (folder === null) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeLists(sql, folder);
}

/** That, every minute. */
export const listChore = (deps: Pick<JobDeps, "policy" | "sql">) => ({
  name: "listing erasures and revocations beside the backups",
  everyMs: 60_000,
  run: () => keepLists(deps),
});

export interface BackupFile {
  readonly file: string;
  readonly at: string;
  readonly sizeBytes: number;
}

/** The backups of a folder, the newest first. An absent folder has none. */
export async function listBackups(folder: string): Promise<BackupFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
  const found = names.flatMap((name) => {
    const stamp = NAME.exec(name)?.[1];
    return stamp === undefined ? [] : [{ name, stamp }];
  });
  found.sort((a, b) => b.stamp.localeCompare(a.stamp));
  return Promise.all(
    found.map(async ({ name, stamp }) => ({
      file: path.join(folder, name),
      at: stamp.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, "$1-$2-$3T$4:$5:$6Z"),
      sizeBytes: (await stat(path.join(folder, name))).size,
    })),
  );
}

/** Deletes all but the newest. @returns the files that are gone */
export async function keepNewest(sql: Sql, folder: string, keep: number, nowMs: number): Promise<string[]> {
  const old = (await listBackups(folder)).slice(keep).map(({ file }) => file);
  for (const file of old) await rm(file, { force: true });
  if (old.length > 0)
    await sql`update backups set removed_at = ${new Date(nowMs)} where file = any(${old}) and removed_at is null`;
  return old;
}
