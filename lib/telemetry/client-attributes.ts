/** What the span of one attempt tells of the provider, by the GenAI conventions. */
import type { Attributes } from "@opentelemetry/api";
import type { Deployment } from "#lib/config/config.ts";
import type { SpendRecord } from "#lib/ledger/record.ts";
import { upstreamUrl } from "#lib/providers/request.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import type { RequestTrace, TracedCall } from "./request-trace.ts";

/** The conventions' words for our endpoints. */
const OPERATIONS: Readonly<Record<string, string>> = {
  "/chat/completions": "chat",
  "/completions": "text_completion",
  "/embeddings": "embeddings",
  "/moderations": "moderation",
};

/** And for those providers that they call otherwise. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  azure_ai: "azure.ai.inference",
  bedrock: "aws.bedrock",
  gemini: "gcp.gemini",
  mistral: "mistral_ai",
  vertex_ai: "gcp.vertex_ai",
  watsonx: "ibm.watsonx.ai",
  xai: "x_ai",
};

/** Members of a request that are plain numbers. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ["temperature", "gen_ai.request.temperature"],
  ["top_p", "gen_ai.request.top_p"],
  ["frequency_penalty", "gen_ai.request.frequency_penalty"],
  ["presence_penalty", "gen_ai.request.presence_penalty"],
  ["seed", "gen_ai.request.seed"],
]);

/** The conventions' operation of one of our endpoints. */
export function operationOf(trace: RequestTrace): string {
  const operation = trace.endpoint?.operation ?? "";
  return OPERATIONS[operation] ?? operation.slice(1);
}

/** @param last of the attempts: what the call used is told there */
export function attemptAttributes(
  trace: RequestTrace,
  attempt: AttemptTrace,
  record: SpendRecord,
  last: boolean,
): Attributes {
  const { answering, errorType, firstChunkMs, status } = attempt;
  const { deployment, startMs } = attempt.start;
  const attributes: Attributes = {
    "gen_ai.operation.name": operationOf(trace),
    ...providerAttributes(deployment, trace.endpoint?.operation ?? ""),
    "gen_ai.request.model": deployment.upstreamModel,
  };
  const { call } = trace;
  if (call !== null) requestParameters(attributes, call);
  if (trace.attempts.length > 1) attributes["shin.attempt"] = trace.attempts.indexOf(attempt) + 1;
  if (errorType !== null) attributes["error.type"] = errorType;
  if (status !== 0 && status !== 200) attributes["http.response.status_code"] = status;
  if (firstChunkMs !== null)
    attributes["gen_ai.response.time_to_first_chunk"] = seconds(firstChunkMs - startMs);
  const model = answering?.responseModel ?? null;
  if (model !== null) attributes["gen_ai.response.model"] = model;
  if (attempt.finishReasons.length > 0) attributes["gen_ai.response.finish_reasons"] = attempt.finishReasons;
  if (last) used(attributes, record);
  return attributes;
}

function used(attributes: Attributes, { responseId, usage }: SpendRecord): void {
  if (responseId !== null) attributes["gen_ai.response.id"] = responseId;
  if (usage.source === "none") return;
  attributes["gen_ai.usage.input_tokens"] = usage.promptTokens;
  attributes["gen_ai.usage.output_tokens"] = usage.completionTokens;
  if (usage.cacheReadTokens > 0) attributes["gen_ai.usage.cache_read.input_tokens"] = usage.cacheReadTokens;
  if (usage.cacheWriteTokens > 0)
    attributes["gen_ai.usage.cache_write.input_tokens"] = usage.cacheWriteTokens;
  if (usage.reasoningTokens > 0) attributes["gen_ai.usage.reasoning.output_tokens"] = usage.reasoningTokens;
  if (usage.source === "estimated") attributes["shin.usage.estimated"] = true;
}

function requestParameters(attributes: Attributes, call: TracedCall): void {
  if (call.stream) attributes["gen_ai.request.stream"] = true;
  if (call.maxTokens !== null) attributes["gen_ai.request.max_tokens"] = call.maxTokens;
  if (call.choices > 1) attributes["gen_ai.request.choice.count"] = call.choices;
  for (const { key, valueEnd, valueStart } of call.members) {
    const name = NUMBERS.get(key);
    if (name === undefined || valueEnd - valueStart > LONGEST_NUMBER) continue;
    const value = Number(call.bytes.toString("latin1", valueStart, valueEnd));
    if (Number.isFinite(value)) attributes[name] = value;
  }
}

const LONGEST_NUMBER = 32;

/** The same for every call of a deployment and operation. */
const known = new WeakMap<Deployment, Map<string, Attributes>>();

function providerAttributes(deployment: Deployment, operation: string): Attributes {
  let byOperation = known.get(deployment);
  if (byOperation === undefined) {
    byOperation = new Map();
    known.set(deployment, byOperation);
  }
  let attributes = byOperation.get(operation);
  if (attributes === undefined) {
    attributes = {
      "gen_ai.provider.name": PROVIDERS[deployment.provider] ?? deployment.provider,
      "shin.deployment.id": deployment.id,
      ...addressAttributes(deployment, operation),
    };
    byOperation.set(operation, attributes);
  }
  return attributes;
}

/** The demo's models answer in this very process. */
function addressAttributes(deployment: Deployment, operation: string): Attributes {
  if (deployment.provider === "demo") return {};
  const { hostname, port, protocol } = upstreamUrl(deployment, operation);
  return {
    "server.address": hostname,
    "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
  };
}

function seconds(ms: number): number {
  return Math.round(ms * 1_000) / 1e6;
}
