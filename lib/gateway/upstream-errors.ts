/** What a provider's failure becomes for the caller: status, type and text as LiteLLM's clients expect them (API.md 2). */
import type { Deployment } from "#lib/config/config.ts";
import { providerOf } from "#lib/providers/catalogue.ts";
import { isAddressRefused } from "#lib/providers/guard.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import { isRecord } from "./records.ts";

/** OpenSSL's and Node's codes for a certificate that cannot be trusted. */
const CERTIFICATE = /CERT|SELF_SIGNED|LEAF_SIGNATURE/;

/** A failure, and whether another deployment may do better. */
export interface AttemptFailure {
  readonly error: GatewayError;
  /** The provider's status; 0 when it could not be reached. */
  readonly status: number;
  readonly retryable: boolean;
  /** The connection broke under a request that may never have arrived. */
  readonly broken: boolean;
}

const CLASSES: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  404: "NotFoundError",
  408: "Timeout",
  413: "BadRequestError",
  422: "UnprocessableEntityError",
  429: "RateLimitError",
  500: "InternalServerError",
  502: "BadGatewayError",
  503: "ServiceUnavailableError",
  504: "Timeout",
};

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  404: "not_found_error",
  408: "timeout_error",
  413: "invalid_request_error",
  422: "invalid_request_error",
  429: "rate_limit_error",
};

/** What the provider did not do in time, by the code of the timer that ran out. */
const LATE: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "connect",
  UND_ERR_HEADERS_TIMEOUT: "begin its answer",
  ANSWER_TIMEOUT: "finish",
};

/** @param body the start of the provider's answer @param passAuth hand 401/403 on as they came */
export function failureOfStatus(
  deployment: Deployment,
  status: number,
  body: Buffer,
  retryAfter: string | null,
  passAuth: boolean,
): AttemptFailure {
  const title = `${providerOf(deployment.provider).title}Exception`;
  if ((status === 401 || status === 403) && !passAuth) {
    // The provider's text may quote our credential, so none of it goes out.
    const message = `litellm.AuthenticationError: ${title} - the provider refused the gateway's credential for model "${deployment.modelGroup}". This is not about your key; ask the gateway's operator.`;
    const error = new GatewayError("upstream_auth", message, { internal: `status ${status}` });
    return { error, status, retryable: true, broken: false };
  }
  const detail = readDetail(body, deployment.apiKey);
  const name = CLASSES[status] ?? (status >= 500 ? "InternalServerError" : "APIError");
  const known = status >= 400 && status <= 599;
  const error = new GatewayError("upstream_error", `litellm.${name}: ${title} - ${detail.message}`, {
    status: known ? status : 502,
    type: TYPES[status] ?? "upstream_error",
    param: detail.param,
    extra: detail.code === null ? {} : { provider_code: detail.code },
    ...(retryAfter === null ? {} : { headers: { "retry-after": retryAfter } }),
  });
  return {
    error,
    status,
    retryable: status === 408 || status === 409 || status === 429 || status >= 500,
    broken: false,
  };
}

/** An error object that the provider sent inside a stream; its status is the one it names, if any. */
export function failureInStream(
  deployment: Deployment,
  error: Record<string, unknown>,
  passAuth: boolean,
): AttemptFailure {
  const named = Number(error["code"] ?? error["status"]);
  const status = Number.isInteger(named) && named >= 400 && named <= 599 ? named : 502;
  return failureOfStatus(deployment, status, Buffer.from(JSON.stringify({ error })), null, passAuth);
}

/** A connection that failed, timed out or was stopped. */
export function failureOfError(deployment: Deployment, error: unknown): AttemptFailure {
  if (isGatewayError(error))
    return { error, status: error.status, retryable: error.status >= 500, broken: false };
  const code = codeOf(error);
  const title = `${providerOf(deployment.provider).title}Exception`;
  if (code.endsWith("_TIMEOUT")) {
    const what = LATE[code] ?? "go on";
    const timeout = new GatewayError(
      "timeout",
      `litellm.Timeout: ${title} - the provider did not ${what} in time`,
      { cause: error },
    );
    return { error: timeout, status: 408, retryable: true, broken: false };
  }
  if (isAddressRefused(error)) {
    // Where the name leads is for the operator: a caller has no use for addresses of this network.
    const refused = new GatewayError(
      "upstream_error",
      `litellm.APIConnectionError: ${title} - the address of the model's deployment may not be called. Ask the gateway's operator.`,
      { cause: error, internal: error.message },
    );
    return { error: refused, status: 502, retryable: true, broken: false };
  }
  const unreachable = new GatewayError(
    "upstream_unreachable",
    `litellm.APIConnectionError: ${title} - ${
      CERTIFICATE.test(code)
        ? `the certificate of the provider is not trusted (${code})`
        : "the connection to the provider failed"
    }`,
    { cause: error, internal: error instanceof Error ? `${code} ${error.message}` : code },
  );
  return {
    error: unreachable,
    status: 0,
    retryable: true,
    broken: code === "UND_ERR_SOCKET" || code === "ECONNRESET",
  };
}

/** True when the time ran out before there was a connection. */
export function isConnectTimeout(error: unknown): boolean {
  return codeOf(error) === "UND_ERR_CONNECT_TIMEOUT";
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

interface Detail {
  readonly message: string;
  readonly param: string | null;
  readonly code: string | null;
}

function readDetail(body: Buffer, apiKey: string | null): Detail {
  const text = body.toString("utf8", 0, 2000).trim();
  let value: unknown = null;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const error = isRecord(value) ? (isRecord(value["error"]) ? value["error"] : value) : null;
  const raw = error?.["message"] ?? error?.["detail"] ?? (isRecord(value) ? value["error"] : null);
  // An HTML page of some proxy in between tells a caller nothing and may tell too much.
  const fallback =
    text === "" || text.startsWith("<") ? "the provider answered with an error and no readable text" : text;
  const message = typeof raw === "string" ? raw : fallback;
  return {
    message: hideSecrets(message, apiKey).slice(0, 2000),
    param: typeof error?.["param"] === "string" ? error["param"] : null,
    code: typeof error?.["code"] === "string" ? error["code"] : null,
  };
}

/** Providers quote keys in errors, whole or shortened. */
function hideSecrets(text: string, apiKey: string | null): string {
  const hidden = apiKey === null || apiKey.length < 8 ? text : text.replaceAll(apiKey, "[redacted]");
  return hidden.replace(/\b(?:sk|gsk|nvapi|xai|pplx)-[\w*.-]{4,}/g, "[redacted]");
}
