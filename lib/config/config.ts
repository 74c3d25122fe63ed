/**
 * The frozen configuration that everything else reads. Built by `load.ts` from config.yaml and the environment;
 * nothing outside this folder reads `process.env` or YAML. Units stand last in names; money is nano-USD.
 */

import type { KeyRules } from "../keys/generation.ts";
import type { UserDefaults } from "../people/schema.ts";
import type { ThrottleLimits } from "../throttle/policies.ts";
import type { CallbackDestination } from "./callbacks.ts";
import type { ConsoleSettings } from "./console-environment.ts";
import type { ContentSettings } from "./content-settings.ts";
import type { CorsConfig } from "./cors.ts";
import type { FinerPrice } from "./finer-price.ts";
import type { BackupSettings } from "./operate-settings.ts";
import type { TelemetrySettings } from "./telemetry-settings.ts";

/** Prices of one deployment in nano-USD for a million tokens (integer, so that fractions of a nano-dollar a token stay exact). */
export interface Price extends FinerPrice<Price> {
  readonly inputNanoUsdPerMillion: bigint;
  readonly outputNanoUsdPerMillion: bigint;
  /** Falls back to the input price. */
  readonly cacheReadNanoUsdPerMillion: bigint | null;
  readonly cacheWriteNanoUsdPerMillion: bigint | null;
  /** Falls back to the output price. */
  readonly reasoningNanoUsdPerMillion: bigint | null;
  /** Flat fee for a call. */
  readonly requestNanoUsd: bigint;
}

/** Ceilings of one subject: requests and tokens a minute, an hour and a day. Null means no ceiling of its own. */
export interface Limits {
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly rph: number | null;
  readonly tph: number | null;
  readonly rpd: number | null;
  readonly tpd: number | null;
  readonly maxParallelRequests: number | null;
}

export const NO_LIMITS: Limits = {
  rpm: null,
  tpm: null,
  rph: null,
  tph: null,
  rpd: null,
  tpd: null,
  maxParallelRequests: null,
};

export interface Budget {
  readonly maxNanoUsd: bigint;
  /** `30d`, `1mo`; null: for life. */
  readonly duration: string | null;
}

/** What an operator gives a model group as a whole, over all its deployments. */
export interface GroupLimits {
  readonly limits: Limits;
  readonly budget: Budget | null;
}

/** One entry of `model_list`: provider + upstream model + credential + limits. */
export interface Deployment {
  /** `model_info.id`, else `dep_` + a hash of what identifies the entry: stable over restarts and reordering. */
  readonly id: string;
  /** Public `model_name`. */
  readonly modelGroup: string;
  /** Provider name in LiteLLM's spelling: the part of `litellm_params.model` before the first slash, `openai` without one. */
  readonly provider: string;
  /** What the provider calls it: the part after the provider prefix. */
  readonly upstreamModel: string;
  readonly apiKey: string | null;
  /** Without a trailing slash; null takes the provider's own. */
  readonly apiBase: string | null;
  readonly apiVersion: string | null;
  readonly organization: string | null;
  readonly limits: Limits;
  readonly budget: Budget | null;
  /** rpm/tpm steer routing instead of refusing. */
  readonly routingHint: boolean;
  readonly weight: number | null;
  readonly order: number | null;
  readonly timeoutMs: number | null;
  /** To the first byte of a stream. */
  readonly streamTimeoutMs: number | null;
  readonly maxRetries: number | null;
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Merged over the client's body, as `extra_body` in LiteLLM. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** OpenAI parameters that the entry sets when the client does not (`temperature`, `max_tokens`, ...). */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly dropParams: boolean | null;
  readonly additionalDropParams: readonly string[];
  /** Key ids, aliases or hashes that alone may call it; null: everybody whose key allows the model. */
  readonly allowedKeys: readonly string[] | null;
  readonly accessGroups: readonly string[];
  /** The name that prices and context sizes are looked up by, `model_info.base_model`. */
  readonly baseModel: string | null;
  readonly price: Price | null;
  readonly cooldownMs: number | null;
  /** Other `model_info` members, shown by `/model/info`. */
  readonly modelInfo: Readonly<Record<string, unknown>>;
  /** Its address came through the API: it is checked whenever a connection is made. */
  readonly guarded: boolean;
  /** Why calls cannot be sent to it (a missing credential), else null. */
  readonly unusable: string | null;
  /** `config.yaml:9`, `demo`, or `stored`: made with /model/new. */
  readonly source: string;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** Where several processes count limits together. */
export type SharedStore =
  | { readonly kind: "redis"; readonly url: string }
  | { readonly kind: "upstash"; readonly url: string; readonly token: string };

export interface Config {
  /** Absolute path of the file read, null when running on defaults. */
  readonly file: string | null;
  /** Every file read, for watching (includes). */
  readonly files: readonly string[];
  readonly production: boolean;
  readonly deployments: readonly Deployment[];
  /** `router_settings.model_group_alias`: public name -> model group. */
  readonly modelGroupAlias: Readonly<Record<string, string>>;
  /** `router_settings.routing_hint`, for deployments that do not say. */
  readonly routingHint: boolean;
  /** Deployments made through the API may name addresses of this machine and of private networks. */
  readonly allowPrivateApiBase: boolean;
  /** The variables that deployments may take credentials from, with their values. */
  readonly credentialVariables: Readonly<Record<string, string>>;

  /** What cannot be undone in an incident waits for a second person. */
  readonly incidentSecondPerson: boolean;
  /** Older keys raise an alert; 0: none does. */
  readonly rotationDays: number;
  readonly rotationGraceMs: number;
  /** 0: nobody looks. */
  readonly keyHabitFactor: number;
  readonly masterKey: string | null;
  /** The variable that holds it, for telling people where it is; null when it stands in the file or is made. */
  readonly masterKeyVariable: string | null;
  /** Accepted beside the new one while a rotation lasts (`LITELLM_MASTER_KEY_PREVIOUS`). */
  readonly previousMasterKey: string | null;
  readonly previousMasterKeyExpiresAt: Date | null;
  /** postgres:// URL, or null for the embedded one. */
  readonly databaseUrl: string | null;
  /** Where the embedded database lives when a `sqlite:` URL names a place; null: inside the data folder. */
  readonly embeddedDatabaseDir: string | null;
  readonly databasePoolSize: number;
  /** 32 bytes, null: made in the data folder. */
  readonly encryptionKey: string | null;
  /** Signs the heads of the audit log: 32 bytes, null: made in the data folder. */
  readonly auditKey: string | null;
  readonly console: ConsoleSettings;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  /** Instances come and go uncounted (Vercel). */
  readonly serverless: boolean;
  /** Null: limits are counted in this process's memory. */
  readonly sharedStore: SharedStore | null;
  /** While the shared store is away: refuse calls that have limits, let them pass, or count in this process's memory. */
  readonly limitsOnStoreOutage: "closed" | "open" | "local";
  /** The longest that a call waits for the shared store. */
  readonly limitsStoreTimeoutMs: number;
  readonly throttle: ThrottleLimits;

  /** `litellm_settings.rpm/tpm` and `global_max_parallel_requests`. */
  readonly globalLimits: Limits;
  readonly globalBudgetNanoUsd: bigint | null;
  readonly globalBudgetDuration: string | null;
  readonly globalSoftBudgetNanoUsd: bigint | null;
  /** `router_settings.model_group_limits` by model group. */
  readonly groupLimits: Readonly<Record<string, GroupLimits>>;
  /** `router_settings.provider_budget_config` by provider. */
  readonly providerBudgets: Readonly<Record<string, Budget>>;
  /** Of each end user that has none of its own. */
  readonly endUserBudgetNanoUsd: bigint | null;
  /** The tier of each end user that has none of its own. */
  readonly endUserBudgetId: string | null;
  /** What fills and bounds the bodies of keys that are made, and who may make them. */
  readonly keyRules: KeyRules;
  /** `litellm_settings.default_internal_user_params`. */
  readonly userDefaults: UserDefaults;
  /** IANA zone that budget periods snap to. */
  readonly timezone: string;
  /** `litellm_settings.max_tokens`: the highest `max_tokens` a call may ask for. */
  readonly maxTokens: number | null;
  readonly maxTokensPolicy: "clamp" | "refuse";
  /** Output bound reserved for calls without `max_tokens`. */
  readonly defaultOutputTokens: number;
  readonly dropParams: boolean;
  /** What holds for a call that reserves money. `strict`: its output is bounded by what the budgets afford. */
  readonly reservation: "estimate" | "strict";
  readonly unpriced: "allow" | "deny" | "default";
  /** What a model without a price costs under `unpriced: default`. */
  readonly unpricedPrice: Price | null;

  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** To the first byte of a stream; null takes requestTimeoutMs. */
  readonly streamTimeoutMs: number | null;
  /** Longest silence inside an answer. */
  readonly idleTimeoutMs: number;
  readonly numRetries: number;
  readonly allowedFails: number;
  readonly cooldownMs: number;
  readonly alwaysIncludeStreamUsage: boolean;

  readonly allowedIps: readonly string[] | null;
  readonly trustedProxies: readonly string[];
  readonly useForwardedFor: boolean;
  readonly cors: CorsConfig;
  readonly maxRequestBytes: number;
  /** Extra header that may carry the key, lower case. */
  readonly keyHeaderName: string | null;

  readonly logLevel: LogLevel;
  readonly jsonLogs: boolean;
  readonly logFile: string | null;
  readonly anonymizeLogs: boolean;
  readonly dataRetentionDays: number | null;
  readonly backups: BackupSettings;
  /** Where records of calls are sent. */
  readonly callbacks: readonly CallbackDestination[];
  readonly contents: ContentSettings;
  /** What a scheduler shows to GET /cron/*; null: there is none. */
  readonly cronSecret: string | null;
  /** OpenTelemetry; null: nothing is sent. */
  readonly telemetry: TelemetrySettings | null;

  readonly ledgerAcknowledge: "commit" | "journal";
  readonly allowRequestsOnDbUnavailable: boolean;
  readonly dbOutageGraceMs: number;
  readonly drainTimeoutMs: number;
  /** `/metrics` asks for the key of an admin or a viewer. */
  readonly requireAuthForMetrics: boolean;
  readonly budgetExceededStatus: number;
  /** Answer an upstream 401/403 as it came instead of 502 `upstream_auth_error`. */
  readonly passUpstreamAuthErrors: boolean;
  /** Member -> `config.yaml:14`, where a setting's value stands; those left to their defaults are absent. */
  readonly settingPlaces: Readonly<Record<string, string>>;
  /** Names of accepted settings that are known from LiteLLM and not acted on. */
  readonly ignored: readonly string[];
}
