/** The shape that the tables of settings fill, and its defaults. `load.ts` makes the frozen `Config` of it. */

import type { KeyRules } from "../keys/generation.ts";
import { defaultThrottle } from "../throttle/policies.ts";
import { type CallbackSettings, noCallbacks } from "./callback-settings.ts";
import type { Config, LogLevel } from "./config.ts";
import type { CacheParams } from "./store-settings.ts";

type SameAsConfig =
  | "allowPrivateApiBase"
  | "routingHint"
  | "databasePoolSize"
  | "globalBudgetNanoUsd"
  | "globalBudgetDuration"
  | "globalSoftBudgetNanoUsd"
  | "groupLimits"
  | "providerBudgets"
  | "endUserBudgetNanoUsd"
  | "endUserBudgetId"
  | "reservation"
  | "timezone"
  | "userDefaults"
  | "maxTokens"
  | "maxTokensPolicy"
  | "defaultOutputTokens"
  | "dropParams"
  | "unpriced"
  | "requestTimeoutMs"
  | "connectTimeoutMs"
  | "streamTimeoutMs"
  | "idleTimeoutMs"
  | "numRetries"
  | "allowedFails"
  | "cooldownMs"
  | "alwaysIncludeStreamUsage"
  | "allowedIps"
  | "trustedProxies"
  | "keyHeaderName"
  | "jsonLogs"
  | "logFile"
  | "anonymizeLogs"
  | "dataRetentionDays"
  | "ledgerAcknowledge"
  | "allowRequestsOnDbUnavailable"
  | "dbOutageGraceMs"
  | "drainTimeoutMs"
  | "requireAuthForMetrics"
  | "budgetExceededStatus"
  | "limitsOnStoreOutage"
  | "limitsStoreTimeoutMs"
  | "throttle"
  | "incidentSecondPerson"
  | "rotationDays"
  | "rotationGraceMs"
  | "keyHabitFactor"
  | "passUpstreamAuthErrors";

/** What config.yaml says, before the environment and the demo are added. */
export type Settings = { -readonly [K in SameAsConfig]: Config[K] } & CallbackSettings & {
    storePrompts: boolean;
    contentOptIn: boolean;
    contentRetentionDays: number | null;
    contentMaxKilobytes: number;
    contentSecondPerson: boolean;
    backupFolder: string | null;
    backupIntervalMs: number;
    backupKeep: number;
    telemetryMessageContent: boolean;
    turnOffMessageLogging: boolean;
    telemetryPropagateToProviders: boolean;
    masterKey: string | null;
    databaseUrl: string | null;
    keyDefaults: KeyRules["defaults"];
    keyUpperBounds: KeyRules["upperBounds"];
    keyGeneration: Pick<KeyRules, "team" | "personal">;
    redisUrl: string | null;
    redisHost: string | null;
    redisPort: number | null;
    redisPassword: string | null;
    redisSsl: boolean;
    redisDb: number;
    cacheParams: CacheParams | null;
    logLevel: LogLevel | null;
    verbose: boolean;
    production: boolean;
    demoModels: boolean;
    globalRpm: number | null;
    globalTpm: number | null;
    globalRph: number | null;
    globalTph: number | null;
    globalRpd: number | null;
    globalTpd: number | null;
    globalMaxParallelRequests: number | null;
    unpricedInputPrice: bigint | null;
    unpricedOutputPrice: bigint | null;
    /** null: not said, then it follows trusted_proxies. */
    useForwardedFor: boolean | null;
    corsOrigins: readonly string[];
    corsCredentials: boolean;
    corsMethods: readonly string[];
    corsHeaders: readonly string[];
    maxRequestMegabytes: number;
    modelGroupAlias: Readonly<Record<string, string>>;
  };

/** Fresh defaults. */
export function defaultSettings(): Settings {
  return {
    ...noCallbacks(),
    masterKey: null,
    incidentSecondPerson: false,
    rotationDays: 90,
    rotationGraceMs: 7 * 86_400_000,
    keyHabitFactor: 5,
    databaseUrl: null,
    keyDefaults: {},
    keyUpperBounds: {},
    keyGeneration: {
      team: { allowedRoles: null, requiredParams: [] },
      personal: { allowedRoles: null, requiredParams: [] },
    },
    redisUrl: null,
    redisHost: null,
    redisPort: null,
    redisPassword: null,
    redisSsl: false,
    redisDb: 0,
    cacheParams: null,
    limitsOnStoreOutage: "local",
    limitsStoreTimeoutMs: 50,
    throttle: defaultThrottle(),
    databasePoolSize: 10,
    production: false,
    demoModels: true,
    globalRpm: null,
    globalTpm: null,
    globalRph: null,
    globalTph: null,
    globalRpd: null,
    globalTpd: null,
    globalMaxParallelRequests: null,
    globalBudgetNanoUsd: null,
    globalBudgetDuration: null,
    globalSoftBudgetNanoUsd: null,
    groupLimits: {},
    providerBudgets: {},
    endUserBudgetNanoUsd: null,
    endUserBudgetId: null,
    reservation: "estimate",
    unpricedInputPrice: null,
    unpricedOutputPrice: null,
    timezone: "UTC",
    userDefaults: {},
    maxTokens: null,
    maxTokensPolicy: "clamp",
    defaultOutputTokens: 4_096,
    dropParams: false,
    unpriced: "allow",
    requestTimeoutMs: 600_000,
    connectTimeoutMs: 10_000,
    streamTimeoutMs: null,
    idleTimeoutMs: 120_000,
    numRetries: 2,
    allowedFails: 3,
    cooldownMs: 5_000,
    alwaysIncludeStreamUsage: false,
    allowedIps: null,
    trustedProxies: [],
    useForwardedFor: null,
    corsOrigins: [],
    corsCredentials: false,
    corsMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    corsHeaders: ["*"],
    maxRequestMegabytes: 20,
    keyHeaderName: null,
    logLevel: null,
    verbose: false,
    jsonLogs: false,
    logFile: null,
    anonymizeLogs: false,
    dataRetentionDays: null,
    storePrompts: false,
    contentOptIn: false,
    contentRetentionDays: null,
    contentMaxKilobytes: 64,
    contentSecondPerson: false,
    backupFolder: null,
    backupIntervalMs: 86_400_000,
    backupKeep: 7,
    telemetryMessageContent: false,
    turnOffMessageLogging: false,
    telemetryPropagateToProviders: true,
    ledgerAcknowledge: "commit",
    allowRequestsOnDbUnavailable: true,
    dbOutageGraceMs: 900_000,
    drainTimeoutMs: 30_000,
    requireAuthForMetrics: true,
    budgetExceededStatus: 400,
    passUpstreamAuthErrors: false,
    routingHint: false,
    allowPrivateApiBase: false,
    modelGroupAlias: {},
  };
}
