/** `shin backup`: takes, lists and checks backups. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { connect, database } from "#db/client.ts";
import { type BackupKey, unusable } from "../backup/encryption.ts";
import { backupKey, backupName, listBackups, takeBackup } from "../backup/take.ts";
import { verifyBackup } from "../backup/verify.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { renderProblems } from "../config/problems.ts";
import { readFileIfPresent } from "../config/process.ts";
import { isStartError, StartError, systemErrorCode } from "../node/start-error.ts";
import { connectionOf } from "./database.ts";
import type { CliHost } from "./main.ts";

export interface ConfigOptions {
  readonly config?: string;
  readonly data?: string;
}

const FOUND = 3;

/** The configuration of the gateway whose data are meant. @throws StartError when it has faults */
export function readConfig(
  { config: file, data }: ConfigOptions,
  host: Pick<CliHost, "env" | "now">,
): Config {
  const { config, problems, shownFile } = loadConfig({
    env: host.env,
    cwd: process.cwd(),
    readFile: readFileIfPresent,
    now: host.now(),
    ...(file === undefined ? {} : { file }),
    ...(data === undefined ? {} : { dataDir: data }),
  });
  if (config) return config;
  throw new StartError("config_invalid", "the configuration has faults", {
    advice: renderProblems(problems, { checkFile: shownFile }).trimEnd(),
  });
}

/** What seals and opens this gateway's backups. @throws StartError when nothing does */
export async function keyOf(config: Config): Promise<BackupKey> {
  const key = backupKey(config.backups.passphrase, config.encryptionKey ?? (await keptKey(config.dataDir)));
  if (key) return key;
  throw unusable(
    "there is no key for backups here",
    "Set SHIN_ENCRYPTION_KEY or SHIN_BACKUP_PASSPHRASE, or run it where the gateway's data folder is.",
  );
}

async function keptKey(dataDir: string): Promise<string | null> {
  try {
    return (await readFile(join(dataDir, "secrets", "encryption-key"), "utf8")).trim();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** @throws StartError for what a person can mend */
export async function runBackup(
  options: ConfigOptions & { readonly out?: string; readonly json: boolean },
  host: CliHost,
): Promise<void> {
  const config = readConfig(options, host);
  const key = await keyOf(config);
  const nowMs = host.now().getTime();
  const file = resolve(options.out ?? join(config.backups.folder ?? ".", backupName(nowMs)));
  const target = await connectionOf({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  const open = () => connect({ target, max: 1, applicationName: "shin-backup" });
  // Drizzle changes how its client reads dates.
  const [sql, other] = [open(), open()];
  try {
    const taken = await takeBackup({
      sql,
      db: database(other),
      file,
      key,
      nowMs,
      gatewayVersion: host.version,
      actor: { kind: "system", id: "shin backup", claimedBy: null, ip: null, requestId: null },
    });
    host.out(
      options.json
        ? `${JSON.stringify(taken)}\n`
        : `${file}\n${megabytes(taken.sizeBytes)}, ${taken.rows} rows of ${taken.tables} tables, read back and found whole\n` +
            `audit chain to #${taken.chain.seq}, ${taken.ledger.records} spend records, SHA-256 ${taken.sha256}\n`,
    );
  } finally {
    await Promise.all([sql, other].map((client) => client.end({ timeout: 2 })));
  }
}

/** Prints the backups of the folder, the newest first. */
export async function listFolder(
  options: ConfigOptions & { readonly json: boolean },
  host: CliHost,
): Promise<void> {
  const folder = readConfig(options, host).backups.folder ?? process.cwd();
  const files = await listBackups(folder);
  const lines =
    files.length === 0
      ? `no backups in ${folder}\n`
      : files.map(({ at, file, sizeBytes }) => `${at}  ${megabytes(sizeBytes)}  ${file}\n`).join("");
  host.out(options.json ? `${JSON.stringify(files)}\n` : lines);
}

/** @returns 0, or 3 when the file is damaged or sealed for somebody else */
export async function runVerify(
  file: string,
  options: ConfigOptions & { readonly json: boolean },
  host: CliHost,
): Promise<number> {
  const key = await keyOf(readConfig(options, host));
  try {
    const { begin, envelope, rows, tables } = await verifyBackup(resolve(file), key);
    host.out(
      options.json
        ? `${JSON.stringify({ ok: true, createdAt: envelope.createdAt, schemaVersion: envelope.schemaVersion, tables, rows })}\n`
        : `whole: ${rows} rows of ${tables} tables, taken ${begin.at} by ${envelope.gatewayVersion}, schema version ${envelope.schemaVersion}\n`,
    );
    return 0;
  } catch (error) {
    if (!isStartError(error)) throw error;
    host.out(
      options.json
        ? `${JSON.stringify({ ok: false, message: error.message })}\n`
        : `${error.message}. ${error.advice}\n`,
    );
    return FOUND;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
