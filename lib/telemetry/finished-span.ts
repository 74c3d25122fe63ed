/**
 * A span as the SDK's batch processor takes it, made when it is over. The SDK's own spans are filled while the call runs
 * and check each attribute on its way; one made at the end costs a tenth of that (docs/decisions/0028).
 */
import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

export interface SpanParts {
  readonly name: string;
  readonly kind: ReadableSpan["kind"];
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: ReadableSpan["events"];
  /** Null: nothing went wrong that is the gateway's or the provider's doing. */
  readonly error: string | null;
  /** Characters of prompts and answers among the attributes. */
  readonly contentChars: number;
}

const NONE: never[] = [];
const UNSET = { code: 0 } as const;
const ERROR = 2;

export class FinishedSpan implements ReadableSpan {
  readonly name: string;
  readonly kind: ReadableSpan["kind"];
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly status: ReadableSpan["status"];
  readonly attributes: Attributes;
  readonly events: ReadableSpan["events"];
  readonly parentSpanContext?: SpanContext;
  readonly links = NONE;
  readonly ended = true;
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly resource: ReadableSpan["resource"];
  readonly instrumentationScope: ReadableSpan["instrumentationScope"];
  readonly contentChars: number;
  readonly #context: SpanContext;

  constructor(parts: SpanParts, origin: Pick<ReadableSpan, "resource" | "instrumentationScope">) {
    this.name = parts.name;
    this.kind = parts.kind;
    this.startTime = hrTime(parts.startMs);
    this.endTime = hrTime(parts.endMs);
    this.duration = hrTime(Math.max(0, parts.endMs - parts.startMs));
    this.status = parts.error === null ? UNSET : { code: ERROR, message: parts.error };
    this.attributes = parts.attributes;
    this.events = parts.events;
    if (parts.parent !== undefined) this.parentSpanContext = parts.parent;
    this.resource = origin.resource;
    this.instrumentationScope = origin.instrumentationScope;
    this.contentChars = parts.contentChars;
    this.#context = parts.context;
  }

  spanContext(): SpanContext {
    return this.#context;
  }
}

/** Milliseconds since 1970, with fractions, as whole seconds and nanoseconds. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1_000) * 1e6))];
}
