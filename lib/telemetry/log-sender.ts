/** Requests' wide lines as OTLP log records, word for word as the log has them, each with its trace. */
import { type Logger, ROOT_CONTEXT, SeverityNumber, trace } from "@opentelemetry/api";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { BatchLogRecordProcessor, LoggerProvider, type LoggerProviderOptions } from "@opentelemetry/sdk-logs";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { BATCH, EXPORT_MS, MOST_REQUESTS, SEND_MS } from "./batches.ts";
import { hrTime } from "./finished-span.ts";
import { CountedExporter, MOST_WAITING, Outbox, type OutboxFigures } from "./outbox.ts";
import { SCOPE_NAME } from "./resource.ts";
import type { TraceParent } from "./trace-context.ts";

export interface LogSenderOptions {
  readonly url: string;
  /** Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: NonNullable<LoggerProviderOptions["resource"]>;
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
}

export class LogSender {
  readonly #outbox: Outbox;
  readonly #provider: LoggerProvider;
  readonly #logger: Logger;
  readonly #clock: Clock;

  constructor({ clock, headers, log, resource, url, version }: LogSenderOptions) {
    this.#outbox = new Outbox("logs", url, log);
    this.#clock = clock;
    const exporter = new OTLPLogExporter({
      url,
      headers: { ...headers },
      timeoutMillis: EXPORT_MS,
      concurrencyLimit: MOST_REQUESTS,
    });
    const processor = new BatchLogRecordProcessor({
      exporter: new CountedExporter(exporter, this.#outbox, () => 0),
      maxQueueSize: MOST_WAITING,
      maxExportBatchSize: BATCH,
      scheduledDelayMillis: SEND_MS,
      exportTimeoutMillis: 2 * EXPORT_MS,
    });
    this.#provider = new LoggerProvider({ resource, processors: [processor] });
    this.#logger = this.#provider.getLogger(SCOPE_NAME, version);
  }

  get figures(): OutboxFigures {
    return this.#outbox.figures;
  }

  /** @param json the line, secrets hidden and people pseudonymised as the log has it */
  send(json: string, { sampled, spanId, traceId }: TraceParent, failed: boolean): void {
    if (!this.#outbox.take()) return;
    const now = hrTime(this.#clock.now());
    this.#logger.emit({
      timestamp: now,
      observedTimestamp: now,
      severityNumber: failed ? SeverityNumber.ERROR : SeverityNumber.INFO,
      severityText: failed ? "ERROR" : "INFO",
      body: json,
      context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: sampled ? 1 : 0 }),
    });
  }

  flush(): Promise<void> {
    return this.#provider.forceFlush();
  }

  close(): Promise<void> {
    return this.#provider.shutdown();
  }
}
