/**
 * The meter of a stream: cuts it into events, finds usage, model and id without parsing every chunk, puts the public
 * model name in, drops the usage chunk the client did not ask for, and counts text for calls that end without usage.
 */
import { NO_USAGE, type Usage } from "#lib/models/cost.ts";
import { estimateTokens, readUsage } from "#lib/models/usage.ts";
import { GatewayError } from "../errors.ts";
import { isRecord } from "./records.ts";

const SEPARATORS = [Buffer.from("\n\n"), Buffer.from("\r\n\r\n")] as const;
const USAGE = Buffer.from('"usage"');
/** OpenAI puts this into every chunk but the last when usage is asked for. */
const NO_USAGE_YET = Buffer.from('"usage":null');
const ERROR = Buffer.from('"error"');
const DONE = Buffer.from("[DONE]");
const NOTHING = Buffer.alloc(0);
/** A picture within one event fits; a provider that never ends its event must not fill the memory. */
const MOST_EVENT_BYTES = 16 * 1024 * 1024;
const TOO_LONG =
  "litellm.APIError: the provider's answer cannot be used: an event of its stream is larger than 16 MB";
/** An event's end that falls between two chunks lies within so many bytes of both. */
const SEAM = 3;
const TEXT_FIELDS = [
  '"content":"',
  '"content": "',
  '"arguments":"',
  '"arguments": "',
  '"reasoning_content":"',
  '"text":"',
].map((text) => Buffer.from(text));

export interface MeterOptions {
  /** Put into the chunks' `model`. */
  readonly publicModel: string;
  readonly keepUsageChunk: boolean;
  readonly promptTokens: number;
  /** Sees each event as the provider sent it. */
  readonly watch?: ((event: Buffer) => void) | undefined;
}

export class StreamMeter {
  readonly #options: MeterOptions;
  #rest: Buffer = NOTHING;
  /** What came after it and did not end its event. */
  #unfinished: Buffer[] = [];
  #unfinishedBytes = 0;
  #rename: { from: Buffer; to: Buffer } | null | undefined;
  #usage: Usage | null = null;
  #textBytes = 0;
  #deltas = 0;
  responseId: string | null = null;
  /** What the provider calls the model that answers. */
  responseModel: string | null = null;
  /** The `service_tier` that serves, as the chunk with the usage says it. */
  serviceTier: unknown;
  /** `data: [DONE]` was seen. */
  done = false;
  /** An error object the provider sent inside the stream; the meter gives no event from it on. */
  error: Record<string, unknown> | null = null;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  /**
   * Takes bytes of the provider, gives the whole events that go to the client now; `[DONE]` is held back.
   * @throws GatewayError upstream_invalid for an event that does not end
   */
  push(chunk: Buffer): Buffer {
    if (!this.#ends(chunk)) return NOTHING;
    const out: Buffer[] = [];
    for (let end = eventEnd(this.#rest); end > 0 && !this.error; end = eventEnd(this.#rest)) {
      const event = this.#event(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
      if (event) out.push(event);
    }
    return out.length === 1 && out[0] ? out[0] : Buffer.concat(out);
  }

  /** Adds the chunk to what is unfinished; false when no event can end in it, and nothing need be looked for. */
  #ends(chunk: Buffer): boolean {
    if (this.#rest.length === 0 && this.#unfinished.length === 0) {
      this.#rest = chunk;
      return true;
    }
    const last = this.#unfinished.at(-1) ?? this.#rest;
    this.#unfinished.push(chunk);
    this.#unfinishedBytes += chunk.length;
    if (this.#rest.length + this.#unfinishedBytes > MOST_EVENT_BYTES)
      throw new GatewayError("upstream_invalid", TOO_LONG);
    const seam = Buffer.concat([last.subarray(-SEAM), chunk.subarray(0, SEAM)]);
    if (eventEnd(seam) === 0 && eventEnd(chunk) === 0 && chunk.length >= SEAM) return false;
    this.#join();
    return true;
  }

  /** Only once an event is whole: joining at each chunk would copy a long one a hundred times over. */
  #join(): void {
    if (this.#unfinished.length > 0) this.#rest = Buffer.concat([this.#rest, ...this.#unfinished]);
    this.#unfinished = [];
    this.#unfinishedBytes = 0;
  }

  /** What is left when the provider ends without a final blank line. */
  end(): Buffer {
    this.#join();
    if (this.#rest.length === 0 || this.error) return NOTHING;
    const event = this.#event(Buffer.concat([this.#rest, SEPARATORS[0]]));
    this.#rest = NOTHING;
    return event ?? NOTHING;
  }

  /** The provider's usage, else an estimate from what went by; an explicit zero stays zero. */
  usage(): Usage {
    if (this.#usage) return this.#usage;
    // Providers send about a token a chunk; those that send more at once are caught by the count of bytes.
    const completionTokens = Math.max(this.#deltas, estimateTokens(this.#textBytes));
    return { ...NO_USAGE, promptTokens: this.#options.promptTokens, completionTokens, source: "estimated" };
  }

  /** An event to pass on, or null when it is dropped or held back. */
  #event(event: Buffer): Buffer | null {
    if (event.length < 40 && event.includes(DONE)) {
      this.done = true;
      return null;
    }
    this.#options.watch?.(event);
    if (this.#rename === undefined) this.#learn(event);
    if (event.includes(USAGE) && !event.includes(NO_USAGE_YET) && !this.#readUsage(event)) return null;
    if (event.includes(ERROR)) {
      this.error ??= readError(event);
      if (this.error) return null;
    }
    this.#count(event);
    return this.#rename ? replaceOnce(event, this.#rename.from, this.#rename.to) : event;
  }

  /** The first chunk tells id and model; from then on the model is swapped as bytes. */
  #learn(event: Buffer): void {
    const chunk = parseEvent(event);
    if (!chunk) return;
    if (typeof chunk["id"] === "string") this.responseId = chunk["id"];
    const model = chunk["model"];
    if (typeof model !== "string") return;
    this.responseModel = model;
    const name = JSON.stringify(model);
    const spaced = event.includes(`"model": ${name}`) ? " " : "";
    const to = JSON.stringify(this.#options.publicModel);
    this.#rename =
      model === this.#options.publicModel
        ? null
        : { from: Buffer.from(`"model":${spaced}${name}`), to: Buffer.from(`"model":${spaced}${to}`) };
  }

  /** False when the event carries usage only and the client did not ask for it. */
  #readUsage(event: Buffer): boolean {
    const chunk = parseEvent(event);
    const usage = chunk && readUsage(chunk["usage"]);
    if (!usage) return true;
    this.#usage = usage;
    this.serviceTier = chunk["service_tier"];
    const empty = Array.isArray(chunk["choices"]) && chunk["choices"].length === 0;
    return this.#options.keepUsageChunk || !empty;
  }

  #count(event: Buffer): void {
    for (const field of TEXT_FIELDS) {
      const at = event.indexOf(field);
      if (at < 0) continue;
      const start = at + field.length;
      const end = event.indexOf(0x22, start);
      if (end > start) {
        this.#textBytes += end - start;
        this.#deltas += 1;
      }
    }
  }
}

/** Length of the first whole event, its blank line included; 0 when there is none yet. */
function eventEnd(bytes: Buffer): number {
  const [lf, crlf] = SEPARATORS;
  const at = bytes.indexOf(lf);
  const atCrlf = bytes.indexOf(crlf);
  if (at < 0 && atCrlf < 0) return 0;
  return atCrlf < 0 || (at >= 0 && at < atCrlf) ? at + lf.length : atCrlf + crlf.length;
}

function parseEvent(event: Buffer): Record<string, unknown> | null {
  const data = event
    .toString("utf8")
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim())
    .join("\n");
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readError(event: Buffer): Record<string, unknown> | null {
  const error = parseEvent(event)?.["error"];
  return isRecord(error) ? error : typeof error === "string" && error !== "" ? { message: error } : null;
}

function replaceOnce(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = bytes.indexOf(from);
  return at < 0 ? bytes : Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)]);
}
