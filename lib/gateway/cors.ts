/** Cross-origin answers: exact origins or `*`, and `*` never together with credentials. */
import type { CorsConfig } from "#lib/config/cors.ts";
import {
  addHeaders,
  type GatewayRequest,
  type GatewayResponse,
  type HeaderList,
  type Headers,
} from "./http.ts";

const EXPOSED =
  "x-request-id, retry-after, retry-after-ms, x-should-retry, x-litellm-call-id, x-litellm-response-cost, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, idempotent-replayed";

/** Headers for a cross-origin answer; none when the origin is not welcome. */
export function corsHeaders(cors: CorsConfig, origin: string | null): Headers {
  if (origin === null || cors.origins.length === 0) return {};
  const any = cors.origins.includes("*");
  if (!any && !cors.origins.includes(origin)) return { vary: "Origin" };
  return {
    "access-control-allow-origin": any ? "*" : origin,
    "access-control-expose-headers": EXPOSED,
    ...(any ? {} : { vary: "Origin" }),
    ...(cors.credentials && !any ? { "access-control-allow-credentials": "true" } : {}),
  };
}

/** The answer to a preflight: it needs no key and reaches no provider. */
export function preflight(cors: CorsConfig, request: GatewayRequest): GatewayResponse {
  const headers = corsHeaders(cors, request.headers.get("origin"));
  if (headers["access-control-allow-origin"] !== undefined) {
    headers["access-control-allow-methods"] = cors.methods.join(", ");
    const asked = request.headers.get("access-control-request-headers");
    // A literal "*" does not cover Authorization, so the headers asked for are named.
    headers["access-control-allow-headers"] = cors.headers.includes("*")
      ? (asked ?? "*")
      : cors.headers.join(", ");
    headers["access-control-max-age"] = "600";
  }
  const list: HeaderList = [];
  addHeaders(list, headers);
  return { status: 204, headers: list, body: "" };
}
