/** Tries candidates in order until one begins a good answer. Nothing is tried again once a byte has gone to the client. */
import type { Deployment } from "#lib/config/config.ts";
import { demoAnswer } from "#lib/providers/demo.ts";
import { isAddressRefused } from "#lib/providers/guard.ts";
import { upstreamHeaders, upstreamUrl } from "#lib/providers/request.ts";
import type { UpstreamAnswer } from "#lib/providers/upstream.ts";
import type { AttemptTrace } from "#lib/telemetry/attempt-trace.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import { admitNext } from "./admit.ts";
import { mostRetries, openTimeoutMs } from "./allowances.ts";
import type { GatewayDeps } from "./context.ts";
import { type OpenedAnswer, openAnswer } from "./open-answer.ts";
import { outgoingBody } from "./outgoing.ts";
import type { RunningCall } from "./running-call.ts";
import { tracedAttempt } from "./traced.ts";
import {
  type AttemptFailure,
  failureInStream,
  failureOfError,
  failureOfStatus,
  isConnectTimeout,
} from "./upstream-errors.ts";

/** @throws GatewayError the last failure, when no candidate answers */
export async function attemptCandidates(
  deps: GatewayDeps,
  running: RunningCall,
  candidates: readonly Deployment[],
): Promise<{ deployment: Deployment; answer: OpenedAnswer }> {
  let failure: AttemptFailure | null = null;
  for (const deployment of candidates) {
    if (running.attempts > mostRetries(running)) break;
    if (running.attempts > 0) {
      const next = await admitNext(deps, running, deployment);
      if (!next) continue;
      running.admitted(deployment, next.lease, next.reservation);
    }
    const result = await attempt(deps, running, deployment);
    if ("answer" in result) return { deployment, answer: result.answer };
    failure = result;
    if (!failure.retryable || running.context.request.departure.gone) break;
  }
  throw (
    failure?.error ??
    new GatewayError("no_deployments", `No deployments available for selected model "${running.modelGroup}"`)
  );
}

async function attempt(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
): Promise<{ answer: OpenedAnswer } | AttemptFailure> {
  const { config } = running.context.policy;
  const body = outgoingBody(config, deployment, running.endpoint, running.call, running.outputCap);
  let result = await attemptOnce(deps, running, deployment, body);
  // A kept-alive connection that the provider closed just now breaks under the next request; that one goes out again.
  if ("broken" in result && result.broken && !running.context.request.departure.gone)
    result = await attemptOnce(deps, running, deployment, body);
  const nowMs = deps.clock.now();
  if ("answer" in result) deps.cooldown.succeeded(deployment.id, nowMs);
  else if (result.retryable && !running.context.request.departure.gone && hasPeers(running, deployment))
    deps.cooldown.failed(
      deployment.id,
      result.status,
      nowMs,
      deployment.cooldownMs ?? config.cooldownMs,
      config.allowedFails,
    );
  return result;
}

/** The only deployment of a group never rests: there is nothing to fall back to, and callers should see the real error. */
function hasPeers(running: RunningCall, deployment: Deployment): boolean {
  const group = running.context.policy.groups.find(running.modelGroup);
  return (
    (group?.deployments.filter((other) => other.unusable === null && other.id !== deployment.id).length ??
      0) > 0
  );
}

function attemptOnce(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
  body: Buffer,
): Promise<{ answer: OpenedAnswer } | AttemptFailure> {
  const { trace } = running.context;
  if (trace === undefined) return exchange(deps, running, deployment, body, undefined);
  const attempt = trace.attempt(deployment, deps.clock.monotonic());
  return tracedAttempt(running, trace, attempt, exchange(deps, running, deployment, body, attempt));
}

async function exchange(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
  body: Buffer,
  trace: AttemptTrace | undefined,
): Promise<{ answer: OpenedAnswer } | AttemptFailure> {
  const { config } = running.context.policy;
  const { call } = running;
  running.attempts += 1;
  const sentBefore = running.sent;
  running.sent = true;
  const startedMs = deps.clock.monotonic();
  let deadline: NodeJS.Timeout | undefined;
  try {
    const answer = await send(deps, running, deployment, body, trace);
    // A short answer has come whole with its headers.
    if (!answer.complete)
      deadline = startDeadline(answer, openTimeoutMs(running, deployment), startedMs, deps);
    if (answer.status >= 200 && answer.status < 300) {
      const opened = await openAnswer(answer, {
        stream: call.stream,
        publicModel: call.model,
        keepUsageChunk: call.wantsUsage || config.alwaysIncludeStreamUsage,
        promptTokens: call.promptTokens,
        watch: trace?.watch,
      });
      if (opened.kind === "refusal")
        return failureInStream(deployment, opened.error, config.passUpstreamAuthErrors);
      running.firstByteMs = running.elapsedMs();
      return { answer: opened };
    }
    const text = (await answer.readAll(MOST_ERROR_BYTES)) ?? Buffer.alloc(0);
    const retryAfter = answer.headers["retry-after"];
    return failureOfStatus(
      deployment,
      answer.status,
      text,
      typeof retryAfter === "string" ? retryAfter : null,
      config.passUpstreamAuthErrors,
    );
  } catch (error) {
    if (isGatewayError(error) && error.status < 500) throw error;
    // Without a connection the provider knows nothing of the call and bills nothing for it.
    if (isConnectTimeout(error) || isAddressRefused(error)) running.sent = sentBefore;
    if (isAddressRefused(error))
      deps.log.warn(
        { request_id: running.context.requestId, deployment: deployment.id, reason: error.message },
        "a model made through the API leads where it must not: not called",
      );
    return failureOfError(deployment, error);
  } finally {
    clearTimeout(deadline);
    running.upstreamMs += deps.clock.monotonic() - startedMs;
  }
}

function send(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
  body: Buffer,
  trace: AttemptTrace | undefined,
): Promise<UpstreamAnswer> {
  const { config } = running.context.policy;
  const { request } = running.context;
  if (deployment.provider === "demo")
    return demoAnswer(running.endpoint.operation, body, deps.clock, request.departure);
  return deps.upstreams.send({
    url: upstreamUrl(deployment, running.endpoint.operation),
    headers: headersFor(deployment, trace),
    body,
    connectTimeoutMs: config.connectTimeoutMs,
    firstByteTimeoutMs: openTimeoutMs(running, deployment),
    idleTimeoutMs: config.idleTimeoutMs,
    rule: deployment.guarded ? { allowInternal: config.allowPrivateApiBase } : null,
    departure: request.departure,
  });
}

function headersFor(deployment: Deployment, trace: AttemptTrace | undefined): readonly string[] {
  const headers = upstreamHeaders(deployment);
  return trace === undefined ? headers : [...headers, ...trace.start.headers];
}

/** Headers came in time; what must follow them has what is left of it, however often a few bytes come. */
function startDeadline(
  answer: UpstreamAnswer,
  timeoutMs: number,
  startedMs: number,
  { clock }: GatewayDeps,
): NodeJS.Timeout {
  const late = () =>
    answer.abort(Object.assign(new Error("the answer took too long"), { code: "ANSWER_TIMEOUT" }));
  return setTimeout(late, Math.max(0, timeoutMs - (clock.monotonic() - startedMs)));
}

const MOST_ERROR_BYTES = 64 * 1024;
