/** How long a call may take and how often it may be tried: the client's wish within what the operator gives. */
import type { Deployment } from "#lib/config/config.ts";
import type { RunningCall } from "./running-call.ts";

/** The client's own wish, else the deployment's, else the configuration's. */
export function mostRetries({ call, context, deployment }: RunningCall): number {
  return call.steering.numRetries ?? deployment?.maxRetries ?? context.policy.config.numRetries;
}

/** The time for a whole answer; of a stream, for its first event. */
export function openTimeoutMs(running: RunningCall, deployment: Deployment): number {
  const { config } = running.context.policy;
  const { steering, stream } = running.call;
  const wholeMs = atMost(steering.timeoutMs, deployment.timeoutMs ?? config.requestTimeoutMs);
  if (!stream) return wholeMs;
  return atMost(steering.streamTimeoutMs, deployment.streamTimeoutMs ?? config.streamTimeoutMs ?? wholeMs);
}

/** A client may ask for less time than the operator gives, never for more. */
function atMost(askedMs: number | null, givenMs: number): number {
  return askedMs === null ? givenMs : Math.min(askedMs, givenMs);
}
