/** A histogram as plain numbers: fixed buckets, a sum and a count; cheap to move and to pass between processes. */

export interface Histogram {
  /** Observations at or below each bound, each in the first bucket that holds it; the last one holds what is above all. */
  readonly buckets: number[];
  sum: number;
}

/** Upper bounds of durations of calls, in seconds. */
export const CALL_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600] as const;
/** Upper bounds of what the gateway adds itself, in seconds. */
export const OVERHEAD_BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const;

/** An empty histogram over those bounds. */
export function histogram(bounds: readonly number[]): Histogram {
  return { buckets: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

/** Counts one observation, in seconds. */
export function observe(into: Histogram, bounds: readonly number[], seconds: number): void {
  let at = 0;
  while (at < bounds.length && seconds > (bounds[at] ?? Infinity)) at += 1;
  into.buckets[at] = (into.buckets[at] ?? 0) + 1;
  into.sum += seconds;
}

/** Adds the observations of another one over the same bounds. */
export function addHistogram(into: Histogram, other: Histogram): void {
  for (const [at, amount] of other.buckets.entries()) into.buckets[at] = (into.buckets[at] ?? 0) + amount;
  into.sum += other.sum;
}
