/** A deployment as /model/info shows it, in LiteLLM's names: everything but its credentials. */
import type { Deployment, Price } from "../config/config.ts";
import type { ServiceTier } from "../config/finer-price.ts";
import { saysSecret, withoutSecrets } from "../deployments/secret-members.ts";
import { publicApiBase } from "../providers/request.ts";
import { priceTable } from "./cost.ts";
import { libraryModel } from "./price-library.ts";

/** How much of it is shown: `all` for those who see everything, `callable` for those who may merely call it. */
export type Showing = "all" | "callable";

/** @param unpriced what a deployment without a price of its own or in the list costs; null: nothing */
export function deploymentView(
  deployment: Deployment,
  showing: Showing,
  unpriced: Price | null,
): Record<string, unknown> {
  return {
    model_name: deployment.modelGroup,
    litellm_params: paramsView(deployment, showing),
    model_info: infoView(deployment, showing, unpriced),
  };
}

function paramsView(deployment: Deployment, showing: Showing): Record<string, unknown> {
  const { limits, price } = deployment;
  return given({
    model: `${deployment.provider}/${deployment.upstreamModel}`,
    custom_llm_provider: deployment.provider,
    api_base: publicApiBase(deployment),
    api_version: deployment.apiVersion,
    organization: showing === "all" ? deployment.organization : null,
    rpm: limits.rpm,
    tpm: limits.tpm,
    rph: limits.rph,
    tph: limits.tph,
    rpd: limits.rpd,
    tpd: limits.tpd,
    max_parallel_requests: limits.maxParallelRequests,
    weight: deployment.weight,
    order: deployment.order,
    timeout: seconds(deployment.timeoutMs),
    stream_timeout: seconds(deployment.streamTimeoutMs),
    cooldown_time: seconds(deployment.cooldownMs),
    max_retries: deployment.maxRetries,
    drop_params: deployment.dropParams,
    // Names, hashes and ids of other people's keys.
    allowed_keys: showing === "all" ? deployment.allowedKeys : null,
    ...(price === null ? {} : pricesView(price)),
    ...withoutSecrets(deployment.defaults),
  });
}

function infoView(deployment: Deployment, showing: Showing, unpriced: Price | null): Record<string, unknown> {
  const { price, source } = shownPrice(deployment, unpriced);
  const known = libraryModel(deployment.provider, deployment.baseModel ?? deployment.upstreamModel);
  const isStored = deployment.source === "stored";
  return {
    max_tokens: null,
    max_input_tokens: known?.contextTokens ?? null,
    max_output_tokens: null,
    mode: null,
    ...(price === null ? UNPRICED : pricesView(price)),
    ...withoutSecrets(deployment.modelInfo),
    id: deployment.id,
    db_model: isStored,
    litellm_provider: deployment.provider,
    base_model: deployment.baseModel,
    access_groups: deployment.accessGroups,
    price_source: source,
    ...(showing === "all"
      ? {
          has_credential: hasCredential(deployment),
          unusable: deployment.unusable,
          source: deployment.source,
        }
      : {}),
  };
}

export interface ShownPrice {
  readonly price: Price | null;
  /** The entry itself, the bundled list, or `unpriced_models: default`. */
  readonly source: "config" | "price_list" | "unpriced_default" | null;
}

/** What a short prompt costs there, and where that price comes from. */
export function shownPrice(deployment: Deployment, unpriced: Price | null): ShownPrice {
  const table = priceTable(deployment);
  if (table !== null)
    return { price: table.base, source: deployment.price === null ? "price_list" : "config" };
  return { price: unpriced, source: unpriced === null ? null : "unpriced_default" };
}

const UNPRICED = { input_cost_per_token: null, output_cost_per_token: null };

/** Prices in dollars a token, as LiteLLM gives them. */
export function pricesView(price: Price): Record<string, number> {
  return {
    input_cost_per_token: usdPerToken(price.inputNanoUsdPerMillion),
    output_cost_per_token: usdPerToken(price.outputNanoUsdPerMillion),
    ...(price.cacheReadNanoUsdPerMillion === null
      ? {}
      : { cache_read_input_token_cost: usdPerToken(price.cacheReadNanoUsdPerMillion) }),
    ...(price.cacheWriteNanoUsdPerMillion === null
      ? {}
      : { cache_creation_input_token_cost: usdPerToken(price.cacheWriteNanoUsdPerMillion) }),
    ...(price.reasoningNanoUsdPerMillion === null
      ? {}
      : { output_cost_per_reasoning_token: usdPerToken(price.reasoningNanoUsdPerMillion) }),
    ...(price.requestNanoUsd === 0n ? {} : { input_cost_per_request: Number(price.requestNanoUsd) / 1e9 }),
    ...(price.audioInputNanoUsdPerMillion === undefined
      ? {}
      : { input_cost_per_audio_token: usdPerToken(price.audioInputNanoUsdPerMillion) }),
    ...(price.audioOutputNanoUsdPerMillion === undefined
      ? {}
      : { output_cost_per_audio_token: usdPerToken(price.audioOutputNanoUsdPerMillion) }),
    ...tierView("flex", price.serviceTiers?.flex),
    ...tierView("priority", price.serviceTiers?.priority),
  };
}

function tierView(tier: ServiceTier, price: Price | undefined): Record<string, number> {
  if (!price) return {};
  const { cacheReadNanoUsdPerMillion: cacheRead } = price;
  return {
    [`input_cost_per_token_${tier}`]: usdPerToken(price.inputNanoUsdPerMillion),
    [`output_cost_per_token_${tier}`]: usdPerToken(price.outputNanoUsdPerMillion),
    ...(cacheRead === null ? {} : { [`cache_read_input_token_cost_${tier}`]: usdPerToken(cacheRead) }),
  };
}

/** Nano-dollars for a million tokens -> dollars for one: the digits move by 15 places, the nearest double is taken once. */
function usdPerToken(nanoUsdPerMillion: bigint): number {
  return Number(`${nanoUsdPerMillion}e-15`);
}

function hasCredential({ apiKey, extraHeaders }: Deployment): boolean {
  return apiKey !== null || Object.keys(extraHeaders).some(saysSecret);
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function given(view: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== null));
}
