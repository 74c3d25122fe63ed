/** Days of spend as charts and tables show them: one read for both, so that they cannot differ. */

import type { ChartRow, ChartSeries } from "#components/charts/chart.tsx";
import { MOST_SERIES, OTHER_COLOR, seriesColor } from "#components/charts/palette.ts";
import { integer, money, shortDay } from "#components/format.ts";
import type { SpendDimension, SpendFilter, SpendSums } from "#db/queries/spend.ts";
import { dailyBy } from "#db/queries/spend-daily.ts";
import { formatUsd } from "#lib/money.ts";
import { type Day, dayAt, daysBetween, nextHourMs } from "#lib/spend/calendar.ts";
import type { Deps } from "./request.ts";

export const METRICS = ["spend", "tokens", "requests"] as const;
export type Metric = (typeof METRICS)[number];

export interface DailyFigures {
  readonly days: readonly Day[];
  /** Day index and id -> sums. */
  readonly cells: readonly { readonly day: number; readonly id: string; readonly sums: SpendSums }[];
}

const MOST_DAYS = 366;

/** Sums by day of the reporting zone and by one dimension. Whole days: an hour belongs to the day that it begins in. */
export async function readDays(
  deps: Deps,
  dimension: SpendDimension,
  fromMs: number,
  toMs: number,
  filter: SpendFilter,
): Promise<DailyFigures> {
  const { timezone } = deps.policy().config;
  await deps.ledger.flush();
  const days = daysBetween(fromMs, toMs, timezone, MOST_DAYS);
  const range = {
    fromMs: nextHourMs(days[0]?.startMs ?? fromMs),
    toMs: nextHourMs(days.at(-1)?.endMs ?? toMs),
  };
  const starts = days.map((day) => day.startMs);
  return { days, cells: await dailyBy(deps.sql, dimension, starts, range, filter) };
}

export interface Group {
  readonly id: string;
  readonly sums: SpendSums;
}

/** Sums of sums. */
export function addSums(all: readonly SpendSums[]): SpendSums {
  const of = (field: Exclude<keyof SpendSums, "costNanoUsd">) =>
    all.reduce((sum, one) => sum + one[field], 0);
  return {
    requests: of("requests"),
    failures: of("failures"),
    refusals: of("refusals"),
    promptTokens: of("promptTokens"),
    completionTokens: of("completionTokens"),
    cacheReadTokens: of("cacheReadTokens"),
    cacheWriteTokens: of("cacheWriteTokens"),
    reasoningTokens: of("reasoningTokens"),
    costNanoUsd: all.reduce((sum, one) => sum + one.costNanoUsd, 0n),
  };
}

/** Sums of each value of the dimension over all days, the greatest first. */
export function groupsOf({ cells }: DailyFigures, metric: Metric): Group[] {
  const byId = new Map<string, SpendSums[]>();
  for (const { id, sums } of cells) byId.set(id, [...(byId.get(id) ?? []), sums]);
  const groups = [...byId].map(([id, all]) => ({ id, sums: addSums(all) }));
  return groups.sort(
    (a, b) => compare(amount(b.sums, metric), amount(a.sums, metric)) || a.id.localeCompare(b.id),
  );
}

/** A chart of the days, with the greatest groups as series and the rest as one. */
export function chartOf(
  figures: DailyFigures,
  metric: Metric,
  nameOf: (id: string) => string,
  nowMs: number,
): { rows: ChartRow[]; series: ChartSeries[] } {
  const groups = groupsOf(figures, metric).filter((group) => amount(group.sums, metric) > 0n);
  const shown = groups.slice(0, MOST_SERIES);
  const rest = new Set(groups.slice(MOST_SERIES).map((group) => group.id));
  const series = shown.map((group, index) => ({ name: nameOf(group.id), color: seriesColor(index) }));
  if (rest.size > 0) series.push({ name: `${rest.size} others`, color: OTHER_COLOR });
  const rows = figures.days.map((day, index) => {
    const cells = figures.cells.filter((cell) => cell.day === index);
    const values = shown.map((group) =>
      total(
        cells.filter((cell) => cell.id === group.id),
        metric,
      ),
    );
    if (rest.size > 0)
      values.push(
        total(
          cells.filter((cell) => rest.has(cell.id)),
          metric,
        ),
      );
    return {
      label: shortDay(day.date),
      title: day.date,
      values: values.map((value) => plotted(value, metric)),
      texts: values.map((value) => shownAs(value, metric)),
      total: shownAs(total(cells, metric), metric),
      running: day.startMs <= nowMs && nowMs < day.endMs,
    };
  });
  return { rows, series };
}

/** One metric of sums, as a whole number of its unit: nano-dollars, tokens or calls. */
export function amount(sums: SpendSums, metric: Metric): bigint {
  if (metric === "spend") return sums.costNanoUsd;
  return BigInt(metric === "tokens" ? sums.promptTokens + sums.completionTokens : sums.requests);
}

export function shownAs(value: bigint, metric: Metric): string {
  return metric === "spend" ? money(value) : integer(value);
}

export function today(deps: Deps, nowMs: number): Day {
  return dayAt(nowMs, deps.policy().config.timezone);
}

function total(cells: readonly { readonly sums: SpendSums }[], metric: Metric): bigint {
  return cells.reduce((sum, cell) => sum + amount(cell.sums, metric), 0n);
}

function plotted(value: bigint, metric: Metric): number {
  return metric === "spend" ? Number(formatUsd(value)) : Number(value);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
