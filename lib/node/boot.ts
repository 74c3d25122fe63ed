/** Start of the self-hosted gateway: configuration, data folder, database, runtime, in this order, each with its own clear failure. */
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { renderProblems } from "../config/problems.ts";
import { fileHasContent, loadProcessConfig, type ProcessOptions } from "../config/process.ts";
import type { Reload } from "../config/reload.ts";
import { watchConfig } from "../config/watch.ts";
import { newId } from "../ids.ts";
import type { Instance } from "../ledger/record.ts";
import { isLogLevel, type Log, type OpenedLog, openLog } from "../log.ts";
import { createRuntime, journalFolder, type Runtime } from "../runtime.ts";
import {
  type DataFolder,
  makeEncryptionKey,
  makeMasterKey,
  openDataFolder,
  type Secret,
} from "./data-folder.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { StartError } from "./start-error.ts";

export interface Booted {
  readonly config: Config;
  readonly data: DataFolder;
  /** Null when DATABASE_URL names another server. */
  readonly embedded: EmbeddedPostgres | null;
  readonly runtime: Runtime;
  /** Null when the master key came from the environment or the configuration. */
  readonly masterKeyFile: Secret | null;
  readonly databaseReadyMs: number;
  readonly notices: readonly string[];
  readonly log: OpenedLog;
  /** Stops everything but the listening server; twice is once. */
  close(): Promise<void>;
}

export interface BootOptions extends ProcessOptions {
  readonly version: string;
  /** Where standard output goes: log lines are readable on a terminal and JSON elsewhere. */
  readonly terminal: { readonly tty: boolean; readonly color: boolean };
}

/** @throws StartError for what a person can mend; anything else is a defect */
export async function boot(options: BootOptions): Promise<Booted> {
  const loaded = loadProcessConfig(options);
  if (!loaded.config) {
    throw new StartError("config_invalid", "the configuration has faults", {
      advice: "Mend them and start again.",
      detail: renderProblems(loaded.problems, { checkFile: loaded.shownFile }).trimEnd().split("\n"),
    });
  }
  const read = loaded.config;
  const log = openLog(read, options.terminal);
  const undo: (() => Promise<void>)[] = [() => log.close()];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const data = await openDataFolder({ dir: read.dataDir, now: () => new Date() });
    undo.push(() => data.close());
    const masterKeyFile = read.masterKey === null ? await data.secret("master-key", makeMasterKey) : null;
    const encryption = read.encryptionKey ?? (await data.secret("encryption-key", makeEncryptionKey)).value;
    const withSecrets = (config: Config): Config => ({
      ...config,
      masterKey: config.masterKey ?? masterKeyFile?.value ?? null,
    });
    const startedMs = performance.now();
    const embedded =
      read.databaseUrl === null
        ? await startEmbeddedPostgres({ dataDir: read.embeddedDatabaseDir ?? data.path, log: log.log })
        : null;
    if (embedded) undo.push(() => embedded.stop());
    const runtime = await createRuntime({
      config: withSecrets(read),
      database: embedded?.options ?? read.databaseUrl ?? "",
      journalFolder: journalFolder(data.path),
      instance: await nextBoot(data.path),
      pseudonymKey: encryption,
      version: options.version,
      clock: systemClock,
      random: Math.random,
      log: log.log,
    });
    undo.push(() => runtime.close());
    const watch = watchConfig({
      load: () => loadProcessConfig(options),
      running: read,
      files: loaded.files,
      hasContent: fileHasContent,
      onReload: (reload) => {
        putInForce(reload, runtime, withSecrets, log.log).catch((error: unknown) =>
          log.log.error({ err: error }, "configuration not reloaded, the running one stays"),
        );
      },
      onWatchFailure: (folder, error) =>
        log.log.warn({ err: error, folder }, "configuration is not watched there; SIGHUP reloads it"),
    });
    undo.push(async () => watch.close());
    const notices = loaded.problems.map((problem) => problem.message);
    return {
      config: read,
      data,
      embedded,
      runtime,
      masterKeyFile,
      databaseReadyMs: performance.now() - startedMs,
      notices,
      log,
      close,
    };
  } catch (error) {
    await close();
    throw asDatabaseFault(error, read);
  }
}

async function putInForce(
  reload: Reload,
  runtime: Runtime,
  withSecrets: (config: Config) => Config,
  log: Log,
): Promise<void> {
  if (reload.kind === "refused")
    log.error(`configuration not reloaded, the running one stays:\n${reload.rendered}`);
  if (reload.kind === "unchanged") log.info("configuration reloaded: nothing changed");
  if (reload.kind !== "changed") return;
  await runtime.apply(withSecrets(reload.config));
  if (isLogLevel(reload.config.logLevel)) log.level = reload.config.logLevel;
  const { changed, needRestart, warnings } = reload;
  log.info({ changed, needRestart }, `configuration reloaded ${warnings}`.trim());
}

/** This data folder's instance and how often it has started: tells which calls an earlier start left open. */
async function nextBoot(dataDir: string): Promise<Instance> {
  const file = path.join(dataDir, "instance.json");
  let known: Partial<Instance> = {};
  try {
    known = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    // A first start has no file; one that cannot be read would only make the next start claim nothing.
    if (
      !(error instanceof SyntaxError) &&
      !(error instanceof Error && "code" in error && error.code === "ENOENT")
    )
      throw error;
  }
  const instance = { id: known.id ?? newId("ins", Date.now()), boot: (known.boot ?? 0) + 1 };
  // Written beside and moved into place: an instance that forgot its name could not settle what it left open.
  await writeFile(`${file}.new`, JSON.stringify(instance), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return instance;
}

/** A database named by URL that does not answer is for a person to mend; its password stays out of the text. */
function asDatabaseFault(error: unknown, config: Config): unknown {
  if (config.databaseUrl === null || !(error instanceof Error) || !("code" in error)) return error;
  const { host, pathname } = new URL(config.databaseUrl);
  return new StartError(
    "database_failed",
    `the database ${pathname.slice(1)} at ${host} cannot be used: ${error.message || String(error.code)}`,
    {
      advice: "Check DATABASE_URL (general_settings.database_url) and that the server runs.",
      cause: error,
    },
  );
}
