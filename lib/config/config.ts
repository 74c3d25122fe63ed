/**
 * The frozen configuration that everything else reads. Built by `load.ts` from config.yaml and the environment;
 * nothing outside this folder reads `process.env` or YAML. Units stand last in names; money is nano-USD.
 */

/** Prices of one deployment in nano-USD for a million tokens (integer, so that fractions of a nano-dollar a token stay exact). */
export interface Price {
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

/** Ceilings of one subject; null means no ceiling of its own. */
export interface Limits {
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly maxParallelRequests: number | null;
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
  /** Why calls cannot be sent to it (a missing credential), else null. */
  readonly unusable: string | null;
  /** `config.yaml:9` or `demo`. */
  readonly source: string;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

export interface CorsConfig {
  /** `["*"]`, exact origins, or empty: no cross-origin answer. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
}

export interface Config {
  /** Absolute path of the file read, null when running on defaults. */
  readonly file: string | null;
  /** Every file read, for watching (includes). */
  readonly files: readonly string[];
  readonly production: boolean;
  readonly deployments: readonly Deployment[];
  /** `router_settings.model_group_alias`: public name -> model group. */
  readonly modelGroupAlias: Readonly<Record<string, string>>;

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
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly workers: number;

  /** `litellm_settings.rpm/tpm` and `global_max_parallel_requests`. */
  readonly globalLimits: Limits;
  readonly globalBudgetNanoUsd: bigint | null;
  readonly globalBudgetDuration: string | null;
  /** IANA zone that budget periods snap to. */
  readonly timezone: string;
  /** `litellm_settings.max_tokens`: the highest `max_tokens` a call may ask for. */
  readonly maxTokens: number | null;
  readonly maxTokensPolicy: "clamp" | "refuse";
  /** Output bound reserved for calls without `max_tokens`. */
  readonly defaultOutputTokens: number;
  readonly dropParams: boolean;
  readonly unpriced: "allow" | "deny";

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

  readonly ledgerAcknowledge: "commit" | "journal";
  readonly allowRequestsOnDbUnavailable: boolean;
  readonly dbOutageGraceMs: number;
  readonly drainTimeoutMs: number;
  readonly budgetExceededStatus: number;
  /** Answer an upstream 401/403 as it came instead of 502 `upstream_auth_error`. */
  readonly passUpstreamAuthErrors: boolean;
  /** Names of accepted settings that are known from LiteLLM and not acted on. */
  readonly ignored: readonly string[];
}
