/** Usage times price, rounded once a call. */
import type { Deployment, Price } from "#lib/config/config.ts";
import type { ServiceTier } from "#lib/config/finer-price.ts";
import { roundHalfUp } from "#lib/money.ts";
import { libraryPrice, type PriceTable } from "./price-library.ts";

/** Token counts of a call. Cache and reasoning tokens are parts of prompt and completion, as OpenAI counts them. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** Sound among them, where the provider tells. */
  readonly audioPromptTokens?: number;
  readonly audioCompletionTokens?: number;
  readonly source: "provider" | "estimated" | "none";
}

export const NO_USAGE: Usage = {
  promptTokens: 0,
  completionTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: "none",
};

const tables = new WeakMap<Deployment, PriceTable | null>();

/** The deployment's price table: its own prices, else the library's; null when neither has one. */
export function priceTable(deployment: Deployment): PriceTable | null {
  let table = tables.get(deployment);
  if (table === undefined) {
    table = deployment.price
      ? { base: deployment.price, tiers: [] }
      : libraryPrice(deployment.provider, deployment.baseModel ?? deployment.upstreamModel);
    tables.set(deployment, table);
  }
  return table;
}

/** The price that a prompt of that length falls under, at that service tier where it has a price of its own. */
export function priceFor(table: PriceTable, promptTokens: number, tier: ServiceTier | null = null): Price {
  let price = table.base;
  for (const longer of table.tiers) if (promptTokens > longer.abovePromptTokens) price = longer.price;
  return (tier !== null && price.serviceTiers?.[tier]) || price;
}

/** Cost in nano-USD, rounded half up. Parts that exceed their whole count as the whole. */
export function costOf(price: Price, usage: Usage): bigint {
  const cacheRead = Math.min(usage.cacheReadTokens, usage.promptTokens);
  const cacheWrite = Math.min(usage.cacheWriteTokens, usage.promptTokens - cacheRead);
  const reasoning = Math.min(usage.reasoningTokens, usage.completionTokens);
  const heard = Math.min(usage.audioPromptTokens ?? 0, usage.promptTokens - cacheRead - cacheWrite);
  const spoken = Math.min(usage.audioCompletionTokens ?? 0, usage.completionTokens - reasoning);
  const perMillion =
    BigInt(usage.promptTokens - cacheRead - cacheWrite - heard) * price.inputNanoUsdPerMillion +
    BigInt(heard) * (price.audioInputNanoUsdPerMillion ?? price.inputNanoUsdPerMillion) +
    BigInt(cacheRead) * (price.cacheReadNanoUsdPerMillion ?? price.inputNanoUsdPerMillion) +
    BigInt(cacheWrite) * (price.cacheWriteNanoUsdPerMillion ?? price.inputNanoUsdPerMillion) +
    BigInt(usage.completionTokens - reasoning - spoken) * price.outputNanoUsdPerMillion +
    BigInt(spoken) * (price.audioOutputNanoUsdPerMillion ?? price.outputNanoUsdPerMillion) +
    BigInt(reasoning) * (price.reasoningNanoUsdPerMillion ?? price.outputNanoUsdPerMillion);
  return roundHalfUp(perMillion, 1_000_000n) + price.requestNanoUsd;
}
