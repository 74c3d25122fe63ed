/** What the gateway's own span of a request tells. Usage stands with the provider's span alone, or sums would count it twice. */
import type { Attributes } from "@opentelemetry/api";
import type { CallEnd, RequestEnd, RequestTrace } from "./request-trace.ts";

const NANO_USD = 1e9;

/** Of a request that became a call. */
export function callAttributes(trace: RequestTrace, { keyAlias, record, user }: CallEnd): Attributes {
  const attributes: Attributes = {
    ...requestAttributes(trace, record.statusCode ?? 0, record.errorCode),
    "shin.outcome": record.outcome ?? "",
    "shin.model": record.model,
    "shin.key.id": record.keyId,
    "shin.cost_usd": Number(record.costNanoUsd) / NANO_USD,
  };
  if (record.attempts !== 1) attributes["shin.attempts"] = record.attempts;
  if (record.modelGroup !== record.model) attributes["shin.model_group"] = record.modelGroup;
  if (record.rule !== null) attributes["shin.refused_by"] = record.rule;
  if (keyAlias !== null) attributes["shin.key.alias"] = keyAlias;
  if (user !== null) attributes["user.id"] = user;
  if (record.teamId !== null) attributes["shin.team.id"] = record.teamId;
  if (record.ip !== null) attributes["client.address"] = record.ip;
  if (record.unpriced) attributes["shin.unpriced"] = true;
  if (record.stream && record.firstByteMs !== null)
    attributes["shin.time_to_first_byte"] = record.firstByteMs / 1_000;
  return attributes;
}

/** Of any request. */
export function endAttributes(trace: RequestTrace, { errorCode, status }: RequestEnd): Attributes {
  const attributes = requestAttributes(trace, status, errorCode);
  // What ended here with an error was turned away before it was a call.
  if (errorCode !== null && status < 500) attributes["shin.outcome"] = "refused";
  return attributes;
}

function requestAttributes(
  { start: { method, requestId, route } }: RequestTrace,
  status: number,
  errorCode: string | null,
): Attributes {
  const attributes: Attributes = {
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": status,
    "shin.request.id": requestId,
  };
  if (errorCode !== null) attributes["error.type"] = errorCode;
  return attributes;
}

/** Calls that broke off have failed, whatever their status says. */
const BROKEN_OFF = new Set<string | null>(["client_closed", "timeout", "interrupted"]);

/**
 * Whether a request counts as failed. By the conventions an answer of 400 to 499 does not, refusals among them; a stream
 * that began with 200 and did not end well does.
 */
export function failureOf(outcome: string | null, status: number, errorCode: string | null): string | null {
  const blamesClient = status >= 400 && status < 500 && !BROKEN_OFF.has(outcome);
  const fine = outcome === "ok" || (outcome === null && status < 400);
  return fine || blamesClient ? null : (errorCode ?? String(status));
}
