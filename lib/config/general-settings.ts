/** The table of `general_settings`: who may come in, where records go, what is logged. */

import { cidr, databaseUrl, origin } from "./network.ts";
import {
  days,
  listOf,
  number,
  oneOf,
  oneOfNumbers,
  secret,
  text,
  textList,
  timeSpan,
  toggle,
  wholeNumber,
} from "./parsers.ts";
import type { Parser, Setting } from "./setting.ts";
import { settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { show } from "./tree.ts";

const setting = settingsOf<Settings>();

/** LOG_LEVEL and `log_level`: any case, with Python's names. */
export const logLevel = oneOf(["trace", "debug", "info", "warn", "error"], {
  warning: "warn",
  critical: "error",
  fatal: "error",
  verbose: "debug",
});

const production: Parser<boolean> = {
  form: "production, development, staging, test; or true, false",
  parse(node, fault) {
    const word = node.kind === "scalar" ? String(node.value).trim().toLowerCase() : "";
    if (["production", "prod", "true", "yes", "on"].includes(word)) return true;
    if (["development", "dev", "staging", "test", "local", "false", "no", "off"].includes(word)) return false;
    return fault(`${show(node)} is not one of production, development, staging, test`);
  },
};

const headerName: Parser<string> = {
  form: "header name",
  parse(node, fault) {
    const value = node.kind === "scalar" ? String(node.value).trim() : "";
    return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)
      ? value.toLowerCase()
      : fault(`${show(node)} is not a header name`);
  },
};

const upperList: Parser<readonly string[]> = {
  form: "list of methods",
  parse: (node, fault) =>
    textList()
      .parse(node, fault)
      ?.map((method) => method.toUpperCase()),
};

/** Every `general_settings` name that is acted on. */
export const GENERAL_SETTINGS: readonly Setting<Settings>[] = [
  setting("masterKey", secret(), {
    at: ["general_settings.master_key"],
    default: "made on the first start",
    doc: "The key that may do everything. Write os.environ/LITELLM_MASTER_KEY; at least 20 characters, mixed, and no example from a guide.",
  }),
  setting("databaseUrl", databaseUrl(), {
    at: ["general_settings.database_url"],
    default: "the embedded PostgreSQL",
    doc: "PostgreSQL 14 or newer; sslmode is honoured. A sqlite: URL starts the embedded PostgreSQL beside that path.",
  }),
  setting("databasePoolSize", wholeNumber({ min: 1, max: 1_000 }), {
    at: ["general_settings.database_connection_pool_limit"],
    default: "10",
    doc: "Most connections to the database, for each worker.",
  }),
  setting("production", production, {
    at: ["general_settings.environment", "general_settings.production"],
    default: "NODE_ENV",
    doc: "In production a weak master key is refused and demo models are off.",
  }),
  setting("demoModels", toggle(), {
    at: ["general_settings.demo_models"],
    default: "true outside production",
    doc: "Built-in demo models answer while no usable model is configured.",
  }),
  setting("globalMaxParallelRequests", wholeNumber(), {
    at: ["general_settings.global_max_parallel_requests"],
    default: "no limit",
    doc: "Most calls in flight at once, over all keys.",
  }),
  setting("allowedIps", listOf(cidr(), "list of addresses and CIDR blocks"), {
    at: ["general_settings.allowed_ips"],
    default: "everybody",
    doc: "Only these client addresses may call (IPv4, IPv6, CIDR). An empty list [] lets nobody in.",
  }),
  setting("trustedProxies", listOf(cidr(), "list of addresses and CIDR blocks"), {
    at: ["general_settings.trusted_proxies"],
    default: "none",
    doc: "Reverse proxies whose X-Forwarded-For is believed; the right-most address that is not one of them is the client.",
  }),
  setting("useForwardedFor", toggle(), {
    at: ["general_settings.use_x_forwarded_for"],
    default: "true when trusted_proxies is set",
    doc: "Take the client address from X-Forwarded-For; counts only for connections that come from trusted_proxies.",
  }),
  setting("corsOrigins", listOf(origin(), "* or a list of origins"), {
    at: [
      "general_settings.cors_origin",
      "general_settings.cors_origins",
      "general_settings.cors_allow_origins",
    ],
    default: "none: no other site's pages may call",
    doc: 'Web pages that may call from a browser: "*" or exact origins.',
  }),
  setting("corsCredentials", toggle(), {
    at: ["general_settings.cors_allow_credentials"],
    default: "false",
    doc: 'Let browsers send cookies along. Refused together with "*".',
  }),
  setting("corsMethods", upperList, {
    at: ["general_settings.cors_allow_methods"],
    default: "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    doc: "Methods that browsers may use.",
  }),
  setting("corsHeaders", textList(), {
    at: ["general_settings.cors_allow_headers"],
    default: '"*": what the browser asks for',
    doc: "Request headers that browsers may send.",
  }),
  setting("maxRequestMegabytes", number({ min: 0.001, max: 1_024 }), {
    at: ["general_settings.max_request_size_mb"],
    default: "20",
    doc: "Largest request body in megabytes (1 MB = 1,048,576 bytes); a larger one is answered with 413.",
  }),
  setting("keyHeaderName", headerName, {
    at: ["general_settings.litellm_key_header_name"],
    default: "none",
    doc: "A further header that may carry the key, beside Authorization and x-api-key.",
  }),
  setting("allowPrivateApiBase", toggle(), {
    at: ["general_settings.allow_private_api_base"],
    default: "false",
    doc: "Models made with /model/new may have an api_base on this machine or in a private network; link-local and metadata addresses never. Those of model_list may lie anywhere.",
  }),
  setting("logLevel", logLevel, {
    at: ["general_settings.log_level"],
    default: "info",
    doc: "How much is logged, in any case; LOG_LEVEL in the environment wins.",
  }),
  setting("jsonLogs", toggle(), {
    at: ["general_settings.json_logs", "litellm_settings.json_logs"],
    default: "false",
    doc: "One JSON object a line instead of text for people.",
  }),
  setting("logFile", text(), {
    at: ["general_settings.log_file"],
    default: "none",
    doc: "Also write the log to this file, rotated; relative to the working folder.",
  }),
  setting("anonymizeLogs", toggle(), {
    at: ["general_settings.anonymize_logs"],
    default: "false",
    doc: "Store user names and addresses in request logs only as pseudonyms.",
  }),
  setting("dataRetentionDays", days(), {
    at: ["general_settings.data_retention_days", "general_settings.maximum_spend_logs_retention_period"],
    default: "kept for ever",
    doc: "Request records older than this are removed.",
  }),
  setting("ledgerAcknowledge", oneOf(["commit", "journal"]), {
    at: ["general_settings.ledger_acknowledge"],
    default: "commit",
    doc: "What an answer's last byte waits for: the database commit, or the local journal file (faster; replayed after a crash).",
  }),
  setting("allowRequestsOnDbUnavailable", toggle(), {
    at: ["general_settings.allow_requests_on_db_unavailable"],
    default: "true",
    doc: "While the database is away, known keys go on and their records wait on disk.",
  }),
  setting("dbOutageGraceMs", timeSpan({ minMs: 0, maxMs: 7 * 86_400_000 }), {
    at: ["general_settings.db_outage_grace"],
    default: "15m",
    doc: "For how long, at most.",
  }),
  setting("drainTimeoutMs", timeSpan({ minMs: 0, maxMs: 3_600_000 }), {
    at: ["general_settings.drain_timeout"],
    default: "30s",
    doc: "How long running answers may take to finish when the gateway is told to stop.",
  }),
  setting("requireAuthForMetrics", toggle(), {
    at: [
      "general_settings.require_auth_for_metrics_endpoint",
      "litellm_settings.require_auth_for_metrics_endpoint",
    ],
    whenBoth: "firstWins",
    default: "true",
    doc: "GET /metrics asks for the key of an admin or a viewer; false: for none. The allowlist holds either way.",
  }),
  setting("budgetExceededStatus", oneOfNumbers([400, 402, 422, 429]), {
    at: ["general_settings.budget_exceeded_status"],
    default: "400",
    doc: "HTTP status of a call refused by a budget.",
  }),
  setting("passUpstreamAuthErrors", toggle(), {
    at: ["general_settings.pass_upstream_auth_errors"],
    default: "false",
    doc: "Answer a provider's 401 or 403 as it came (as LiteLLM does) instead of 502 upstream_auth_error.",
  }),
  setting("alwaysIncludeStreamUsage", toggle(), {
    at: ["general_settings.always_include_stream_usage"],
    default: "false",
    doc: "End every stream with a usage chunk, also when the client did not ask for it.",
  }),
];
