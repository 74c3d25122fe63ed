/**
 * What a gateway stands on, once however many processes serve: configuration, log, data folder, secrets, database. In
 * this order, each with its own clear failure.
 */
import type { connect } from "#db/client.ts";
import type { Config } from "../config/config.ts";
import { renderProblems } from "../config/problems.ts";
import { fileHasContent, loadProcessConfig, type ProcessOptions } from "../config/process.ts";
import type { Reload } from "../config/reload.ts";
import { watchConfig } from "../config/watch.ts";
import { isLogLevel, type OpenedLog, openLog } from "../log.ts";
import {
  type DataFolder,
  makeEncryptionKey,
  makeMasterKey,
  openDataFolder,
  type Secret,
} from "./data-folder.ts";
import { asDatabaseFault } from "./database-fault.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { StartError } from "./start-error.ts";

export interface Ground {
  /** With its secrets. */
  readonly config: Config;
  readonly data: DataFolder;
  /** 32 bytes as hex. */
  readonly encryptionKey: string;
  /** Null when DATABASE_URL names another server. */
  readonly embedded: EmbeddedPostgres | null;
  readonly database: Parameters<typeof connect>[0]["target"];
  /** When the database was asked for first, on the monotonic clock. */
  readonly databaseAskedMs: number;
  /** Null when the master key came from the environment or the configuration. */
  readonly masterKeyFile: Secret | null;
  readonly notices: readonly string[];
  readonly log: OpenedLog;
  /** Reloads on SIGHUP and when a file changes; `apply` puts the new configuration in force. */
  watch(apply: (config: Config) => Promise<void> | void): void;
  /** Takes down everything; twice is once. */
  close(): Promise<void>;
}

export interface GroundOptions extends ProcessOptions {
  /** Where standard output goes: log lines are readable on a terminal and JSON elsewhere. */
  readonly terminal: { readonly tty: boolean; readonly color: boolean };
}

/** Connections of one worker with its console, and a little room for people. */
const CONNECTIONS_A_WORKER = 40;
const CONNECTIONS_BESIDE = 10;

/** @throws StartError for what a person can mend; anything else is a defect */
export async function openGround(options: GroundOptions): Promise<Ground> {
  const loaded = loadProcessConfig(options);
  if (!loaded.config) {
    throw new StartError("config_invalid", "the configuration has faults", {
      advice: "Mend them and start again.",
      detail: renderProblems(loaded.problems, { checkFile: loaded.shownFile }).trimEnd().split("\n"),
    });
  }
  const read = loaded.config;
  const log = openLog(read, options.terminal);
  const undo: (() => Promise<void> | void)[] = [() => log.close()];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const data = await openDataFolder({ dir: read.dataDir, now: () => new Date() });
    undo.push(() => data.close());
    const masterKeyFile = read.masterKey === null ? await data.secret("master-key", makeMasterKey) : null;
    const encryptionKey =
      read.encryptionKey ?? (await data.secret("encryption-key", makeEncryptionKey)).value;
    const auditKey = read.auditKey ?? (await data.secret("audit-key", makeEncryptionKey)).value;
    const withSecrets = (config: Config): Config => ({
      ...config,
      masterKey: config.masterKey ?? masterKeyFile?.value ?? null,
      encryptionKey,
      auditKey,
    });
    const databaseAskedMs = performance.now();
    const embedded = read.databaseUrl === null ? await openEmbedded(read, data, log) : null;
    if (embedded) undo.push(() => embedded.stop());
    const database = embedded?.options ?? read.databaseUrl ?? "";
    if (!embedded) {
      // The embedded database's own lock sees to it that nobody else is there; so this is loaded for others only.
      const { announce } = await import("./presence.ts");
      const shared = read.sharedStore !== null;
      const presence = await announce({ database, shared, log: log.log });
      undo.push(() => presence.close());
    }
    return {
      config: withSecrets(read),
      data,
      encryptionKey,
      embedded,
      database,
      databaseAskedMs,
      masterKeyFile,
      notices: loaded.problems.map((problem) => problem.message),
      log,
      close,
      watch: (apply) => {
        const watch = watchConfig({
          load: () => loadProcessConfig(options),
          running: read,
          files: loaded.files,
          hasContent: fileHasContent,
          onReload: (reload) => {
            putInForce(reload, (config) => apply(withSecrets(config)), log).catch((error: unknown) =>
              log.log.error({ err: error }, "configuration not reloaded, the running one stays"),
            );
          },
          onWatchFailure: (folder, error) =>
            log.log.warn({ err: error, folder }, "configuration is not watched there; SIGHUP reloads it"),
        });
        undo.push(() => watch.close());
      },
    };
  } catch (error) {
    await close();
    throw await asDatabaseFault(error, read);
  }
}

function openEmbedded(config: Config, data: DataFolder, { log }: OpenedLog): Promise<EmbeddedPostgres> {
  const several =
    config.workers === 1
      ? {}
      : { maxConnections: CONNECTIONS_A_WORKER * config.workers + CONNECTIONS_BESIDE };
  return startEmbeddedPostgres({ dataDir: config.embeddedDatabaseDir ?? data.path, log, ...several });
}

async function putInForce(
  reload: Reload,
  apply: (config: Config) => Promise<void> | void,
  { log }: OpenedLog,
): Promise<void> {
  if (reload.kind === "refused")
    log.error(`configuration not reloaded, the running one stays:\n${reload.rendered}`);
  if (reload.kind === "unchanged") log.info("configuration reloaded: nothing changed");
  if (reload.kind !== "changed") return;
  await apply(reload.config);
  if (isLogLevel(reload.config.logLevel)) log.level = reload.config.logLevel;
  const { changed, needRestart, warnings } = reload;
  log.info({ changed, needRestart }, `configuration reloaded ${warnings}`.trim());
}
