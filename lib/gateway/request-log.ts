/** One wide line a request. Failures carry the phrases that people grep for: "Authentication failed", "rate_limit_exceeded", "model not found". */
import type { SpendRecord } from "#lib/ledger/record.ts";
import { pseudonym, truncateAddress } from "#lib/privacy/anonymise.ts";
import type { ErrorCode, GatewayError } from "../errors.ts";
import { formatUsd } from "../money.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import type { RunningCall } from "./running-call.ts";

const PHRASES: Partial<Record<ErrorCode, string>> = {
  no_key: "Authentication failed",
  invalid_key: "Authentication failed",
  expired_key: "Authentication failed",
  blocked_key: "Authentication failed",
  rate_limit_exceeded: "rate_limit_exceeded",
  budget_exceeded: "budget_exceeded",
  model_not_found: "model not found",
};

/** The line of an inference call, written when it settles. */
export function logCall(deps: GatewayDeps, running: RunningCall, record: SpendRecord): void {
  const { caller, policy } = running.context;
  const anonymous = policy.config.anonymizeLogs && record.userId !== null;
  const phrase = record.errorCode ? (PHRASES[record.errorCode as ErrorCode] ?? "call failed") : "call";
  deps.log.info(
    {
      request_id: record.id,
      client_request_id: record.clientRequestId ?? undefined,
      path: running.context.path,
      status: record.statusCode,
      outcome: record.outcome,
      error_code: record.errorCode ?? undefined,
      rule: record.rule ?? undefined,
      key_id: record.keyId,
      key_alias: caller.alias ?? undefined,
      user:
        anonymous && record.userId !== null
          ? pseudonym(record.userId, deps.pseudonymKey)
          : (record.userId ?? undefined),
      team: record.teamId ?? undefined,
      ip: record.ip,
      model: record.model,
      deployment: record.deploymentId || undefined,
      attempts: record.attempts,
      stream: record.stream,
      prompt_tokens: record.usage.promptTokens,
      completion_tokens: record.usage.completionTokens,
      usage_source: record.usage.source,
      cost_usd: formatUsd(record.costNanoUsd),
      unpriced: record.unpriced || undefined,
      first_byte_ms: record.firstByteMs === null ? undefined : Math.round(record.firstByteMs * 100) / 100,
      duration_ms: record.durationMs,
    },
    phrase,
  );
}

/** The line of any other request; its error's internal side goes here and nowhere else. */
export function logRequest(
  deps: GatewayDeps,
  context: RequestContext,
  status: number,
  error: GatewayError | null,
): void {
  const anonymous = context.policy.config.anonymizeLogs;
  const line = {
    request_id: context.requestId,
    method: context.request.method,
    path: context.path,
    status,
    error_code: error?.code,
    internal: error?.details.internal,
    ip: anonymous ? truncateAddress(context.ip) : context.ip,
    duration_ms: Math.round((deps.clock.monotonic() - context.startedMonotonicMs) * 1000) / 1000,
  };
  const phrase = error ? (PHRASES[error.code] ?? "request failed") : "request";
  if (status >= 500) deps.log.error({ ...line, err: error?.details.cause }, phrase);
  else deps.log.info(line, phrase);
}

const logged = new WeakSet<object>();

/** Marks an error whose request has its log line already. */
export function markLogged(error: unknown): void {
  if (typeof error === "object" && error !== null) logged.add(error);
}

/** True when the request that threw this has its log line. */
export function isLogged(error: unknown): boolean {
  return typeof error === "object" && error !== null && logged.has(error);
}
