/** The body as a deployment gets it: the few members that change are rewritten, the rest goes over byte for byte. */
import type { Config, Deployment } from "#lib/config/config.ts";
import { type ServiceTier, serviceTier } from "#lib/config/finer-price.ts";
import { providerOf } from "#lib/providers/catalogue.ts";
import { GatewayError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Endpoint } from "./endpoints.ts";
import { rewriteObject } from "./json-scan.ts";

/** LiteLLM's request extras: they speak to the gateway and would make a provider answer 400. */
const EXTRAS: ReadonlySet<string> = new Set([
  "num_retries",
  "timeout",
  "fallbacks",
  "disable_fallbacks",
  "guardrails",
  "cache",
  "tags",
  "mock_response",
  "mock_timeout",
  "mock_testing_fallbacks",
  "litellm_metadata",
  "litellm_call_id",
  "litellm_trace_id",
  "no-log",
  "extra_body",
]);

/** What the call may produce at most, as far as anyone bounds it. */
export function outputBound(config: Config, endpoint: Endpoint, call: Call): number {
  if (!endpoint.generates) return 0;
  const asked = call.maxTokens ?? config.maxTokens ?? config.defaultOutputTokens;
  return Math.min(asked, config.maxTokens ?? asked) * call.answers;
}

/** The service tier that the deployment is asked for. */
export function askedTier(deployment: Deployment, endpoint: Endpoint, call: Call): ServiceTier | null {
  const preset = deployment.extraBody["service_tier"];
  if (preset !== undefined) return serviceTier(preset);
  if (call.serviceTier !== null) return call.serviceTier;
  const isSaid = call.members.some((member) => member.key === "service_tier");
  return isSaid || !endpoint.known.has("service_tier")
    ? null
    : serviceTier(deployment.defaults["service_tier"]);
}

/**
 * @param outputCap what the budgets afford, in a strict call
 * @throws GatewayError unsupported_params, or invalid_request when max_tokens passes a cap that refuses
 */
export function outgoingBody(
  config: Config,
  deployment: Deployment,
  endpoint: Endpoint,
  call: Call,
  outputCap: number | null = null,
): Buffer {
  const changes = new Map<string, string | null>();
  takeOut(config, deployment, endpoint, call, changes);
  const has = (name: string) => call.members.some((member) => member.key === name);
  for (const name in deployment.defaults)
    if (endpoint.known.has(name) && !has(name)) changes.set(name, JSON.stringify(deployment.defaults[name]));
  boundOutput(config, deployment, endpoint, call, outputCap, has, changes);
  if (call.stream && providerOf(deployment.provider).reportsStreamUsage) changes.set("stream_options", null);
  else if (call.stream && !call.wantsUsage) changes.set("stream_options", '{"include_usage":true}');
  for (const name in deployment.extraBody) changes.set(name, JSON.stringify(deployment.extraBody[name]));
  if (call.model !== deployment.upstreamModel || !has("model"))
    changes.set("model", JSON.stringify(deployment.upstreamModel));
  return rewriteObject(call.bytes, call.members, changes);
}

/**
 * Members that do not go out: the gateway's own, and by `drop_params` what OpenAI does not define and what the provider
 * lacks; without `drop_params` the latter is an error.
 */
function takeOut(
  config: Config,
  deployment: Deployment,
  endpoint: Endpoint,
  call: Call,
  changes: Map<string, string | null>,
): void {
  const { lacks } = providerOf(deployment.provider);
  const drop = deployment.dropParams ?? config.dropParams;
  for (const { key } of call.members) {
    const lacking = lacks.includes(key);
    if (EXTRAS.has(key) || deployment.additionalDropParams.includes(key)) changes.set(key, null);
    else if (key === "metadata" && !isProviderMetadata(call)) changes.set(key, null);
    else if (drop && (lacking || !endpoint.known.has(key))) changes.set(key, null);
    else if (lacking) {
      throw new GatewayError(
        "unsupported_params",
        `litellm.UnsupportedParamsError: ${deployment.provider} does not support parameters: ["${key}"]. Leave it out, or set litellm_settings.drop_params: true`,
        { param: key },
      );
    }
  }
}

function boundOutput(
  config: Config,
  deployment: Deployment,
  endpoint: Endpoint,
  call: Call,
  outputCap: number | null,
  has: (name: string) => boolean,
  changes: Map<string, string | null>,
): void {
  if (!endpoint.generates) return;
  const most = config.maxTokens;
  const cap = outputCap === null || (most !== null && most < outputCap) ? most : outputCap;
  const isOver = cap !== null && (call.maxTokens === null || call.maxTokens > cap);
  // OpenAI's reasoning models refuse the old name; everyone else may not know the new one, and would then know no bound.
  const modern =
    endpoint.operation === "/chat/completions" && ["openai", "azure"].includes(deployment.provider);
  const isRenamed = !modern && call.maxTokens !== null && has("max_completion_tokens");
  if (!isOver && !isRenamed) return;
  if (
    most !== null &&
    call.maxTokens !== null &&
    call.maxTokens > most &&
    config.maxTokensPolicy === "refuse"
  ) {
    throw new GatewayError(
      "invalid_request",
      `max_tokens ${call.maxTokens} is over this gateway's limit of ${most}`,
      {
        param: "max_tokens",
      },
    );
  }
  if (isRenamed) changes.set("max_completion_tokens", null);
  const set = (modern ? ["max_completion_tokens", "max_tokens"] : ["max_tokens"]).filter(has);
  for (const name of set.length > 0 ? set : [modern ? "max_completion_tokens" : "max_tokens"])
    changes.set(name, String(isOver ? cap : call.maxTokens));
}

/** OpenAI's own `metadata` is text to text; anything else (LiteLLM's tags and the like) is for the gateway. */
function isProviderMetadata(call: Call): boolean {
  const member = call.members.findLast((candidate) => candidate.key === "metadata");
  if (!member) return false;
  const value: unknown = JSON.parse(call.bytes.toString("utf8", member.valueStart, member.valueEnd));
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((item: unknown) => typeof item === "string")
  );
}
