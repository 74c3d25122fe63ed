/** Calls over the asked range, in some thirty buckets. */
import type { ChartRow } from "#components/charts/chart.tsx";
import { OUTCOME_COLORS } from "#components/charts/palette.ts";
import { integer } from "#components/format.ts";
import { type CallFilter, callBuckets } from "#db/queries/console-records.ts";
import type { Deps } from "../../../request.ts";

export const OUTCOME_SERIES = [
  { name: "Answered", color: OUTCOME_COLORS.ok },
  { name: "Denied", color: OUTCOME_COLORS.refused },
  { name: "Failed", color: OUTCOME_COLORS.failed },
];

const MINUTE_MS = 60_000;
const SPANS = [
  { ms: 2 * MINUTE_MS, per: "2 minutes", upToMs: 60 * MINUTE_MS },
  { ms: 30 * MINUTE_MS, per: "30 minutes", upToMs: 24 * 60 * MINUTE_MS },
  { ms: 240 * MINUTE_MS, per: "4 hours", upToMs: 7 * 24 * 60 * MINUTE_MS },
  { ms: 1440 * MINUTE_MS, per: "24 hours", upToMs: Number.POSITIVE_INFINITY },
] as const;

export async function histogram(
  sql: Deps["sql"],
  filter: CallFilter,
  fromMs: number,
  nowMs: number,
  timezone: string,
): Promise<{ rows: ChartRow[]; per: string }> {
  const { ms, per } = SPANS.find((one) => nowMs - fromMs <= one.upToMs) ?? SPANS[3];
  const firstMs = Math.floor(fromMs / ms) * ms;
  const counted = await callBuckets(sql, { ...filter, fromMs: firstMs }, firstMs, ms);
  const length = Math.floor((nowMs - firstMs) / ms) + 1;
  const daily = ms >= 1440 * MINUTE_MS;
  const rows = Array.from({ length }, (_, index) => {
    const atMs = firstMs + index * ms;
    const values = (["ok", "refused", "failed"] as const).map(
      (outcome) => counted.find((one) => one.bucket === index && one.outcome === outcome)?.calls ?? 0,
    );
    const at = new Date(atMs);
    const day = at.toLocaleDateString("en-GB", { timeZone: timezone, day: "numeric", month: "short" });
    const time = at.toLocaleTimeString("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
    return {
      label: daily ? day : ms >= 240 * MINUTE_MS ? `${day} ${time}` : time,
      title: `${day}, ${time}`,
      values,
      texts: values.map(integer),
      total: integer(values.reduce((sum, value) => sum + value, 0)),
      running: atMs + ms > nowMs,
    };
  });
  return { rows, per };
}
