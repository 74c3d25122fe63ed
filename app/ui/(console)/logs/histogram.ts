/** Calls over the asked range, in some thirty buckets at most. */
import type { ChartRow } from "#components/charts/chart.tsx";
import { OUTCOME_COLORS } from "#components/charts/palette.ts";
import { dayAndMonth, integer, timeOfDay } from "#components/format.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { bucketsToNow } from "#lib/console/figures-to-now.ts";
import { daysBetween, nextHourMs } from "#lib/spend/calendar.ts";
import type { Deps } from "../../../request.ts";

export const OUTCOME_SERIES = [
  { name: "Answered", color: OUTCOME_COLORS.ok },
  { name: "Denied", color: OUTCOME_COLORS.refused },
  { name: "Failed", color: OUTCOME_COLORS.failed },
];

const MINUTE_MS = 60_000;
/** Full hours come from the rollups, however many calls there are; only an hour's minutes are counted call by call. */
const SPANS = [
  { ms: 2 * MINUTE_MS, per: "2 minutes", upToMs: 60 * MINUTE_MS },
  { ms: 60 * MINUTE_MS, per: "hour", upToMs: 24 * 60 * MINUTE_MS },
  { ms: 240 * MINUTE_MS, per: "4 hours", upToMs: 7 * 24 * 60 * MINUTE_MS },
  { ms: 1440 * MINUTE_MS, per: "day", upToMs: Number.POSITIVE_INFINITY },
] as const;

const MOST_DAYS = 40;

/** Where steps begin, from `firstMs` up to now. */
function equalSteps(firstMs: number, ms: number, nowMs: number): number[] {
  return Array.from({ length: Math.floor((nowMs - firstMs) / ms) + 1 }, (_, index) => firstMs + index * ms);
}

export async function histogram(
  sql: Deps["sql"],
  filter: CallFilter,
  fromMs: number,
  nowMs: number,
  timezone: string,
): Promise<{ rows: ChartRow[]; per: string }> {
  const { ms, per } = SPANS.find((one) => nowMs - fromMs <= one.upToMs) ?? SPANS[3];
  const daily = ms === 1440 * MINUTE_MS;
  const startsMs = daily
    ? daysBetween(fromMs, nowMs, timezone, MOST_DAYS).map((day) => nextHourMs(day.startMs))
    : equalSteps(Math.floor(fromMs / ms) * ms, ms, nowMs);
  const [firstMs = fromMs] = startsMs;
  const counted = await bucketsToNow(sql, { ...filter, fromMs: firstMs }, startsMs, nowMs);
  const rows = startsMs.map((atMs, index) => {
    const calls = counted.find((one) => one.bucket === index);
    const values = [calls?.ok ?? 0, calls?.refused ?? 0, calls?.failed ?? 0];
    const at = new Date(atMs);
    const day = dayAndMonth(at, timezone);
    const time = timeOfDay(at, timezone);
    return {
      label: daily ? day : ms >= 240 * MINUTE_MS ? `${day} ${time}` : time,
      title: `${day}, ${time}`,
      values,
      texts: values.map(integer),
      total: integer(values.reduce((sum, value) => sum + value, 0)),
      running: index === startsMs.length - 1,
    };
  });
  return { rows, per };
}
