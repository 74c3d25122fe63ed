/** The answer to the client. Its last byte leaves only after the call's record is durable. */
import type { Deployment } from "#lib/config/config.ts";
import type { Usage } from "#lib/models/cost.ts";
import { errorEnvelope, toGatewayError } from "../errors.ts";
import { formatUsd } from "../money.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { GatewayDeps } from "./context.ts";
import type { GatewayResponse } from "./http.ts";
import { estimateJson, type JsonAnswer, type OpenedAnswer, type StreamAnswer } from "./open-answer.ts";
import type { RunningCall } from "./running-call.ts";
import { failureInStream, failureOfError } from "./upstream-errors.ts";

export function answerCall(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
  answer: OpenedAnswer,
): Promise<GatewayResponse> | GatewayResponse {
  if (answer.kind === "json") return answerJson(deps, running, deployment, answer);
  const headers = answerHeaders(deps, running, deployment, answer.headers);
  headers.push("content-type", "text/event-stream; charset=utf-8");
  headers.push("cache-control", "no-cache, no-store", "x-accel-buffering", "no");
  return { status: 200, headers, body: new SettledStream(running, deployment, answer) };
}

async function answerJson(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
  answer: JsonAnswer,
): Promise<GatewayResponse> {
  const { call, endpoint } = running;
  running.content?.answered(answer.body);
  const usage: Usage = answer.usage ?? estimateJson(answer, call.promptTokens, endpoint.generates);
  await running.end({
    outcome: "ok",
    statusCode: 200,
    usage,
    errorCode: null,
    responseId: answer.responseId,
    serviceTier: answer.serviceTier,
  });
  const headers = answerHeaders(deps, running, deployment, answer.headers);
  headers.push("content-type", "application/json", "cache-control", "no-store");
  headers.push("x-litellm-response-cost", formatUsd(running.costNanoUsd));
  return { status: 200, headers, body: answer.body };
}

/**
 * The relay as a stream that settles even when nobody ever reads it: a generator that was not started runs no `finally`.
 */
class SettledStream implements AsyncIterableIterator<Buffer> {
  readonly #chunks: AsyncGenerator<Buffer>;
  readonly #settleUnread: () => Promise<void>;
  #started = false;

  constructor(running: RunningCall, deployment: Deployment, answer: StreamAnswer) {
    this.#chunks = relay(running, deployment, answer);
    this.#settleUnread = () => settle(running, answer, "client_closed", "client_closed");
    running.context.request.departure.onGone(() => void this.return());
  }

  next(): Promise<IteratorResult<Buffer>> {
    this.#started = true;
    return this.#chunks.next();
  }

  async return(): Promise<IteratorResult<Buffer>> {
    if (!this.#started) await this.#settleUnread();
    return this.#chunks.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const DONE = Buffer.from("data: [DONE]\n\n");

/** The stream, event by event. However it ends (served, broken, client gone), the call is settled once. */
async function* relay(
  running: RunningCall,
  deployment: Deployment,
  answer: StreamAnswer,
): AsyncGenerator<Buffer> {
  const { meter, upstream } = answer;
  let finished = false;
  const closed = running.deps.openStreams.add({
    context: running.context,
    abort: (reason) => upstream.abort(reason),
  });
  try {
    if (answer.first.length > 0) {
      running.content?.streamed(answer.first);
      yield answer.first;
    }
    for (let chunk = await upstream.next(); chunk; chunk = await upstream.next()) {
      const events = meter.push(chunk);
      if (events.length > 0) {
        running.content?.streamed(events);
        yield events;
      }
      if (meter.error) break;
    }
    const rest = meter.end();
    if (rest.length > 0) {
      running.content?.streamed(rest);
      yield rest;
    }
    if (meter.error) {
      upstream.abort();
      const { passUpstreamAuthErrors } = running.context.policy.config;
      throw failureInStream(deployment, meter.error, passUpstreamAuthErrors).error;
    }
    finished = true;
    await settle(running, answer, "ok", null);
    yield DONE;
  } catch (error) {
    if (finished || running.context.request.departure.gone) throw error;
    finished = true;
    const failure = failureOfError(deployment, error).error;
    await settle(running, answer, failure.code === "timeout" ? "timeout" : "failed", failure.code);
    // The status has long left; the stream says what happened and ends without [DONE].
    yield Buffer.from(
      `data: ${JSON.stringify(errorEnvelope(toGatewayError(failure), running.context.requestId))}\n\n`,
    );
  } finally {
    closed();
    if (!finished) {
      upstream.abort();
      await settle(running, answer, "client_closed", "client_closed");
    }
  }
}

function settle(
  running: RunningCall,
  answer: StreamAnswer,
  outcome: "ok" | "failed" | "timeout" | "client_closed",
  errorCode: string | null,
): Promise<void> {
  const statusCode = outcome === "client_closed" ? 499 : 200;
  const { meter } = answer;
  const { responseId, serviceTier } = meter;
  return running.end({ outcome, statusCode, usage: meter.usage(), errorCode, responseId, serviceTier });
}
