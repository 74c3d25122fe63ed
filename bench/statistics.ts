/** The few statistics the benchmark needs. */

/** The middle value; of an even number the mean of the two in the middle. Throws on an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error("The median of nothing was asked for.");
  return (upper + lower) / 2;
}

/** The value below or at which `percent` of the sorted `values` lie (nearest rank). Throws on an empty list. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error("A percentile of nothing was asked for.");
  return value;
}

/** The median of the ratios of two series taken side by side: rounds are compared with themselves only. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(
    ours.map((value, round) => {
      const other = theirs[round];
      if (other === undefined) throw new Error("Two series of different length were compared.");
      return value / other;
    }),
  );
}

/** The same list started at another place: no target is always first or always last in its round. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
