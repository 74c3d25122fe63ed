/**
 * The body of an inference call, read once. Small bodies are parsed whole, so that bad JSON never reaches a provider;
 * large ones are only scanned, and just the members acted on are parsed. What is not acted on passes through as it came.
 */
import { type ServiceTier, serviceTier } from "#lib/config/finer-price.ts";
import { toStorable } from "#lib/storable.ts";
import { GatewayError } from "../errors.ts";
import { type PromptSize, promptSize, promptsIn } from "./call-size.ts";
import { type ClientOptions, readClientOptions } from "./client-options.ts";
import type { Endpoint } from "./endpoints.ts";
import type { GatewayRequest } from "./http.ts";
import { invalidJson } from "./json-fault.ts";
import { type Member, scanObject } from "./json-scan.ts";
import { OPERATORS_MEMBERS } from "./operators-members.ts";
import { isRecord } from "./records.ts";

export interface Call extends PromptSize {
  readonly bytes: Buffer;
  readonly members: readonly Member[];
  readonly model: string;
  readonly stream: boolean;
  /** The client asked for the usage chunk itself. */
  readonly wantsUsage: boolean;
  /** The bound the client set, whichever name it used; of two the higher, since providers differ in which one they obey. */
  readonly maxTokens: number | null;
  /** Choices asked for at once. */
  readonly choices: number;
  /** Answers that are produced in all, each as long as `maxTokens` allows: choices, of each prompt. */
  readonly answers: number;
  /** As asked for; the answer may say another. */
  readonly serviceTier: ServiceTier | null;
  readonly endUser: string | null;
  readonly tags: readonly string[];
  /** What the client asks of the gateway itself, by header or body. */
  readonly steering: ClientOptions;
}

/** Up to here a body is parsed whole. */
const PARSE_BYTES = 64 * 1024;
/** The largest object or list that the gateway itself looks into. */
const MOST_READ_BYTES = 256 * 1024;
type FieldType = "number" | "boolean" | "string" | "object" | "count";
const TYPES: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ["temperature", "number"],
  ["top_p", "number"],
  ["presence_penalty", "number"],
  ["frequency_penalty", "number"],
  ["max_tokens", "count"],
  ["max_completion_tokens", "count"],
  ["n", "count"],
  ["best_of", "count"],
  ["stream", "boolean"],
  ["stream_options", "object"],
  ["user", "string"],
  ["logit_bias", "object"],
  ["metadata", "object"],
]);

/** @param pathModel the model when the path names it @throws GatewayError invalid_request */
export function readCall(
  bytes: Buffer,
  endpoint: Endpoint,
  pathModel: string | null,
  headers: GatewayRequest["headers"],
): Call {
  const { last, list, value } = readMembers(bytes);
  const field = (name: string): unknown => (last.has(name) ? value(name) : undefined);
  for (const name of last.keys()) {
    if (OPERATORS_MEMBERS.has(name))
      throw invalid(`"${name}" cannot be set by a request; deployments are configured by the operator`, name);
    const type = TYPES.get(name);
    if (type) checkType(name, type, value(name));
  }
  const model = pathModel ?? field("model") ?? endpoint.defaultModel;
  if (typeof model !== "string" || model === "")
    throw invalid("model is missing: name one of GET /v1/models", "model");
  if (model.length > 256) throw invalid("model is longer than 256 characters", "model");
  const prompt = last.get(endpoint.prompt);
  checkPrompt(endpoint, prompt, bytes, value);
  const options = field("stream_options");
  const stream = field("stream") === true;
  if (stream && !endpoint.streams)
    throw invalid(`${endpoint.operation} does not stream: leave "stream" out`, "stream");
  const bounds = [field("max_completion_tokens"), field("max_tokens")].filter(
    (bound) => typeof bound === "number",
  );
  const choices = Math.max(1, asCount(field("n")), asCount(field("best_of")));
  const steering = readClientOptions(headers, {
    timeout: field("timeout"),
    numRetries: field("num_retries"),
    noLog: field("no-log"),
  });
  return {
    bytes,
    members: list,
    model,
    stream,
    wantsUsage: isRecord(options) && options["include_usage"] === true,
    maxTokens: bounds.length > 0 ? Math.max(...bounds) : null,
    choices,
    answers: choices * (prompt && endpoint.prompt === "prompt" ? countPrompts(bytes, prompt) : 1),
    serviceTier: serviceTier(field("service_tier")),
    endUser: asText(field("user")) ?? steering.endUser,
    tags: readTags(field("metadata"), field("tags"), steering.tags),
    steering,
    ...promptSize(bytes, list, endpoint),
  };
}

interface Members {
  /** As they came: JSON allows a name twice, and none of them may slip by. */
  readonly list: readonly Member[];
  /** By name; of several the last, as every JSON parser has it. */
  readonly last: ReadonlyMap<string, Member>;
  /** The value of a member. */
  readonly value: (name: string) => unknown;
}

function readMembers(bytes: Buffer): Members {
  try {
    if (bytes.length <= PARSE_BYTES) return parseMembers(bytes);
    const list = scanObject(bytes);
    const last = byName(list);
    const parse = (member: Member | undefined): unknown => {
      if (!member) return undefined;
      // What the gateway acts on is small; making millions of values of it would keep everybody else waiting.
      if (member.valueEnd - member.valueStart > MOST_READ_BYTES && bytes[member.valueStart] !== 0x22)
        throw invalid(`${member.key} is larger than ${MOST_READ_BYTES / 1024} kB`, member.key);
      return JSON.parse(bytes.toString("utf8", member.valueStart, member.valueEnd));
    };
    return { list, last, value: (name) => parse(last.get(name)) };
  } catch (error) {
    throw invalidJson(error, bytes);
  }
}

function parseMembers(bytes: Buffer): Members {
  const text = bytes.toString("utf8");
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // The scan's complaint says at which byte, if it has one.
    scanObject(bytes);
    throw error;
  }
  const list = scanObject(bytes, text.length === bytes.length ? text : null);
  return { list, last: byName(list), value: (name) => parsed[name] };
}

function byName(list: readonly Member[]): ReadonlyMap<string, Member> {
  const last = new Map<string, Member>();
  for (const member of list) last.set(member.key, member);
  return last;
}

function countPrompts(bytes: Buffer, prompt: Member): number {
  try {
    return promptsIn(bytes, prompt);
  } catch (error) {
    throw invalidJson(error, bytes);
  }
}

function checkType(name: string, type: FieldType, value: unknown): void {
  // OpenAI takes null for "not set" everywhere.
  if (value === null || value === undefined) return;
  const fits =
    type === "count"
      ? Number.isInteger(value) && Number(value) >= (name === "n" ? 1 : 0) && Number(value) <= 100_000_000
      : type === "object"
        ? isRecord(value)
        : type === "number"
          ? typeof value === "number" && Number.isFinite(value)
          : typeof value === type;
  if (!fits)
    throw invalid(`${name} must be a ${type === "count" ? "whole number from 0 (n: 1) up" : type}`, name);
}

function checkPrompt(
  endpoint: Endpoint,
  member: Member | undefined,
  bytes: Buffer,
  value: (name: string) => unknown,
): void {
  if (!member) throw invalid(`${endpoint.prompt} is missing`, endpoint.prompt);
  if (endpoint.prompt !== "messages") {
    const kind = bytes[member.valueStart];
    if (kind !== 0x22 && kind !== 0x5b)
      throw invalid(`${endpoint.prompt} must be a string or a list`, endpoint.prompt);
    return;
  }
  if (bytes[member.valueStart] !== 0x5b) throw invalid("messages must be a list", "messages");
  if (bytes.length > PARSE_BYTES) return;
  const messages = value("messages");
  if (!Array.isArray(messages) || messages.length === 0)
    throw invalid("messages must hold at least one message", "messages");
  messages.forEach((message: unknown, index) => {
    if (!isRecord(message) || typeof message["role"] !== "string")
      throw invalid(`messages[${index}] must be an object with a role`, `messages[${index}]`);
  });
}

function readTags(metadata: unknown, tags: unknown, more: readonly string[]): readonly string[] {
  const list = isRecord(metadata) ? metadata["tags"] : undefined;
  if (list === undefined && tags === undefined) return more;
  return [list, tags, more]
    .flat()
    .filter((tag): tag is string => typeof tag === "string" && tag.length <= 128)
    .map(toStorable)
    .slice(0, 32);
}

function asText(value: unknown): string | null {
  const text = typeof value === "string" ? toStorable(value.slice(0, 256)) : "";
  return text === "" ? null : text;
}

function asCount(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) ? value : 0;
}

function invalid(message: string, param: string | null): GatewayError {
  return new GatewayError("invalid_request", message, { param });
}
