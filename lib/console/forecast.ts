/**
 * What a budget will have spent when its period ends, from the days before: each day ahead is expected to cost the mean
 * of its weekday, drawn a little towards the mean of all days, and what days differed from that gives the band. Pure:
 * the calendar and the randomness come in.
 */

export interface SpentDay {
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly nanoUsd: bigint;
}

export interface DayAhead {
  readonly weekday: number;
  /** How much of the day is still to come; 1 for a whole one. */
  readonly share: number;
  readonly startMs: number;
  readonly endMs: number;
}

export interface ForecastAsked {
  /** Whole days, the oldest first; those before the first that cost anything count as not there. */
  readonly past: readonly SpentDay[];
  /** The rest of the period. */
  readonly ahead: readonly DayAhead[];
  readonly spentNanoUsd: bigint;
  /** Null: there is no ceiling to run into. */
  readonly limitNanoUsd: bigint | null;
}

export interface Forecast {
  readonly expectedNanoUsd: bigint;
  /** Nine in ten resampled futures cost more than this, and one in ten more than `high`. */
  readonly lowNanoUsd: bigint;
  readonly highNanoUsd: bigint;
  /** When the ceiling is reached, as far ahead as was asked; null when it is not, or already is. */
  readonly runsOutAtMs: number | null;
  /** Expected sum at the end of each day ahead. */
  readonly path: readonly {
    readonly endMs: number;
    readonly low: bigint;
    readonly mid: bigint;
    readonly high: bigint;
  }[];
}

/** A forecast from fewer days says nothing. */
export const LEAST_DAYS = 5;
export const PAST_DAYS = 28;
const FUTURES = 200;

/** @param random uniform in [0, 1) @returns null when there are too few days to go by */
export function forecast(asked: ForecastAsked, random: () => number): Forecast | null {
  const first = asked.past.findIndex((day) => day.nanoUsd > 0n);
  const days =
    first === -1
      ? []
      : asked.past.slice(first).map(({ nanoUsd, weekday }) => [weekday, Number(nanoUsd)] as const);
  if (days.length < LEAST_DAYS) return null;
  const meanOf = weekdayMeans(days);
  const residuals = days.map(([weekday, cost]) => cost - meanOf(weekday));
  const futures = Array.from({ length: FUTURES }, () => {
    let sum = 0;
    return asked.ahead.map(({ share, weekday }) => {
      const residual = residuals[Math.floor(random() * residuals.length)] ?? 0;
      sum += Math.max(0, (meanOf(weekday) + residual) * share);
      return sum;
    });
  });
  let expected = 0;
  const path = asked.ahead.map(({ endMs, share, weekday }, place) => {
    expected += meanOf(weekday) * share;
    const sums = futures.map((future) => future[place] ?? 0).sort((a, b) => a - b);
    const at = (part: number) => total(asked, sums[Math.floor(part * (FUTURES - 1))] ?? 0);
    return { endMs, low: at(0.1), mid: total(asked, expected), high: at(0.9) };
  });
  const last = path.at(-1);
  return {
    expectedNanoUsd: last?.mid ?? asked.spentNanoUsd,
    lowNanoUsd: last?.low ?? asked.spentNanoUsd,
    highNanoUsd: last?.high ?? asked.spentNanoUsd,
    runsOutAtMs: runsOut(asked, meanOf),
    path,
  };
}

/** Four weeks hold four days of a weekday, which is few: the mean of all days counts as one more of them. */
function weekdayMeans(
  days: readonly (readonly [weekday: number, cost: number])[],
): (weekday: number) => number {
  const mean = days.reduce((sum, [, cost]) => sum + cost, 0) / days.length;
  const means = Array.from({ length: 7 }, (_, weekday) => {
    const same = days.filter(([of]) => of === weekday);
    return (same.reduce((sum, [, cost]) => sum + cost, 0) + mean) / (same.length + 1);
  });
  return (weekday) => means[weekday] ?? mean;
}

function runsOut(
  { ahead, limitNanoUsd, spentNanoUsd }: ForecastAsked,
  meanOf: (weekday: number) => number,
): number | null {
  if (limitNanoUsd === null || spentNanoUsd >= limitNanoUsd) return null;
  let left = Number(limitNanoUsd - spentNanoUsd);
  for (const { endMs, share, startMs, weekday } of ahead) {
    const cost = meanOf(weekday) * share;
    if (cost > 0 && cost >= left) return Math.round(startMs + ((endMs - startMs) * left) / cost);
    left -= cost;
  }
  return null;
}

function total({ spentNanoUsd }: ForecastAsked, more: number): bigint {
  return spentNanoUsd + BigInt(Math.round(more));
}

/** The same numbers for the same seed, so that a page shows the same band when it is loaded again (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
