/** Money in config.yaml: dollars a token -> nano-USD for a million tokens, and dollars -> nano-USD. Exact, digit by digit. */
import { scaleDecimal, usdToNano } from "../money.ts";
import type { Parser } from "./setting.ts";
import { show, type YamlNode } from "./tree.ts";

/** 1 USD a token = 10^9 nano-USD a token = 10^15 nano-USD for a million tokens. */
const PLACES = 15;

/** Above a dollar a token somebody wrote the price of a million tokens. */
const DEAREST = 10n ** 15n;

/**
 * Dollars a token, as LiteLLM writes them (`0.0000025`, `2.5e-6`), to nano-USD for a million tokens.
 * Throws RangeError for anything that is not a price.
 */
export function pricePerMillion(usdPerToken: string | number): bigint {
  const price = scaleDecimal(usdPerToken, PLACES);
  if (price > DEAREST)
    throw new RangeError("is more than a dollar a token — write the price of one token, such as 0.0000025");
  return price;
}

/** A price of one token in dollars. */
export function tokenPrice(): Parser<bigint> {
  return money("USD a token, such as 0.0000025", pricePerMillion);
}

/** An amount in dollars. */
export function usd(): Parser<bigint> {
  return money("USD", usdToNano);
}

function money(form: string, read: (text: string) => bigint): Parser<bigint> {
  return {
    form,
    parse(node, fault) {
      try {
        return read(decimalText(node));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // The thrower's own words when they are ours, else what every wrong amount has in common.
        return fault(
          `${show(node)} ${error.message.startsWith("is ") ? error.message : wordsFor(error.message)}`,
        );
      }
    },
  };
}

function wordsFor(message: string): string {
  if (message.endsWith("is negative")) return "is negative";
  if (message.endsWith("is too large")) return "is too large";
  return "is not an amount in dollars — write 0.5 or 2.5e-6";
}

// The digits as written: 0.1 must not take the way through a float.
function decimalText(node: YamlNode): string {
  if (node.kind !== "scalar" || typeof node.value === "boolean") return "";
  return (typeof node.value === "string" ? node.value : node.text).trim();
}
