/** A finished request as spans: the gateway's own, and below it one for each attempt at a provider. */
import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import type { AttemptTrace } from "./attempt-trace.ts";
import { attemptAttributes, operationOf } from "./client-attributes.ts";
import { inputMessages, outputMessages } from "./content.ts";
import { hrTime, type SpanParts } from "./finished-span.ts";
import type { CallEnd, RequestEnd, RequestTrace } from "./request-trace.ts";
import { callAttributes, endAttributes, failureOf } from "./server-attributes.ts";

const SERVER = 1;
const CLIENT = 2;
const SAMPLED = 1;

/** @param roomFor takes room for message content in characters; false when there is none */
export function callSpans(
  trace: RequestTrace,
  end: CallEnd,
  roomFor: (chars: number) => boolean,
): SpanParts[] {
  const { record } = end;
  const endMs = trace.start.startedAtMs + (record.durationMs ?? 0);
  const events = trace.admittedMs === null ? [] : [{ name: "admitted", time: hrTime(trace.admittedMs) }];
  const error = failureOf(record.outcome, record.statusCode ?? 0, record.errorCode);
  const spans = [serverSpan(trace, endMs, callAttributes(trace, end), events, error)];
  for (const attempt of trace.attempts) {
    const last = attempt === trace.attempts.at(-1);
    // What broke off in the middle of a stream did so in its last attempt.
    if (last && attempt.endMs === null) attempt.errorType = error;
    const attributes = attemptAttributes(trace, attempt, record, last);
    const contentChars = last && trace.keepsContent ? addContent(trace, attempt, attributes, roomFor) : 0;
    spans.push({
      name: `${operationOf(trace)} ${attempt.start.deployment.upstreamModel}`,
      kind: CLIENT,
      context: contextOf(trace, attempt.start.spanId),
      parent: contextOf(trace, trace.identity.spanId),
      startMs: attempt.start.startMs,
      endMs: attempt.endMs ?? endMs,
      attributes,
      events: [],
      error: attempt.errorType,
      contentChars,
    });
  }
  return spans;
}

/** Of a request that was no call, or was turned away before it was one. */
export function requestSpan(trace: RequestTrace, end: RequestEnd): SpanParts {
  const endMs = trace.start.startedAtMs + end.durationMs;
  const error = failureOf(null, end.status, end.errorCode);
  return serverSpan(trace, endMs, endAttributes(trace, end), [], error);
}

function serverSpan(
  trace: RequestTrace,
  endMs: number,
  attributes: Attributes,
  events: { readonly name: string; readonly time: HrTime }[],
  error: string | null,
): SpanParts {
  const { identity, start } = trace;
  const { parent } = identity;
  return {
    name: `${start.method} ${start.route}`,
    kind: SERVER,
    context: contextOf(trace, identity.spanId),
    parent: parent === null ? undefined : { ...contextOf(trace, parent.spanId), isRemote: true },
    startMs: start.startedAtMs,
    endMs,
    attributes,
    events,
    error,
    contentChars: 0,
  };
}

function contextOf({ identity }: RequestTrace, spanId: string): SpanContext {
  const { state, traceId } = identity;
  const context = { traceId, spanId, traceFlags: SAMPLED };
  return state === undefined ? context : { ...context, traceState: state };
}

/** Only of calls that reached a provider: of what was refused nothing is kept. */
function addContent(
  { call, endpoint }: RequestTrace,
  { body, transcript }: AttemptTrace,
  attributes: Attributes,
  roomFor: (chars: number) => boolean,
): number {
  const prompt = call?.members.findLast(({ key }) => key === endpoint?.prompt);
  const input =
    call && prompt ? inputMessages(call.bytes.toString("utf8", prompt.valueStart, prompt.valueEnd)) : null;
  const output = body === null ? (transcript?.messages() ?? null) : outputMessages(body);
  const chars = (input?.length ?? 0) + (output?.length ?? 0);
  if (chars === 0 || !roomFor(chars)) return 0;
  if (input !== null) attributes["gen_ai.input.messages"] = input;
  if (output !== null) attributes["gen_ai.output.messages"] = output;
  return chars;
}
