/** The shape that the tables of settings fill, and its defaults. `load.ts` makes the frozen `Config` of it. */
import type { Config, LogLevel } from "./config.ts";

type SameAsConfig =
  | "databasePoolSize"
  | "globalBudgetNanoUsd"
  | "globalBudgetDuration"
  | "timezone"
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
  | "budgetExceededStatus"
  | "passUpstreamAuthErrors";

/** What config.yaml says, before the environment and the demo are added. */
export type Settings = { -readonly [K in SameAsConfig]: Config[K] } & {
  masterKey: string | null;
  databaseUrl: string | null;
  logLevel: LogLevel | null;
  verbose: boolean;
  production: boolean;
  demoModels: boolean;
  globalRpm: number | null;
  globalTpm: number | null;
  globalMaxParallelRequests: number | null;
  /** null: not said, then it follows trusted_proxies. */
  useForwardedFor: boolean | null;
  corsOrigins: readonly string[];
  corsCredentials: boolean;
  corsMethods: readonly string[];
  corsHeaders: readonly string[];
  maxRequestMegabytes: number;
  routingHint: boolean;
  modelGroupAlias: Readonly<Record<string, string>>;
};

/** Fresh defaults. */
export function defaultSettings(): Settings {
  return {
    masterKey: null,
    databaseUrl: null,
    databasePoolSize: 10,
    production: false,
    demoModels: true,
    globalRpm: null,
    globalTpm: null,
    globalMaxParallelRequests: null,
    globalBudgetNanoUsd: null,
    globalBudgetDuration: null,
    timezone: "UTC",
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
    ledgerAcknowledge: "commit",
    allowRequestsOnDbUnavailable: true,
    dbOutageGraceMs: 900_000,
    drainTimeoutMs: 30_000,
    budgetExceededStatus: 400,
    passUpstreamAuthErrors: false,
    routingHint: false,
    modelGroupAlias: {},
  };
}
