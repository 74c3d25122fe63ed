/** Money is exact: decimals go in and out unchanged, sums and costs are those of integer arithmetic. */
import { expect, test } from "vitest";
import type { Price } from "#lib/config/config.ts";
import { costOf, type Usage } from "#lib/models/cost.ts";
import { formatUsd, nanoToUsd, roundHalfUp, usdToNano } from "#lib/money.ts";
import { fc } from "#test/helpers/fast-check.ts";

const MOST = 9_223_372_036_854_775_807n;
const amount = fc.bigInt({ min: 0n, max: MOST });

test("every amount survives the way to text and back", () => {
  fc.assert(
    fc.property(amount, (nanoUsd) => {
      expect(usdToNano(formatUsd(nanoUsd))).toBe(nanoUsd);
    }),
  );
});

test("amounts of up to fifteen digits survive a JSON number too", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), (nanoUsd) => {
      const { usd }: { usd: number } = JSON.parse(JSON.stringify({ usd: nanoToUsd(nanoUsd) }));
      expect(usdToNano(usd)).toBe(nanoUsd);
    }),
  );
});

test("a decimal is read digit by digit and rounded half up at the ninth place", () => {
  const digits = fc.stringMatching(/^\d{1,9}$/);
  fc.assert(
    fc.property(
      digits,
      fc.stringMatching(/^\d{0,14}$/),
      fc.integer({ min: -6, max: 0 }),
      (whole, fraction, exponent) => {
        const places = BigInt(fraction.length - exponent);
        const scaled = BigInt(whole + fraction) * 10n ** 9n;
        const unit = 10n ** places;
        const exact = scaled / unit + (2n * (scaled % unit) >= unit ? 1n : 0n);
        expect(usdToNano(`${whole}.${fraction}e${exponent}`)).toBe(exact);
      },
    ),
  );
});

test.each([
  "",
  ".",
  "-1",
  "1,5",
  "0x10",
  "NaN",
  "Infinity",
  "1e",
  "9223372036.854775808",
  "1e999",
  "--1",
  "1 2",
])("%j is refused", (text) => expect(() => usdToNano(text)).toThrow(RangeError));

test("a cost is the exact sum of its parts, rounded once", () => {
  const tokens = fc.nat(100_000_000);
  const price = fc.bigInt({ min: 0n, max: 10n ** 12n });
  const prices = fc.record<Price>({
    inputNanoUsdPerMillion: price,
    outputNanoUsdPerMillion: price,
    cacheReadNanoUsdPerMillion: fc.option(price),
    cacheWriteNanoUsdPerMillion: fc.option(price),
    reasoningNanoUsdPerMillion: fc.option(price),
    requestNanoUsd: price,
  });
  const usages = fc.record({ fresh: tokens, read: tokens, write: tokens, said: tokens, thought: tokens });
  fc.assert(
    fc.property(prices, usages, (p, u) => {
      const usage: Usage = {
        promptTokens: u.fresh + u.read + u.write,
        completionTokens: u.said + u.thought,
        cacheReadTokens: u.read,
        cacheWriteTokens: u.write,
        reasoningTokens: u.thought,
        source: "provider",
      };
      const exact =
        BigInt(u.fresh) * p.inputNanoUsdPerMillion +
        BigInt(u.read) * (p.cacheReadNanoUsdPerMillion ?? p.inputNanoUsdPerMillion) +
        BigInt(u.write) * (p.cacheWriteNanoUsdPerMillion ?? p.inputNanoUsdPerMillion) +
        BigInt(u.said) * p.outputNanoUsdPerMillion +
        BigInt(u.thought) * (p.reasoningNanoUsdPerMillion ?? p.outputNanoUsdPerMillion);
      expect(costOf(p, usage)).toBe(roundHalfUp(exact, 1_000_000n) + p.requestNanoUsd);
    }),
  );
});

test("parts that exceed their whole cost no more than the dearest reading of the whole", () => {
  const tokens = fc.nat(1_000_000);
  const price: Price = {
    inputNanoUsdPerMillion: 3_000_000n,
    outputNanoUsdPerMillion: 5_000_000n,
    cacheReadNanoUsdPerMillion: 1_000_000n,
    cacheWriteNanoUsdPerMillion: 4_000_000n,
    reasoningNanoUsdPerMillion: 6_000_000n,
    requestNanoUsd: 0n,
  };
  const usages = fc.record({
    promptTokens: tokens,
    completionTokens: tokens,
    cacheReadTokens: tokens,
    cacheWriteTokens: tokens,
    reasoningTokens: tokens,
    source: fc.constant("provider" as const),
  });
  fc.assert(
    fc.property(usages, (usage) => {
      const cost = costOf(price, usage);
      expect(cost).toBeGreaterThanOrEqual(BigInt(usage.promptTokens) + 5n * BigInt(usage.completionTokens));
      expect(cost).toBeLessThanOrEqual(4n * BigInt(usage.promptTokens) + 6n * BigInt(usage.completionTokens));
    }),
  );
});
