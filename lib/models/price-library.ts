/** List prices for models that config.yaml sets no price for, from a bundled table: nothing is fetched. */
import { calcPrice, findProvider, type ModelPrice } from "@pydantic/genai-prices";
import type { Price } from "#lib/config/config.ts";
import { usdToNano } from "#lib/money.ts";

/** A price and the dearer ones that long prompts fall under. */
export interface PriceTable {
  readonly base: Price;
  /** Ascending; the last whose `abovePromptTokens` is passed applies to the whole call. */
  readonly tiers: readonly { readonly abovePromptTokens: number; readonly price: Price }[];
}

/** Our provider names where the table has others. */
const LIBRARY_NAMES: Readonly<Record<string, string>> = {
  together_ai: "together",
  fireworks_ai: "fireworks",
  xai: "x-ai",
};

/** The list price of a provider's model, or null when the table does not have it. */
export function libraryPrice(provider: string, model: string): PriceTable | null {
  let found: ReturnType<typeof calcPrice>;
  try {
    found = calcPrice({ input_tokens: 1 }, model, { providerId: LIBRARY_NAMES[provider] ?? provider });
  } catch (error) {
    // The table throws for providers it does not know; to us that is simply "no price".
    if (error instanceof Error) return null;
    throw error;
  }
  if (!found || found.model_price["input_mtok"] === undefined) return null;
  const starts = new Set<number>();
  for (const price of Object.values(found.model_price)) {
    if (typeof price === "object") for (const tier of price.tiers) starts.add(tier.start);
  }
  const tiers = [...starts].sort((a, b) => a - b);
  return {
    base: priceAt(found.model_price, 0),
    tiers: tiers.map((start) => ({ abovePromptTokens: start, price: priceAt(found.model_price, start + 1) })),
  };
}

export interface LibraryModel {
  readonly id: string;
  /** Longest prompt and answer together; null when the table does not say. */
  readonly contextTokens: number | null;
}

/** Whatever else the table knows of a model; null when it does not have it. */
export function libraryModel(provider: string, model: string): LibraryModel | null {
  return libraryModels(provider).find(({ id }) => id === model) ?? null;
}

const models = new Map<string, readonly LibraryModel[]>();

/** Every current model of a provider that the table knows; empty for a provider it does not know. */
export function libraryModels(provider: string): readonly LibraryModel[] {
  let known = models.get(provider);
  if (known === undefined) {
    const found = findProvider({ providerId: LIBRARY_NAMES[provider] ?? provider });
    known = (found?.models ?? [])
      .filter((model) => model.deprecated !== true)
      .map(({ id, context_window }) => ({ id, contextTokens: context_window ?? null }));
    models.set(provider, known);
  }
  return known;
}

/** The list has it for a thousand calls. */
function requestFee({ requests_kcount: fee }: ModelPrice): bigint {
  return typeof fee === "number" ? usdToNano(fee) / 1_000n : 0n;
}

function priceAt(model: ModelPrice, promptTokens: number): Price {
  const perMillion = (unit: string): bigint | null => {
    const price = model[`${unit}_mtok`];
    if (price === undefined) return null;
    if (typeof price === "number") return usdToNano(price);
    const tier = price.tiers.filter((t) => promptTokens > t.start).at(-1);
    return usdToNano(tier ? tier.price : price.base);
  };
  const [heard, spoken] = [perMillion("input_audio"), perMillion("output_audio")];
  return {
    inputNanoUsdPerMillion: perMillion("input") ?? 0n,
    outputNanoUsdPerMillion: perMillion("output") ?? 0n,
    cacheReadNanoUsdPerMillion: perMillion("cache_read"),
    cacheWriteNanoUsdPerMillion: perMillion("cache_write"),
    reasoningNanoUsdPerMillion: perMillion("output_reasoning"),
    requestNanoUsd: requestFee(model),
    ...(heard !== null && { audioInputNanoUsdPerMillion: heard }),
    ...(spoken !== null && { audioOutputNanoUsdPerMillion: spoken }),
  };
}
