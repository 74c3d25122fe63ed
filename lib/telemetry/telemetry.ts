/**
 * OpenTelemetry: spans and logs to an OTLP receiver over the SDK's batch processors and exporters. Loaded by open.ts, and
 * only there when the program runs. Nothing here waits for the receiver while a call does.
 */
import { createTraceState, ROOT_CONTEXT, type SpanContext, SpanKind, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  type ReadableSpan,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { TelemetrySettings } from "#lib/config/telemetry-settings.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { BATCH, EXPORT_MS, MOST_REQUESTS, SEND_MS } from "./batches.ts";
import { FinishedSpan, type SpanParts } from "./finished-span.ts";
import { LogSender } from "./log-sender.ts";
import { CountedExporter, MOST_WAITING, Outbox } from "./outbox.ts";
import {
  type CallEnd,
  type RequestEnd,
  type RequestStart,
  RequestTrace,
  type TraceSink,
} from "./request-trace.ts";
import { resourceOf, SCOPE_NAME } from "./resource.ts";
import { samplerOf } from "./sampler.ts";
import { callSpans, requestSpan } from "./spans.ts";
import { readTraceparent, type TraceParent } from "./trace-context.ts";

export interface StartOptions {
  readonly settings: TelemetrySettings;
  readonly version: string;
  readonly instance: string;
  readonly log: Log;
  readonly clock: Clock;
}

/** What a stopping process, or a serverless answer, spends on a receiver at most. */
const FLUSH_MS = 2_000;
const LONGEST_STATE = 512;

/** Opens connections with the first batch, not before. */
export function startTelemetry(options: StartOptions): Telemetry {
  return new Telemetry(options);
}

export class Telemetry implements TraceSink {
  readonly #sampler: Sampler;
  readonly #ids = new RandomIdGenerator();
  readonly #origin: Pick<ReadableSpan, "resource" | "instrumentationScope">;
  readonly #spans: { readonly outbox: Outbox; readonly processor: BatchSpanProcessor } | null;
  readonly #logs: LogSender | null;
  readonly newSpanId = (): string => this.#ids.generateSpanId();

  constructor({ clock, instance, log, settings, version }: StartOptions) {
    const { logsHeaders, logsUrl, tracesHeaders, tracesUrl } = settings;
    const resource = resourceOf(settings, version, instance);
    this.#sampler = samplerOf(settings);
    this.#origin = { resource, instrumentationScope: { name: SCOPE_NAME, version } };
    this.#spans = tracesUrl === null ? null : openSpans(tracesUrl, tracesHeaders, log);
    this.#logs =
      logsUrl === null
        ? null
        : new LogSender({ url: logsUrl, headers: logsHeaders, resource, version, log, clock });
  }

  /** The start of a request: its trace is the client's when that sent a sound `traceparent`. */
  begin(start: RequestStart): RequestTrace {
    const parent = readTraceparent(start.headers.get("traceparent"));
    const traceId = parent?.traceId ?? this.#ids.generateTraceId();
    const spanId = this.#ids.generateSpanId();
    const sampled = this.#spans !== null && this.#isSampled(traceId, parent);
    const state = parent === null ? undefined : stateOf(start.headers.get("tracestate"));
    return new RequestTrace(start, { traceId, spanId, sampled, parent, state }, this);
  }

  endCall(request: RequestTrace, end: CallEnd): void {
    const spans = this.#spans;
    if (spans === null || !request.identity.sampled) return;
    for (const parts of callSpans(request, end, (chars) => spans.outbox.takeContent(chars)))
      this.#send(parts);
  }

  endRequest(request: RequestTrace, end: RequestEnd): void {
    if (request.identity.sampled) this.#send(requestSpan(request, end));
  }

  /** A request's wide line. @param failed the gateway's own fault */
  line(json: string, request: RequestTrace, failed: boolean): void {
    this.#logs?.send(json, request.identity, failed);
  }

  /** What became of spans and log records since the process began, by `signal outcome`. */
  counts(): Record<string, number> {
    const signals = { traces: this.#spans?.outbox.figures, logs: this.#logs?.figures };
    return Object.fromEntries(
      Object.entries(signals).flatMap(([signal, figures]) =>
        Object.entries(figures ?? {}).map(([outcome, amount]) => [`${signal} ${outcome}`, amount]),
      ),
    );
  }

  /** Sends what waits, for at most two seconds; what does not arrive is counted. */
  flush(): Promise<void> {
    return withinDeadline([this.#spans?.processor.forceFlush(), this.#logs?.flush()]);
  }

  /** As `flush`, and ends. */
  close(): Promise<void> {
    return withinDeadline([this.#spans?.processor.shutdown(), this.#logs?.close()]);
  }

  #send(parts: SpanParts): void {
    if (this.#spans?.outbox.take()) this.#spans.processor.onEnd(new FinishedSpan(parts, this.#origin));
  }

  #isSampled(traceId: string, parent: TraceParent | null): boolean {
    const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent));
    return this.#sampler.shouldSample(context, traceId, "", SpanKind.SERVER, {}, []).decision === SAMPLE;
  }
}

/** SamplingDecision.RECORD_AND_SAMPLED. */
const SAMPLE = 2;

function remote({ sampled, spanId, traceId }: TraceParent): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true };
}

/** What other systems keep with the trace; a malformed list counts as none. */
function stateOf(header: string | null) {
  if (header === null || header.length > LONGEST_STATE) return undefined;
  const state = createTraceState(header);
  return state.serialize() === "" ? undefined : state;
}

function openSpans(url: string, headers: Readonly<Record<string, string>>, log: Log) {
  const outbox = new Outbox("traces", url, log);
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: EXPORT_MS,
    concurrencyLimit: MOST_REQUESTS,
  });
  const contentOf = (span: ReadableSpan) => (span instanceof FinishedSpan ? span.contentChars : 0);
  const processor = new BatchSpanProcessor({
    exporter: new CountedExporter(exporter, outbox, contentOf),
    maxQueueSize: MOST_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: SEND_MS,
    exportTimeoutMillis: 2 * EXPORT_MS,
  });
  return { outbox, processor };
}

async function withinDeadline(work: readonly (Promise<void> | undefined)[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_MS);
  });
  // That a batch failed is told and counted where it is sent.
  await Promise.race([Promise.allSettled(work), deadline]);
  clearTimeout(timer);
}
