/** What a call takes before it runs: its prompt, the most it may produce, and what both may cost. */
import { LEASE_MS, type TakeRequest } from "#lib/admission/admission.ts";
import { type RuleSet, rulesFor, withNamed } from "#lib/admission/rules.ts";
import type { Config, Deployment, Price } from "#lib/config/config.ts";
import { costOf, NO_USAGE, priceFor, priceTable } from "#lib/models/cost.ts";
import type { PriceTable } from "#lib/models/price-library.ts";
import { GatewayError } from "../errors.ts";
import { askedTier, outputBound } from "./outgoing.ts";
import type { RunningCall } from "./running-call.ts";

export interface Reservation {
  readonly take: TakeRequest;
  readonly set: RuleSet;
  /** The model has no price of its own. */
  readonly unpriced: boolean;
  /** Set in a strict call: how many output tokens an amount of reserved money affords. */
  readonly affords: ((costNanoUsd: bigint) => number) | null;
}

/** @throws GatewayError invalid_request for a model without a price that must have one */
export function reservationFor(running: RunningCall, deployment: Deployment, nowMs: number): Reservation {
  const { call, context, endpoint, modelGroup } = running;
  const { policy } = context;
  const { config } = policy;
  const own = rulesFor(policy, context.caller, deployment, modelGroup, nowMs);
  const set = withNamed(policy, own, running.named, modelGroup, nowMs);
  const table = pricesOf(config, deployment, modelGroup);
  const output = outputBound(config, endpoint, call);
  const strict = set.strict && endpoint.generates && table !== null && set.rules.some(isHardBudget);
  const promptTokens = strict ? call.promptMost : call.promptTokens;
  const tier = askedTier(deployment, endpoint, call);
  const listed = table && priceFor(table, promptTokens, tier);
  const price = strict && table && listed ? dearest(listed, tiersOf(priceFor(table, promptTokens))) : listed;
  const costWith = (completionTokens: number) =>
    price ? costOf(price, { ...NO_USAGE, promptTokens, completionTokens }) : 0n;
  const unbounded = endpoint.generates && call.maxTokens === null && config.maxTokens === null;
  const tokens = call.promptTokens + output;
  const least = strict
    ? { tokens: unbounded ? call.promptTokens : tokens, costNanoUsd: costWith(call.answers) }
    : unbounded
      ? { tokens: call.promptTokens, costNanoUsd: costWith(0) }
      : null;
  return {
    set,
    unpriced: priceTable(deployment) === null,
    affords:
      strict && price
        ? (cost) => affordable(price, cost - costWith(0), output, cost >= costWith(output))
        : null,
    take: {
      rules: set.rules,
      leaseId: context.requestId,
      nowMs,
      leaseTtlMs: LEASE_MS,
      tokens,
      costNanoUsd: costWith(output),
      ...(least ? { least } : {}),
    },
  };
}

function isHardBudget(rule: TakeRequest["rules"][number]): boolean {
  return rule.metric === "budget" && !rule.soft;
}

/** The deployment's prices, or what the operator has decided for a model that has none. */
export function pricesOf(config: Config, deployment: Deployment, modelGroup: string): PriceTable | null {
  const table = priceTable(deployment);
  if (table) return table;
  if (config.unpriced === "deny") {
    throw new GatewayError(
      "invalid_request",
      `model "${modelGroup}" has no price and this gateway refuses unpriced models. Ask its operator to set one.`,
      { param: "model" },
    );
  }
  return config.unpriced === "default" && config.unpricedPrice
    ? { base: config.unpricedPrice, tiers: [] }
    : null;
}

/** The provider may serve by another tier than was asked for. */
function tiersOf({ serviceTiers, ...untiered }: Price): readonly Price[] {
  return [untiered, ...Object.values(serviceTiers ?? {})];
}

/** The price that no kind of token is above: a strict call must not cost more than it reserved. */
function dearest(price: Price, tiers: readonly Price[]): Price {
  const most = (...prices: (bigint | null | undefined)[]) =>
    prices.reduce<bigint>((top, one) => (one && one > top ? one : top), 0n);
  const all = [price, ...tiers];
  return {
    inputNanoUsdPerMillion: most(
      ...all.flatMap((one) => [
        one.inputNanoUsdPerMillion,
        one.cacheReadNanoUsdPerMillion,
        one.cacheWriteNanoUsdPerMillion,
        one.audioInputNanoUsdPerMillion,
      ]),
    ),
    outputNanoUsdPerMillion: most(
      ...all.flatMap((one) => [
        one.outputNanoUsdPerMillion,
        one.reasoningNanoUsdPerMillion,
        one.audioOutputNanoUsdPerMillion,
      ]),
    ),
    cacheReadNanoUsdPerMillion: null,
    cacheWriteNanoUsdPerMillion: null,
    reasoningNanoUsdPerMillion: null,
    requestNanoUsd: price.requestNanoUsd,
  };
}

/** @param whole all that was asked is paid for */
function affordable(price: Price, costNanoUsd: bigint, most: number, whole: boolean): number {
  const { outputNanoUsdPerMillion: each } = price;
  if (whole || each === 0n) return most;
  // One nano-dollar less: cost is rounded once over prompt and output together.
  const tokens = ((costNanoUsd > 0n ? costNanoUsd - 1n : 0n) * 1_000_000n) / each;
  return tokens < BigInt(most) ? Number(tokens) : most;
}
