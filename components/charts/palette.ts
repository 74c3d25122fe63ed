/** Colours of series, in the order that keeps neighbours apart. */
export const MOST_SERIES = 7;

export function seriesColor(index: number): string {
  return `var(--series-${(index % 8) + 1})`;
}

export const OTHER_COLOR = "var(--series-other)";
export const OUTCOME_COLORS = {
  ok: "var(--series-1)",
  refused: "var(--series-2)",
  failed: "var(--series-5)",
} as const;
