/** The body as a deployment gets it: the few members that change are rewritten, the rest goes over byte for byte. */
import type { Config, Deployment } from "#lib/config/config.ts";
import { providerOf } from "#lib/providers/catalogue.ts";
import { GatewayError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Endpoint } from "./endpoints.ts";
import { rewriteObject } from "./json-scan.ts";

/** LiteLLM's request extras: they speak to the gateway and would make a provider answer 400. */
const EXTRAS = [
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
  "extra_body",
];

/** What the call may produce at most, as far as anyone bounds it. */
export function outputBound(config: Config, endpoint: Endpoint, call: Call): number {
  if (!endpoint.generates) return 0;
  const asked = call.maxTokens ?? config.maxTokens ?? config.defaultOutputTokens;
  return Math.min(asked, config.maxTokens ?? asked) * call.choices;
}

/** @throws GatewayError unsupported_params, or invalid_request when max_tokens passes a cap that refuses */
export function outgoingBody(config: Config, deployment: Deployment, endpoint: Endpoint, call: Call): Buffer {
  const provider = providerOf(deployment.provider);
  const changes = new Map<string, string | null>();
  const names = new Set(call.members.map((member) => member.key));
  for (const extra of EXTRAS) if (names.has(extra)) changes.set(extra, null);
  if (names.has("metadata") && !isProviderMetadata(call)) changes.set("metadata", null);
  dropParams(config, deployment, endpoint, names, changes);
  for (const [name, value] of Object.entries(deployment.defaults))
    if (!names.has(name) && endpoint.known.has(name)) changes.set(name, JSON.stringify(value));
  boundOutput(config, deployment, endpoint, call, names, changes);
  if (call.stream && provider.reportsStreamUsage) {
    if (names.has("stream_options")) changes.set("stream_options", null);
  } else if (call.stream && !call.wantsUsage) changes.set("stream_options", '{"include_usage":true}');
  for (const [name, value] of Object.entries(deployment.extraBody)) changes.set(name, JSON.stringify(value));
  if (call.model !== deployment.upstreamModel || !names.has("model"))
    changes.set("model", JSON.stringify(deployment.upstreamModel));
  return rewriteObject(call.bytes, call.members, changes);
}

/** `drop_params` drops what OpenAI does not define and what the provider lacks; without it the latter is an error. */
function dropParams(
  config: Config,
  deployment: Deployment,
  endpoint: Endpoint,
  names: ReadonlySet<string>,
  changes: Map<string, string | null>,
): void {
  const { lacks } = providerOf(deployment.provider);
  const drop = deployment.dropParams ?? config.dropParams;
  const dropped = new Set(deployment.additionalDropParams);
  for (const name of names) {
    if (changes.has(name)) continue;
    if (dropped.has(name) || (drop && (lacks.includes(name) || !endpoint.known.has(name))))
      changes.set(name, null);
    else if (lacks.includes(name)) {
      throw new GatewayError(
        "unsupported_params",
        `litellm.UnsupportedParamsError: ${deployment.provider} does not support parameters: ["${name}"]. Leave it out, or set litellm_settings.drop_params: true`,
        { param: name },
      );
    }
  }
}

function boundOutput(
  config: Config,
  deployment: Deployment,
  endpoint: Endpoint,
  call: Call,
  names: ReadonlySet<string>,
  changes: Map<string, string | null>,
): void {
  const cap = config.maxTokens;
  if (cap === null || !endpoint.generates || (call.maxTokens !== null && call.maxTokens <= cap)) return;
  if (call.maxTokens !== null && config.maxTokensPolicy === "refuse") {
    throw new GatewayError(
      "invalid_request",
      `max_tokens ${call.maxTokens} is over this gateway's limit of ${cap}`,
      {
        param: "max_tokens",
      },
    );
  }
  const set = ["max_completion_tokens", "max_tokens"].filter((name) => names.has(name));
  // OpenAI's reasoning models refuse the old name; everyone else may not know the new one.
  const modern =
    endpoint.operation === "/chat/completions" && ["openai", "azure"].includes(deployment.provider);
  for (const name of set.length > 0 ? set : [modern ? "max_completion_tokens" : "max_tokens"])
    changes.set(name, String(cap));
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
