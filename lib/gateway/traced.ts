/** Where the gateway tells OpenTelemetry what happens. Nothing of this runs unless it is switched on. */
import type { AttemptTrace } from "#lib/telemetry/attempt-trace.ts";
import type { RequestTrace } from "#lib/telemetry/request-trace.ts";
import type { Telemetry } from "#lib/telemetry/telemetry.ts";
import { toGatewayError } from "../errors.ts";
import type { RequestContext } from "./context.ts";
import type { OpenedAnswer } from "./open-answer.ts";
import type { Route } from "./routes.ts";
import type { RunningCall } from "./running-call.ts";
import type { AttemptFailure } from "./upstream-errors.ts";

/** Begins the request's span. The gateway's own test of itself has none, nor has one after a reload that ended it all. */
export function beginTrace(
  telemetry: Telemetry,
  context: RequestContext,
  route: Pick<Route, "method" | "path">,
): void {
  const settings = context.policy.config.telemetry;
  if (settings === null || context.request.selfTest === true) return;
  const { request, requestId, startedAtMs, startedMonotonicMs } = context;
  const { headers } = request;
  const { method, path } = route;
  context.trace = telemetry.begin({
    requestId,
    method,
    route: path,
    startedAtMs,
    startedMonotonicMs,
    headers,
    settings,
  });
}

type Attempted = { readonly answer: OpenedAnswer } | AttemptFailure;

/** Notes how an attempt ends, and hands on what it gave. */
export async function tracedAttempt(
  running: RunningCall,
  trace: RequestTrace,
  attempt: AttemptTrace,
  result: Promise<Attempted>,
): Promise<Attempted> {
  const { clock } = running.deps;
  const failed = (status: number, code: string) =>
    trace.failed(attempt, clock.monotonic(), status, running.context.request.departure.gone ? GONE : code);
  try {
    const outcome = await result;
    if ("answer" in outcome) {
      const { answer } = outcome;
      const isStream = answer.kind === "stream";
      trace.answered(attempt, clock.monotonic(), isStream, isStream ? answer.meter : answer);
    } else failed(outcome.status, errorTypeOf(outcome));
    return outcome;
  } catch (error) {
    failed(0, toGatewayError(error).code);
    throw error;
  }
}

const GONE = "client_closed";

/** The provider's status says more than our code for it, which is the same for all of them. */
function errorTypeOf({ error, status }: AttemptFailure): string {
  return error.code === "upstream_error" && status >= 400 ? String(status) : error.code;
}
