/** The table of `litellm_params` and `model_info`: what one entry of `model_list` may say. */
import type { DeploymentDraft } from "./deployment-draft.ts";
import { anyMap, headers } from "./map-parsers.ts";
import { apiBase } from "./network.ts";
import { durationText, number, secret, text, textList, timeSpan, toggle, wholeNumber } from "./parsers.ts";
import { tokenPrice, usd } from "./price.ts";
import type { Parser, Setting } from "./setting.ts";
import { settingsOf } from "./setting.ts";

const setting = settingsOf<DeploymentDraft>();
const param = <K extends keyof DeploymentDraft>(
  member: K,
  parser: Parser<DeploymentDraft[K]>,
  names: string,
  doc: string,
  fallback = "none",
): Setting<DeploymentDraft> => {
  const [first = "", ...others] = names
    .split(" ")
    .map((name) => (name.includes(".") ? name : `litellm_params.${name}`));
  return setting(member, parser, { at: [first, ...others], doc, default: fallback });
};
const price = (
  member: Extract<keyof DeploymentDraft, `${string}Price`>,
  name: string,
  doc: string,
  fallback: string,
) => param(member, tokenPrice(), `${name} model_info.${name}`, doc, fallback);

/** Every name of an entry that is acted on. */
export const DEPLOYMENT_SETTINGS: readonly Setting<DeploymentDraft>[] = [
  param(
    "model",
    text(),
    "model",
    "provider/model as the provider calls it; without a slash it is OpenAI's.",
    "required",
  ),
  param("customProvider", text(), "custom_llm_provider", "The provider, when model does not begin with it."),
  param(
    "apiKey",
    secret(),
    "api_key",
    "The provider's key. Without it the provider's usual variable is read, such as OPENAI_API_KEY.",
  ),
  param(
    "apiBase",
    apiBase(),
    "api_base base_url",
    "Base URL of the provider, such as https://host/v1.",
    "the provider's own",
  ),
  param("apiVersion", text(), "api_version", "The api-version that Azure asks for."),
  param("organization", text(), "organization", "OpenAI organization to bill."),
  param(
    "credentialName",
    text(),
    "litellm_credential_name",
    "Takes api_key, api_base and api_version from this entry of credential_list.",
  ),
  param(
    "rpm",
    wholeNumber(),
    "rpm",
    "Requests a minute; more are refused with 429 (see routing_hint).",
    "no limit",
  ),
  param("tpm", wholeNumber(), "tpm", "Tokens a minute.", "no limit"),
  param("rph", wholeNumber(), "rph", "Requests an hour.", "no limit"),
  param("tph", wholeNumber(), "tph", "Tokens an hour.", "no limit"),
  param("rpd", wholeNumber(), "rpd", "Requests a day.", "no limit"),
  param("tpd", wholeNumber(), "tpd", "Tokens a day.", "no limit"),
  param(
    "maxBudgetNanoUsd",
    usd(),
    "max_budget",
    "Dollars to spend on it in a budget period; then another deployment serves the model, or 400.",
    "no limit",
  ),
  param("budgetDuration", durationText(), "budget_duration", "Length of that period.", "one period for ever"),
  param(
    "maxParallelRequests",
    wholeNumber(),
    "max_parallel_requests",
    "Calls in flight at once.",
    "no limit",
  ),
  param(
    "routingHint",
    toggle(),
    "routing_hint",
    "rpm and tpm steer routing instead of refusing calls.",
    "router_settings.routing_hint",
  ),
  param(
    "weight",
    number({ min: 0 }),
    "weight",
    "Share of the calls among entries with the same model_name.",
    "equal shares",
  ),
  param(
    "order",
    wholeNumber({ max: 1_000 }),
    "order",
    "Entries with a higher number are tried only when all lower ones fail.",
  ),
  param(
    "timeoutMs",
    timeSpan(),
    "timeout request_timeout",
    "Longest time for a whole answer.",
    "router_settings.timeout",
  ),
  param(
    "streamTimeoutMs",
    timeSpan(),
    "stream_timeout",
    "Longest wait for the first byte of a stream.",
    "router_settings.stream_timeout",
  ),
  param(
    "maxRetries",
    wholeNumber({ max: 100 }),
    "max_retries num_retries",
    "Further attempts for calls that begin here.",
    "router_settings.num_retries",
  ),
  param(
    "cooldownMs",
    timeSpan({ minMs: 0 }),
    "cooldown_time",
    "How long it rests after failures.",
    "router_settings.cooldown_time",
  ),
  param("extraHeaders", headers, "extra_headers headers", "Headers sent along to the provider."),
  param("extraBody", anyMap, "extra_body", "Members merged over the request body."),
  param(
    "dropParams",
    toggle(),
    "drop_params",
    "Drop parameters that the provider does not know.",
    "litellm_settings.drop_params",
  ),
  param("additionalDropParams", textList(), "additional_drop_params", "Parameters that are always dropped."),
  param(
    "allowedKeys",
    textList(),
    "allowed_keys",
    "Key ids, aliases or hashes that alone may call it.",
    "every key that allows the model",
  ),
  price("inputPrice", "input_cost_per_token", "USD for an input token.", "the price list"),
  price("outputPrice", "output_cost_per_token", "USD for an output token.", "the price list"),
  price(
    "cacheReadPrice",
    "cache_read_input_token_cost",
    "USD for an input token read from the provider's cache.",
    "input price",
  ),
  price(
    "cacheWritePrice",
    "cache_creation_input_token_cost",
    "USD for an input token written to the cache.",
    "input price",
  ),
  price("reasoningPrice", "output_cost_per_reasoning_token", "USD for a reasoning token.", "output price"),
  price("audioInputPrice", "input_cost_per_audio_token", "USD for an input token of sound.", "input price"),
  price(
    "audioOutputPrice",
    "output_cost_per_audio_token",
    "USD for an output token of sound.",
    "output price",
  ),
  price("flexInputPrice", "input_cost_per_token_flex", "The same at service_tier: flex.", "input price"),
  price("flexOutputPrice", "output_cost_per_token_flex", "The same at service_tier: flex.", "output price"),
  price(
    "flexCacheReadPrice",
    "cache_read_input_token_cost_flex",
    "The same at service_tier: flex.",
    "cache read price",
  ),
  price(
    "priorityInputPrice",
    "input_cost_per_token_priority",
    "The same at service_tier: priority.",
    "input price",
  ),
  price(
    "priorityOutputPrice",
    "output_cost_per_token_priority",
    "The same at service_tier: priority.",
    "output price",
  ),
  price(
    "priorityCacheReadPrice",
    "cache_read_input_token_cost_priority",
    "The same at service_tier: priority.",
    "cache read price",
  ),
  param(
    "requestPrice",
    usd(),
    "input_cost_per_request model_info.input_cost_per_request",
    "USD for each call, beside the tokens.",
    "0",
  ),
  param("id", text(), "model_info.id", "A fixed id for the entry.", "made from its contents"),
  param(
    "baseModel",
    text(),
    "model_info.base_model litellm_params.base_model",
    "Name to look up prices and context sizes by.",
  ),
  param("accessGroups", textList(), "model_info.access_groups", "Groups that keys can allow as a whole."),
];

/** Request parameters that an entry may preset, as OpenAI and its imitators call them. */
export const OPENAI_PARAMETERS: readonly string[] =
  `temperature top_p top_k min_p n stop max_tokens max_completion_tokens presence_penalty frequency_penalty
  repetition_penalty logit_bias logprobs top_logprobs seed response_format tools tool_choice parallel_tool_calls
  functions function_call user reasoning_effort reasoning verbosity modalities audio prediction service_tier store
  metadata dimensions encoding_format input_type web_search_options thinking safety_identifier prompt_cache_key
  prompt_cache_retention stream stream_options suffix echo best_of num_ctx num_predict keep_alive chat_template_kwargs
  guided_json guided_choice provider models transforms route`.split(/\s+/);
