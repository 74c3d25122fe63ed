/** The price of one entry, when its config says one. */
import type { Price } from "./config.ts";
import type { ModelEntry } from "./model-entry.ts";
import type { Reporter } from "./problems.ts";

/** null: the entry says nothing, and the price list decides. Half a price is said aloud: free by accident is dear. */
export function priceOf(
  { draft, modelGroup, modelInfo, place, placeOf }: ModelEntry,
  report: Reporter,
): Price | null {
  const { inputPrice, outputPrice, cacheReadPrice, cacheWritePrice, reasoningPrice, requestPrice } = draft;
  const said = [inputPrice, outputPrice, cacheReadPrice, cacheWritePrice, reasoningPrice, requestPrice];
  if (said.every((price) => price === null)) {
    const finer = FINER_PRICES.find((member) => draft[member] !== null);
    if (finer)
      report.warning(
        placeOf(finer),
        `"${modelGroup}" has prices of sound or of a service tier, and none of plain tokens: they are not used — set input_cost_per_token and output_cost_per_token`,
      );
    return null;
  }
  const flatOnly = inputPrice === null && outputPrice === null && requestPrice !== null;
  const isEmbedding =
    modelInfo.mode === "embedding" || modelInfo.mode === "moderation" || modelInfo.mode === "rerank";
  if (inputPrice === null && !flatOnly) {
    report.warning(
      outputPrice === null ? place : placeOf("outputPrice"),
      `"${modelGroup}" has no input_cost_per_token: input tokens are counted as free`,
    );
  }
  if (outputPrice === null && !flatOnly && !isEmbedding) {
    report.warning(
      inputPrice === null ? place : placeOf("inputPrice"),
      `"${modelGroup}" has no output_cost_per_token: output tokens are counted as free — write 0 if they are`,
    );
  }
  const price: Price = {
    inputNanoUsdPerMillion: inputPrice ?? 0n,
    outputNanoUsdPerMillion: outputPrice ?? 0n,
    cacheReadNanoUsdPerMillion: cacheReadPrice,
    cacheWriteNanoUsdPerMillion: cacheWritePrice,
    reasoningNanoUsdPerMillion: reasoningPrice,
    requestNanoUsd: requestPrice ?? 0n,
    ...(draft.audioInputPrice !== null && { audioInputNanoUsdPerMillion: draft.audioInputPrice }),
    ...(draft.audioOutputPrice !== null && { audioOutputNanoUsdPerMillion: draft.audioOutputPrice }),
  };
  const flex = tierOf(price, draft.flexInputPrice, draft.flexOutputPrice, draft.flexCacheReadPrice);
  const priority = tierOf(
    price,
    draft.priorityInputPrice,
    draft.priorityOutputPrice,
    draft.priorityCacheReadPrice,
  );
  if (!flex && !priority) return price;
  return { ...price, serviceTiers: { ...(flex && { flex }), ...(priority && { priority }) } };
}

const FINER_PRICES = [
  ...(["audioInputPrice", "audioOutputPrice"] as const),
  ...(["flexInputPrice", "flexOutputPrice", "flexCacheReadPrice"] as const),
  ...(["priorityInputPrice", "priorityOutputPrice", "priorityCacheReadPrice"] as const),
];

/** What a tier says nothing of costs what it costs without it; null: it says nothing at all. */
function tierOf(
  price: Price,
  input: bigint | null,
  output: bigint | null,
  cacheRead: bigint | null,
): Price | null {
  if (input === null && output === null && cacheRead === null) return null;
  return {
    ...price,
    inputNanoUsdPerMillion: input ?? price.inputNanoUsdPerMillion,
    outputNanoUsdPerMillion: output ?? price.outputNanoUsdPerMillion,
    cacheReadNanoUsdPerMillion: cacheRead ?? price.cacheReadNanoUsdPerMillion,
    // A price of its own is of the tier without a name; a dearer or cheaper output takes its reasoning along.
    reasoningNanoUsdPerMillion: output === null ? price.reasoningNanoUsdPerMillion : null,
  };
}

/** So much a token, whatever kind of token it is. */
export function flatPrice(inputNanoUsdPerMillion: bigint, outputNanoUsdPerMillion: bigint): Price {
  return {
    inputNanoUsdPerMillion,
    outputNanoUsdPerMillion,
    cacheReadNanoUsdPerMillion: null,
    cacheWriteNanoUsdPerMillion: null,
    reasoningNanoUsdPerMillion: null,
    requestNanoUsd: 0n,
  };
}
