/** Reads a provider's `usage` object, whatever is in it. */
import type { Usage } from "./cost.ts";

/** More tokens than any call can have: beyond it the figure is nonsense. */
const MOST_TOKENS = 100_000_000;

/**
 * The usage a provider reported; null when it is missing or nonsense (negative, fractional, not a number, absurdly
 * large), so that the caller estimates instead. An explicit zero stays zero.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const prompt = tokens(value["prompt_tokens"] ?? value["input_tokens"]);
  const completion = tokens(value["completion_tokens"] ?? value["output_tokens"] ?? 0);
  if (prompt === null || completion === null) return null;
  const inDetail = record(value["prompt_tokens_details"] ?? value["input_tokens_details"]);
  const outDetail = record(value["completion_tokens_details"] ?? value["output_tokens_details"]);
  return {
    promptTokens: prompt,
    completionTokens: completion,
    cacheReadTokens: tokens(inDetail["cached_tokens"] ?? value["prompt_cache_hit_tokens"] ?? 0) ?? 0,
    cacheWriteTokens:
      tokens(inDetail["cache_creation_tokens"] ?? value["cache_creation_input_tokens"] ?? 0) ?? 0,
    reasoningTokens: tokens(outDetail["reasoning_tokens"] ?? 0) ?? 0,
    audioPromptTokens: tokens(inDetail["audio_tokens"] ?? 0) ?? 0,
    audioCompletionTokens: tokens(outDetail["audio_tokens"] ?? 0) ?? 0,
    source: "provider",
  };
}

function tokens(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** Four bytes of text a token is right for English and high for most else. */
export function estimateTokens(textBytes: number): number {
  return Math.ceil(textBytes / 4);
}
