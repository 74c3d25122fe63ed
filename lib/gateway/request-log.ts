/** One wide line a request. Failures carry the phrases that people grep for: "Authentication failed", "rate_limit_exceeded", "model not found". */
import type { SpendRecord } from "#lib/ledger/record.ts";
import { pseudonym, truncateAddress } from "#lib/privacy/anonymise.ts";
import type { ErrorCode, GatewayError } from "../errors.ts";
import { isoInstant } from "../instant.ts";
import { formatUsd } from "../money.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import type { RunningCall } from "./running-call.ts";

const PHRASES: ReadonlyMap<string, string> = new Map<ErrorCode, string>([
  ["no_key", "Authentication failed"],
  ["invalid_key", "Authentication failed"],
  ["expired_key", "Authentication failed"],
  ["blocked_key", "Authentication failed"],
  ["frozen", "frozen"],
  ["rate_limit_exceeded", "rate_limit_exceeded"],
  ["budget_exceeded", "budget_exceeded"],
  ["model_not_found", "model not found"],
]);

/** The line of an inference call, written when it settles; it is counted here, too. */
export function logCall(deps: GatewayDeps, running: RunningCall, record: SpendRecord, nowMs: number): void {
  const { caller, path, policy, request } = running.context;
  if (request.selfTest !== true) deps.metrics.call(record, running.upstreamMs);
  const hideUser = policy.config.anonymizeLogs && record.userId !== null;
  const user = hideUser ? pseudonym(record.userId ?? "", deps.pseudonymKey) : record.userId;
  const { usage } = record;
  // By hand, since every call passes here; ids, numbers and words of ours need no escaping.
  let line = `{"level":"info","time":"${isoInstant(nowMs)}","request_id":"${record.id}"`;
  if (record.clientRequestId !== null) line += `,"client_request_id":"${record.clientRequestId}"`;
  line += `,"path":${JSON.stringify(path)},"status":${record.statusCode},"outcome":"${record.outcome}"`;
  if (record.errorCode !== null) line += `,"error_code":"${record.errorCode}"`;
  if (record.rule !== null) line += `,"rule":"${record.rule}"`;
  line += `,"key_id":"${record.keyId}"`;
  if (caller.alias !== null) line += `,"key_alias":${JSON.stringify(caller.alias)}`;
  if (user !== null) line += `,"user":${JSON.stringify(user)}`;
  if (record.teamId !== null) line += `,"team":${JSON.stringify(record.teamId)}`;
  line += `,"ip":"${record.ip}","model":${JSON.stringify(record.model)},"deployment":"${record.deploymentId}"`;
  line += `,"attempts":${record.attempts},"stream":${record.stream},"prompt_tokens":${usage.promptTokens}`;
  line += `,"completion_tokens":${usage.completionTokens},"usage_source":"${usage.source}"`;
  line += `,"cost_usd":"${formatUsd(record.costNanoUsd)}"`;
  if (record.unpriced) line += ',"unpriced":true';
  if (request.selfTest === true) line += ',"self_test":true';
  if (record.firstByteMs !== null) line += `,"first_byte_ms":${record.firstByteMs}`;
  const { trace } = running.context;
  if (trace !== undefined) line += `,"trace_id":"${trace.traceId}"`;
  line += `,"duration_ms":${record.durationMs},"msg":"${phrase(record.errorCode, "call")}"}`;
  deps.log.line(line);
  if (trace === undefined) return;
  trace.endCall({ record, user, keyAlias: caller.alias });
  deps.telemetry?.line(line, trace, false);
}

/** Statuses of who may not come in, or not now. */
const DENIALS = new Set([401, 403, 429]);

/** The line of any other request; its error's internal side goes here and nowhere else. */
export function logRequest(
  deps: GatewayDeps,
  context: RequestContext,
  status: number,
  error: GatewayError | null,
): void {
  const { selfTest } = context.request;
  if (error !== null && DENIALS.has(error.status) && selfTest !== true) deps.metrics.turnedAway(error.code);
  const anonymous = context.policy.config.anonymizeLogs;
  const line = {
    request_id: context.requestId,
    method: context.request.method,
    path: context.path,
    status,
    self_test: selfTest,
    error_code: error?.code,
    internal: error?.details.internal,
    ip: anonymous ? truncateAddress(context.ip) : context.ip,
    trace_id: context.trace?.traceId,
    duration_ms: Math.round((deps.clock.monotonic() - context.startedMonotonicMs) * 1000) / 1000,
  };
  const message = phrase(error?.code ?? null, "request");
  if (status >= 500) deps.log.error({ ...line, err: error?.details.cause }, message);
  else deps.log.info(line, message);
  if (context.trace === undefined) return;
  context.trace.endRequest({ status, errorCode: error?.code ?? null, durationMs: line.duration_ms });
  const level = status >= 500 ? "error" : "info";
  const time = isoInstant(deps.clock.now());
  // What an error says to the log alone stays there.
  const told = JSON.stringify({ level, time, ...line, internal: undefined, msg: message });
  deps.telemetry?.line(told, context.trace, status >= 500);
}

function phrase(code: string | null, good: string): string {
  if (code === null) return good;
  return PHRASES.get(code) ?? `${good} failed`;
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
