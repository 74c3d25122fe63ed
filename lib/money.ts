/**
 * Money is an integer count of nano-dollars (1e-9 USD) in a bigint, so sums are exact and never mix with floats.
 * Dollars exist only at the edges: config files, the key API, screens.
 */

export const NANO_PER_USD = 1_000_000_000n;

/** The largest amount a bigint column holds (about 9.2 thousand million dollars). */
const MAX_NANO_USD = 9_223_372_036_854_775_807n;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Dollars to nano-dollars, read digit by digit so that 0.1 is exactly 100,000,000; rounds half up at the ninth place.
 * @throws RangeError when the value is not a plain decimal number, is negative, or does not fit a bigint column.
 */
export function usdToNano(value: number | string): bigint {
  return scaleDecimal(value, 9);
}

/**
 * A non-negative decimal times 10^places as an integer, rounded half up.
 * @throws RangeError as {@link usdToNano}.
 */
export function scaleDecimal(value: number | string, places: number): bigint {
  const text = String(value).trim();
  const parts = DECIMAL.exec(text);
  if (!parts || (!parts[2] && !parts[3])) throw new RangeError(`"${text}" is not a decimal number`);
  const digits = `${parts[2] ?? ""}${parts[3] ?? ""}`;
  const shift = Number(parts[4] ?? 0) - (parts[3] ?? "").length + places;
  const scaled =
    shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : roundHalfUp(BigInt(digits), 10n ** BigInt(-shift));
  if (parts[1] === "-" && scaled !== 0n) throw new RangeError(`"${text}" is negative`);
  if (scaled > MAX_NANO_USD) throw new RangeError(`"${text}" is too large`);
  return scaled;
}

/** Non-negative division rounded half up: the one place where a cost loses its fraction. */
export function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator / 2n) / denominator;
}

/** Nano-dollars to a JavaScript number of dollars, for JSON answers that LiteLLM's clients read as floats. */
export function nanoToUsd(nanoUsd: bigint): number {
  return Number(formatUsd(nanoUsd));
}

/** Exact decimal dollars without trailing zeros: 1_500_000_000n is "1.5". */
export function formatUsd(nanoUsd: bigint): string {
  if (nanoUsd >= 0n && nanoUsd <= MAX_SAFE) return formatSmall(Number(nanoUsd));
  const sign = nanoUsd < 0n ? "-" : "";
  const magnitude = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  const fraction = (magnitude % NANO_PER_USD).toString().padStart(9, "0").replace(/0+$/, "");
  return `${sign}${magnitude / NANO_PER_USD}${fraction && `.${fraction}`}`;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The same for amounts that a number holds exactly: several stand in the headers of every answer. */
function formatSmall(nanoUsd: number): string {
  const whole = Math.floor(nanoUsd / 1e9);
  let fraction = nanoUsd - whole * 1e9;
  if (fraction === 0) return String(whole);
  let digits = 9;
  for (; fraction % 10 === 0; digits--) fraction /= 10;
  return `${whole}.${String(fraction).padStart(digits, "0")}`;
}
