/**
 * The one error type. A code picks status and `type` from one table; the public sentence goes to the caller, the
 * internal one to the log. Errors are told by a brand and never by `instanceof`: under server.ts Next's bundle and the
 * native server hold separate copies of this module.
 */

/** code -> HTTP status and the `type` that LiteLLM's and OpenAI's clients read (API.md 1.7). */
const CODES = {
  invalid_request: { status: 400, type: "invalid_request_error" },
  unsupported_params: { status: 400, type: "invalid_request_error" },
  model_not_found: { status: 400, type: "invalid_request_error" },
  budget_exceeded: { status: 400, type: "budget_exceeded" },
  no_key: { status: 401, type: "auth_error" },
  invalid_key: { status: 401, type: "token_not_found_in_db" },
  expired_key: { status: 401, type: "expired_key" },
  blocked_key: { status: 401, type: "auth_error" },
  model_not_allowed: { status: 403, type: "key_model_access_denied" },
  team_model_not_allowed: { status: 403, type: "team_model_access_denied" },
  user_model_not_allowed: { status: 403, type: "user_model_access_denied" },
  end_user_blocked: { status: 403, type: "auth_error" },
  tag_blocked: { status: 403, type: "auth_error" },
  end_user_model_not_allowed: { status: 403, type: "end_user_model_access_denied" },
  tag_model_not_allowed: { status: 403, type: "tag_model_access_denied" },
  not_allowed: { status: 403, type: "auth_error" },
  frozen: { status: 403, type: "frozen" },
  ip_not_allowed: { status: 403, type: "auth_error" },
  processing_restricted: { status: 403, type: "auth_error" },
  not_found: { status: 404, type: "not_found_error" },
  method_not_allowed: { status: 405, type: "invalid_request_error" },
  gone: { status: 410, type: "not_found_error" },
  timeout: { status: 408, type: "timeout_error" },
  conflict: { status: 409, type: "conflict_error" },
  idempotency_key_reused: { status: 409, type: "idempotency_key_reused" },
  idempotency_key_running: { status: 409, type: "idempotency_key_running" },
  idempotency_answer_lost: { status: 409, type: "idempotency_answer_lost" },
  legal_hold: { status: 409, type: "conflict_error" },
  payload_too_large: { status: 413, type: "invalid_request_error" },
  unsupported_media_type: { status: 415, type: "invalid_request_error" },
  rate_limit_exceeded: { status: 429, type: "rate_limit_error" },
  no_deployments: { status: 429, type: "no_deployments_available" },
  client_closed: { status: 499, type: "client_closed_request" },
  internal: { status: 500, type: "internal_server_error" },
  upstream_auth: { status: 502, type: "upstream_auth_error" },
  upstream_invalid: { status: 502, type: "upstream_error" },
  upstream_error: { status: 502, type: "upstream_error" },
  upstream_unreachable: { status: 503, type: "upstream_unreachable" },
  provider_unusable: { status: 503, type: "provider_unusable" },
  limits_unavailable: { status: 503, type: "limits_unavailable" },
  no_db_connection: { status: 503, type: "no_db_connection" },
  audit_unavailable: { status: 503, type: "audit_unavailable" },
} as const;

export type ErrorCode = keyof typeof CODES;

const BRAND = Symbol.for("shin.error");

export interface ErrorDetails {
  /** For the log only. */
  readonly internal?: string;
  readonly cause?: unknown;
  /** The request field at fault. */
  readonly param?: string | null;
  /** Overrides the table, for answers of a provider and for configured statuses. */
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the error object (`reason`, `scope`, `limit`, ...). */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly type: string;
  readonly details: ErrorDetails;

  /** @param message the public sentence: what is wrong and what to do. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "GatewayError";
    this.code = code;
    this.status = details.status ?? CODES[code].status;
    this.type = details.type ?? CODES[code].type;
    this.details = details;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

export function isGatewayError(error: unknown): error is GatewayError {
  return typeof error === "object" && error !== null && BRAND in error;
}

/** Any thrown value as a GatewayError; an unknown one becomes the fixed sentence and keeps its text for the log. */
export function toGatewayError(error: unknown): GatewayError {
  if (isGatewayError(error)) return error;
  const internal = error instanceof Error ? error.message : String(error);
  return new GatewayError(
    "internal",
    "The gateway failed to handle this request. Quote the request id when you report it.",
    {
      internal,
      cause: error,
    },
  );
}

/** The envelope of API.md 1.7: `code` is the status as a string, but a number in the rate-limit body as the guide shows it. */
export function errorEnvelope(error: GatewayError, requestId: string): { error: Record<string, unknown> } {
  return {
    error: {
      message: error.message,
      type: error.type,
      param: error.details.param ?? null,
      code: error.code === "rate_limit_exceeded" ? error.status : String(error.status),
      ...error.details.extra,
      request_id: requestId,
    },
  };
}
