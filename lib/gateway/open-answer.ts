/**
 * Opens a provider's good answer far enough to know that it is one: a JSON body is read whole, a stream up to its first
 * event. Until then a failure can still become an ordinary error answer or another attempt.
 */
import { NO_USAGE, type Usage } from "#lib/models/cost.ts";
import { readUsage } from "#lib/models/usage.ts";
import type { UpstreamAnswer } from "#lib/providers/upstream.ts";
import { GatewayError } from "../errors.ts";
import { type Member, rewriteObject, scanObject } from "./json-scan.ts";
import { type MeterOptions, StreamMeter } from "./meter.ts";
import { isRecord } from "./records.ts";

export interface JsonAnswer {
  readonly kind: "json";
  readonly headers: UpstreamAnswer["headers"];
  readonly body: Buffer;
  /** Null: the provider reported none, or nonsense. */
  readonly usage: Usage | null;
  readonly responseId: string | null;
  /** What the provider calls the model that answered. */
  readonly responseModel: string | null;
  /** The `service_tier` that served it, whatever stands there; undefined: the provider says nothing. */
  readonly serviceTier: unknown;
}

export interface StreamAnswer {
  readonly kind: "stream";
  readonly headers: UpstreamAnswer["headers"];
  readonly first: Buffer;
  readonly meter: StreamMeter;
  readonly upstream: UpstreamAnswer;
}

export type OpenedAnswer = JsonAnswer | StreamAnswer;

/** A stream that begins with an error: nothing has gone out, so it is an error like any other. */
export interface StreamRefusal {
  readonly kind: "refusal";
  readonly error: Record<string, unknown>;
}

const MOST_ANSWER_BYTES = 64 * 1024 * 1024;

/** @throws GatewayError upstream_invalid, or what the connection throws */
export function openAnswer(
  upstream: UpstreamAnswer,
  options: MeterOptions & { readonly stream: boolean },
): Promise<OpenedAnswer | StreamRefusal> {
  const type = String(upstream.headers["content-type"] ?? "");
  if (options.stream && !type.startsWith("application/json")) return openStream(upstream, options);
  return openJson(upstream, options);
}

async function openJson(upstream: UpstreamAnswer, { publicModel, watch }: MeterOptions): Promise<JsonAnswer> {
  const body = await upstream.readAll(MOST_ANSWER_BYTES);
  if (!body) throw invalidAnswer("its answer is larger than 64 MB");
  const fields = body.length <= PARSE_BYTES ? parse(body) : scanFields(body);
  const { id, model, usage } = fields;
  watch?.(body);
  const renamed = typeof model === "string" && model !== publicModel;
  return {
    kind: "json",
    headers: upstream.headers,
    body: renamed ? rewriteObject(body, scan(body), new Map([["model", JSON.stringify(publicModel)]])) : body,
    usage: readUsage(usage),
    responseId: typeof id === "string" ? id : null,
    responseModel: typeof model === "string" ? model : null,
    serviceTier: fields["service_tier"],
  };
}

/** Up to here parsing all is cheaper than looking for three members. */
const PARSE_BYTES = 8 * 1024;

function parse(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidAnswer("its answer is not JSON", error);
    throw error;
  }
  if (!isRecord(value)) throw invalidAnswer("its answer is not a JSON object");
  return value;
}

const READ = new Set(["id", "model", "usage", "service_tier"]);

function scanFields(body: Buffer): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { key, valueEnd, valueStart } of scan(body)) {
    if (READ.has(key)) fields[key] = JSON.parse(body.toString("utf8", valueStart, valueEnd));
  }
  return fields;
}

async function openStream(
  upstream: UpstreamAnswer,
  options: MeterOptions,
): Promise<StreamAnswer | StreamRefusal> {
  const meter = new StreamMeter(options);
  for (;;) {
    const chunk = await upstream.next();
    const first = chunk ? meter.push(chunk) : meter.end();
    if (meter.error) {
      upstream.abort();
      return { kind: "refusal", error: meter.error };
    }
    if (first.length > 0 || meter.done)
      return { kind: "stream", headers: upstream.headers, first, meter, upstream };
    if (!chunk) throw invalidAnswer("its stream ended before it began");
  }
}

function scan(body: Buffer): Member[] {
  try {
    return scanObject(body);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidAnswer("its answer is not JSON", error);
    throw error;
  }
}

function invalidAnswer(what: string, cause?: unknown): GatewayError {
  return new GatewayError(
    "upstream_invalid",
    `litellm.APIError: the provider's answer cannot be used: ${what}`,
    { cause },
  );
}

/** Usage of a JSON answer that reported none: the prompt as estimated, the text it holds. */
export function estimateJson(answer: JsonAnswer, promptTokens: number, generates: boolean): Usage {
  const value: unknown = generates ? JSON.parse(answer.body.toString("utf8")) : null;
  const choices = isRecord(value) && Array.isArray(value["choices"]) ? value["choices"] : [];
  let bytes = 0;
  for (const choice of choices)
    if (isRecord(choice))
      bytes += Buffer.byteLength(JSON.stringify(choice["message"] ?? choice["text"] ?? ""));
  return { ...NO_USAGE, promptTokens, completionTokens: Math.ceil(bytes / 4), source: "estimated" };
}
