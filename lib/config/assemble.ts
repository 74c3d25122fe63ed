/** Settings + environment + deployments -> `Config`, with the rules that hold between them. */
import path from "node:path";
import { decideCallbacks } from "./callbacks.ts";
import type { Config, Deployment, Price } from "./config.ts";
import type { ContentSettings } from "./content-settings.ts";
import { decideMasterKey } from "./decide-master-key.ts";
import { decideSharedStore } from "./decide-shared-store.ts";
import { demoDeployments } from "./demo.ts";
import type { EnvironmentSettings } from "./environment.ts";
import type { Environment } from "./environment-reference.ts";
import { freeze } from "./freeze.ts";
import { flatPrice } from "./model-price.ts";
import { isSqlite, sqlitePath } from "./network.ts";
import type { Place, Reporter } from "./problems.ts";
import type { Layer } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { decideTelemetry } from "./telemetry-settings.ts";
import { warnAboutAddresses, warnAboutAliases } from "./warnings.ts";

export interface Parts {
  readonly settings: Settings;
  readonly places: ReadonlyMap<string, Place>;
  readonly layers: readonly Layer[];
  readonly environment: EnvironmentSettings;
  readonly env: Environment;
  readonly deployments: readonly Deployment[];
  readonly credentialVariables: Config["credentialVariables"];
  readonly ignored: readonly string[];
  readonly file: string | null;
  readonly files: readonly string[];
  readonly cwd: string;
  readonly dataDir: string;
  readonly report: Reporter;
}

/** Builds the frozen configuration; rules that are broken are reported. */
export function assemble(parts: Parts): Config {
  const { settings, environment, report, cwd } = parts;
  const production = settings.production || environment.production;
  const masterKey = decideMasterKey(parts, production);
  const database = decideDatabase(parts);
  const cors = decideCors(parts, production);
  warnAboutAddresses(parts);
  if (parts.env.VERCEL === "1") requireSecrets(masterKey, database.url, environment, report);
  const demo = demoDeployments(parts.deployments, { production, enabled: settings.demoModels });
  const deployments = [...parts.deployments, ...demo];
  warnAboutAliases(parts, deployments);

  const {
    masterKey: _masterKey,
    databaseUrl: _databaseUrl,
    logLevel,
    verbose,
    production: _production,
    demoModels: _demoModels,
    globalRpm,
    globalTpm,
    globalRph,
    globalTph,
    globalRpd,
    globalTpd,
    globalMaxParallelRequests,
    unpricedInputPrice: _unpricedInputPrice,
    unpricedOutputPrice: _unpricedOutputPrice,
    redisUrl: _redisUrl,
    redisHost: _redisHost,
    redisPort: _redisPort,
    redisPassword: _redisPassword,
    redisSsl: _redisSsl,
    redisDb: _redisDb,
    cacheParams: _cacheParams,
    corsOrigins: _origins,
    corsCredentials: _credentials,
    corsMethods: _methods,
    corsHeaders: _headers,
    maxRequestMegabytes,
    useForwardedFor,
    keyDefaults,
    keyUpperBounds,
    keyGeneration,
    backupFolder,
    backupIntervalMs,
    backupKeep,
    successCallbacks: _successCallbacks,
    failureCallbacks: _failureCallbacks,
    callbacks: _callbacks,
    webhookParams: _webhookParams,
    s3Params: _s3Params,
    clickhouseParams: _clickhouseParams,
    storePrompts: _storePrompts,
    contentOptIn: _contentOptIn,
    contentRetentionDays: _contentRetentionDays,
    contentMaxKilobytes: _contentMaxKilobytes,
    contentSecondPerson: _contentSecondPerson,
    telemetryMessageContent: _telemetryMessageContent,
    turnOffMessageLogging: _turnOffMessageLogging,
    telemetryPropagateToProviders: _telemetryPropagateToProviders,
    ...same
  } = settings;
  return freeze({
    ...same,
    keyRules: { defaults: keyDefaults, upperBounds: keyUpperBounds, ...keyGeneration },
    file: parts.file,
    files: parts.files,
    production,
    deployments,
    credentialVariables: parts.credentialVariables,
    masterKey,
    masterKeyVariable: ["LITELLM_MASTER_KEY", "SHIN_MASTER_KEY"].find((name) => parts.env[name]) ?? null,
    console: environment.console,
    previousMasterKey: environment.previousMasterKey,
    previousMasterKeyExpiresAt: environment.previousMasterKeyExpiresAt,
    databaseUrl: database.url,
    embeddedDatabaseDir: database.embeddedDir,
    encryptionKey: environment.encryptionKey,
    auditKey: environment.auditKey,
    backups: {
      folder: backupFolder === null ? null : path.resolve(cwd, backupFolder),
      intervalMs: backupIntervalMs,
      keep: backupKeep,
      passphrase: environment.backupPassphrase,
    },
    callbacks: decideCallbacks(parts),
    contents: decideContents(parts),
    cronSecret: environment.cronSecret,
    telemetry: decideTelemetry(parts),
    dataDir: path.resolve(cwd, parts.dataDir),
    host: environment.host,
    port: environment.port,
    workers: environment.workers,
    serverless: parts.env.VERCEL === "1",
    sharedStore: decideSharedStore(parts),
    globalLimits: {
      rpm: globalRpm,
      tpm: globalTpm,
      rph: globalRph,
      tph: globalTph,
      rpd: globalRpd,
      tpd: globalTpd,
      maxParallelRequests: globalMaxParallelRequests,
    },
    unpricedPrice: decideUnpricedPrice(parts),
    useForwardedFor: useForwardedFor ?? settings.trustedProxies.length > 0,
    cors,
    maxRequestBytes: Math.round(maxRequestMegabytes * 1_048_576),
    logLevel: environment.logLevel ?? logLevel ?? (verbose ? "debug" : "info"),
    logFile: settings.logFile === null ? null : path.resolve(cwd, settings.logFile),
    settingPlaces: Object.fromEntries(
      [...parts.places].map(([member, { file, line }]) => [member, `${file}:${line}`]),
    ),
    ignored: parts.ignored,
  });
}

/** What was said in a call must not outlive the record of the call. */
function decideContents({ settings, places, report }: Parts): ContentSettings {
  const { contentRetentionDays: days, dataRetentionDays: records } = settings;
  if (days !== null && records !== null && days > records)
    report.error(
      places.get("contentRetentionDays") ?? null,
      `content_retention_days ${days} is more than data_retention_days ${records}: content cannot be kept longer than the request log`,
    );
  return {
    stored: settings.storePrompts,
    optIn: settings.contentOptIn,
    retentionDays: days,
    maxBytes: settings.contentMaxKilobytes * 1024,
    secondPerson: settings.contentSecondPerson,
  };
}

/** A default price is said or refused: half of one would make the other half free without a word. */
function decideUnpricedPrice({ settings, places, report }: Parts): Price | null {
  const { unpriced, unpricedInputPrice: input, unpricedOutputPrice: output } = settings;
  if (input !== null && output !== null) return flatPrice(input, output);
  if (unpriced === "default")
    report.error(
      places.get("unpriced") ?? null,
      "unpriced_models: default needs unpriced_input_cost_per_token and unpriced_output_cost_per_token",
    );
  return null;
}

function decideDatabase({ settings, places, environment, report, cwd }: Parts): {
  url: string | null;
  embeddedDir: string | null;
} {
  const url = environment.databaseUrl ?? settings.databaseUrl;
  const place = places.get("databaseUrl") ?? null;
  if (
    environment.databaseUrl !== null &&
    settings.databaseUrl !== null &&
    environment.databaseUrl !== settings.databaseUrl
  ) {
    report.warning(place, "DATABASE_URL of the environment is used; this database_url is another one");
  }
  if (url === null || !isSqlite(url)) return { url, embeddedDir: null };
  const file = path.resolve(cwd, sqlitePath(url));
  const embeddedDir = `${file}-postgres`;
  report.warning(
    environment.databaseUrl === null ? place : null,
    `SQLite is not used: an embedded PostgreSQL keeps the data in ${path.relative(cwd, embeddedDir) || embeddedDir}`,
  );
  return { url: null, embeddedDir };
}

function decideCors({ settings, places, report }: Parts, production: boolean): Config["cors"] {
  const everywhere = settings.corsOrigins.includes("*");
  if (everywhere && settings.corsCredentials) {
    report.error(
      places.get("corsCredentials") ?? null,
      'cors_allow_credentials cannot go with the origin "*": any site could act for your users — list the origins',
    );
  }
  if (everywhere && production) {
    report.warning(
      places.get("corsOrigins") ?? null,
      'in production "*" lets pages of any site call the gateway — list the origins',
    );
  }
  return {
    origins: everywhere ? ["*"] : [...new Set(settings.corsOrigins)],
    credentials: settings.corsCredentials,
    methods: settings.corsMethods,
    headers: settings.corsHeaders,
  };
}

// A serverless instance has no folder of its own to keep generated secrets or a database in.
function requireSecrets(
  masterKey: string | null,
  databaseUrl: string | null,
  { auditKey, encryptionKey }: Pick<EnvironmentSettings, "auditKey" | "encryptionKey">,
  report: Reporter,
): void {
  if (masterKey === null) report.error(null, "LITELLM_MASTER_KEY is required on Vercel");
  if (databaseUrl === null)
    report.error(null, "DATABASE_URL is required on Vercel: a PostgreSQL 14 or newer");
  for (const [name, key] of [
    ["SHIN_ENCRYPTION_KEY", encryptionKey],
    ["SHIN_AUDIT_KEY", auditKey],
  ] as const)
    if (key === null) report.error(null, `${name} is required on Vercel — make one: openssl rand -hex 32`);
}
