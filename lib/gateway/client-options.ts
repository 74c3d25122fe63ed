/** What a client may steer for its own call: LiteLLM's request headers (API.md 1.8) and the same names in the body. */
import { requireStorable } from "#lib/storable.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayRequest } from "./http.ts";
import { isRecord } from "./records.ts";

export interface ClientOptions {
  /** For the whole answer; never longer than the operator's. */
  readonly timeoutMs: number | null;
  /** To the first byte of a stream. */
  readonly streamTimeoutMs: number | null;
  readonly numRetries: number | null;
  readonly tags: readonly string[];
  /** Kept with the spend record. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly endUser: string | null;
  /** Nothing of what is said is to be kept. */
  readonly noLog: boolean;
}

const MOST_RETRIES = 10;
const MOST_METADATA_CHARS = 8_000;

/** @param body the body's members that mean the same; headers win @throws GatewayError invalid_request */
export function readClientOptions(
  headers: GatewayRequest["headers"],
  body: { readonly timeout: unknown; readonly numRetries: unknown; readonly noLog: unknown },
): ClientOptions {
  const tags = headers.get("x-litellm-tags");
  return {
    timeoutMs: seconds("x-litellm-timeout", headers.get("x-litellm-timeout") ?? body.timeout),
    streamTimeoutMs: seconds("x-litellm-stream-timeout", headers.get("x-litellm-stream-timeout")),
    numRetries: retries(headers.get("x-litellm-num-retries") ?? body.numRetries),
    tags: tags === null ? [] : splitTags(tags),
    metadata: metadata(headers.get("x-litellm-spend-logs-metadata")),
    endUser: readEndUser(headers),
    noLog: flag(body.noLog) || flag(headers.get("x-litellm-enable-message-redaction")),
  };
}

/** The end user that the headers name; null when they name nobody. */
export function readEndUser(headers: GatewayRequest["headers"]): string | null {
  const name = headers.get("x-litellm-customer-id") ?? headers.get("x-litellm-end-user-id");
  return name === null || name === "" ? null : name.slice(0, 256);
}

/** Only a clear no to the question keeps a text: whatever else stands there asks for silence. */
function flag(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== false && value !== "false";
}

function seconds(name: string, value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw invalid(name, "must be a number of seconds above 0");
  return Math.ceil(number * 1000);
}

function retries(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > MOST_RETRIES)
    throw invalid("x-litellm-num-retries", `must be a whole number from 0 to ${MOST_RETRIES}`);
  return number;
}

function splitTags(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  return tags.filter((tag) => tag !== "" && tag.length <= 128).slice(0, 32);
}

function metadata(text: string | null): Record<string, unknown> | null {
  if (text === null || text === "") return null;
  const name = "x-litellm-spend-logs-metadata";
  if (text.length > MOST_METADATA_CHARS)
    throw invalid(name, `is longer than ${MOST_METADATA_CHARS} characters`);
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) {
      // The record must be written, come what may: what a database cannot hold is refused before the call.
      requireStorable(value, name);
      return value;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid(name, "must be a JSON object");
}

function invalid(name: string, complaint: string): GatewayError {
  return new GatewayError("invalid_request", `${name} ${complaint}`, { param: name });
}
