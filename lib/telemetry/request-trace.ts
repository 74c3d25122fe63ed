/**
 * One request as its spans will tell it. The gateway notes what happens as it happens, at the price of a few fields; the
 * spans are made at the end, and only when somebody will see them.
 */
import type { TraceState } from "@opentelemetry/api";
import type { Deployment } from "#lib/config/config.ts";
import type { TelemetrySettings } from "#lib/config/telemetry-settings.ts";
import type { SpendRecord } from "#lib/ledger/record.ts";
import { AttemptTrace } from "./attempt-trace.ts";
import { type TraceParent, writeTraceparent } from "./trace-context.ts";

/** The parts of a read call that spans tell, by structure: the gateway's own. */
export interface TracedCall {
  readonly bytes: Buffer;
  readonly members: readonly {
    readonly key: string;
    readonly valueStart: number;
    readonly valueEnd: number;
  }[];
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number | null;
  readonly choices: number;
}

export interface TracedEndpoint {
  readonly operation: string;
  /** The member that holds the prompt. */
  readonly prompt: string;
}

export interface RequestStart {
  readonly requestId: string;
  readonly method: string;
  /** The route's own form, without what stands for its parameters. */
  readonly route: string;
  readonly startedAtMs: number;
  readonly startedMonotonicMs: number;
  readonly headers: { get(name: string): string | null };
  /** Those in force when the request came. */
  readonly settings: TelemetrySettings;
}

export interface CallEnd {
  readonly record: SpendRecord;
  /** As the log may show it: a pseudonym where that is asked for. */
  readonly user: string | null;
  readonly keyAlias: string | null;
}

export interface RequestEnd {
  readonly status: number;
  readonly errorCode: string | null;
  readonly durationMs: number;
}

/** Where a request's spans go when it is over. */
export interface TraceSink {
  readonly newSpanId: () => string;
  readonly endCall: (trace: RequestTrace, end: CallEnd) => void;
  readonly endRequest: (trace: RequestTrace, end: RequestEnd) => void;
}

export interface TraceIdentity extends TraceParent {
  readonly parent: TraceParent | null;
  readonly state: TraceState | undefined;
}

const NO_HEADERS: readonly string[] = [];

export class RequestTrace {
  readonly start: RequestStart;
  readonly identity: TraceIdentity;
  readonly attempts: AttemptTrace[] = [];
  call: TracedCall | null = null;
  endpoint: TracedEndpoint | null = null;
  admittedMs: number | null = null;
  keepsContent: boolean;
  readonly #sink: TraceSink;

  constructor(start: RequestStart, identity: TraceIdentity, sink: TraceSink) {
    this.start = start;
    this.identity = identity;
    this.#sink = sink;
    this.keepsContent = start.settings.messageContent && identity.sampled;
  }

  get traceId(): string {
    return this.identity.traceId;
  }

  /** The body was read. @param discreet nothing of what it says may be told */
  read(call: TracedCall, endpoint: TracedEndpoint, discreet: boolean): void {
    this.call = call;
    this.endpoint = endpoint;
    if (discreet) this.keepsContent = false;
  }

  /** Every limit and budget let the call pass. */
  admitted(monotonicMs: number): void {
    this.admittedMs = this.#wallMs(monotonicMs);
  }

  /** A provider is about to be called. */
  attempt(deployment: Deployment, monotonicMs: number): AttemptTrace {
    const spanId = this.#sink.newSpanId();
    const { sampled, traceId } = this.identity;
    const propagates = this.start.settings.propagateToProviders && this.start.settings.tracesUrl !== null;
    const attempt = new AttemptTrace({
      spanId,
      deployment,
      startMs: this.#wallMs(monotonicMs),
      headers: propagates ? ["traceparent", writeTraceparent({ traceId, spanId, sampled })] : NO_HEADERS,
      stream: this.call?.stream === true,
      keepsContent: this.keepsContent,
    });
    this.attempts.push(attempt);
    return attempt;
  }

  /** @param isStream it goes on until the call ends */
  answered(
    attempt: AttemptTrace,
    monotonicMs: number,
    isStream: boolean,
    answering: { readonly responseModel: string | null },
  ): void {
    attempt.answered(this.#wallMs(monotonicMs), isStream, answering);
  }

  failed(attempt: AttemptTrace, monotonicMs: number, status: number, errorType: string): void {
    attempt.failed(this.#wallMs(monotonicMs), status, errorType);
  }

  /** The call is settled. */
  endCall(end: CallEnd): void {
    this.#sink.endCall(this, end);
  }

  /** The request is answered without having become a call. */
  endRequest(end: RequestEnd): void {
    this.#sink.endRequest(this, end);
  }

  /** One clock for all spans of a request: wall time at its start, and the monotonic clock from there. */
  #wallMs(monotonicMs: number): number {
    return this.start.startedAtMs + (monotonicMs - this.start.startedMonotonicMs);
  }
}
