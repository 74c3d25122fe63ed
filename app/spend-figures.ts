/** Days of spend as charts and tables show them: one read for both, so that they cannot differ. */

import type { ChartRow, ChartSeries } from "#components/charts/chart.tsx";
import { MOST_SERIES, OTHER_COLOR, seriesColor } from "#components/charts/palette.ts";
import { integer, money, shortDay } from "#components/format.ts";
import { type SpendDimension, type SpendFilter, type SpendSums, spendBy } from "#db/queries/spend.ts";
import { dailyBy } from "#db/queries/spend-daily.ts";
import { daysToNow } from "#lib/console/figures-to-now.ts";
import { formatUsd } from "#lib/money.ts";
import { type Day, dayAt, daysBetween } from "#lib/spend/calendar.ts";
import type { Deps } from "./request.ts";

export const METRICS = ["spend", "tokens", "requests"] as const;
export type Metric = (typeof METRICS)[number];

export interface DailyFigures {
  readonly days: readonly Day[];
  /** Day index and id -> sums; several of the same add up. */
  readonly cells: readonly Cell[];
  /** Id -> sums of all days. */
  readonly groups: readonly Group[];
}

interface Cell {
  readonly day: number;
  readonly id: string;
  readonly sums: SpendSums;
}

const MOST_DAYS = 366;
/** Id of what a day holds beside the greatest: nothing is called so. */
const REST = "\n";

/** Sums by day of the reporting zone and by one dimension. An hour belongs to the day that it begins in; the range itself is
 * exact, so that days add up to it in zones off the full hour too. */
export async function readDays(
  deps: Deps,
  dimension: SpendDimension,
  fromMs: number,
  toMs: number,
  filter: SpendFilter,
): Promise<DailyFigures> {
  await deps.ledger.flush();
  const { days, range, starts } = wholeDays(deps, fromMs, toMs);
  const cells = await dailyBy(deps.sql, dimension, starts, range, filter);
  return { days, cells, groups: sumGroups(cells) };
}

/** The same up to now, of everybody or of one person: what is over is read once for all who look. */
export async function readDaysToNow(
  deps: Deps,
  dimension: SpendDimension,
  fromMs: number,
  nowMs: number,
  ownUserId: string | null,
): Promise<DailyFigures> {
  await deps.ledger.flush();
  const { days, range, starts } = wholeDays(deps, fromMs, nowMs);
  const cells = await daysToNow(deps.sql, dimension, starts, range, ownUserId, nowMs);
  return { days, cells, groups: sumGroups(cells) };
}

/**
 * The same for a page: sums of every value, but the days of the greatest alone; the rest of each day is one cell. What a day
 * holds is read once more as a whole, so that it is not added up from a thousand keys.
 */
export async function readGreatest(
  deps: Deps,
  dimension: SpendDimension,
  fromMs: number,
  toMs: number,
  filter: SpendFilter,
  metric: Metric,
): Promise<DailyFigures> {
  await deps.ledger.flush();
  const { days, range, starts } = wholeDays(deps, fromMs, toMs);
  const groups = await spendBy(deps.sql, dimension, range, filter);
  const greatest = sorted(groups, metric)
    .slice(0, MOST_SERIES)
    .map((group) => group.id);
  // In this order: a call that settles meanwhile is in the whole at least, and no rest falls below nothing.
  const shown = await dailyBy(deps.sql, dimension, starts, range, filter, greatest);
  const whole = await dailyBy(deps.sql, null, starts, range, filter);
  const rest = whole.map(({ day, sums }) => ({
    day,
    id: REST,
    sums: without(
      sums,
      shown.filter((cell) => cell.day === day).map((cell) => cell.sums),
    ),
  }));
  return { days, cells: [...shown, ...rest], groups };
}

function wholeDays(deps: Deps, fromMs: number, toMs: number) {
  const days = daysBetween(fromMs, toMs, deps.policy().config.timezone, MOST_DAYS);
  const range = { fromMs: days[0]?.startMs ?? fromMs, toMs: days.at(-1)?.endMs ?? toMs };
  return { days, range, starts: days.map((day) => day.startMs) };
}

export interface Group {
  readonly id: string;
  readonly sums: SpendSums;
}

/** Sums of sums. */
export function addSums(all: readonly SpendSums[]): SpendSums {
  return combined(
    (of) => all.reduce((sum, one) => sum + of(one), 0),
    (of) => all.reduce((sum, one) => sum + of(one), 0n),
  );
}

/** The first less all others. */
function without(whole: SpendSums, others: readonly SpendSums[]): SpendSums {
  const sum = addSums(others);
  return combined(
    (of) => of(whole) - of(sum),
    (of) => of(whole) - of(sum),
  );
}

/** Sums of which every field is made alike. */
function combined(
  count: (of: (sums: SpendSums) => number) => number,
  money: (of: (sums: SpendSums) => bigint) => bigint,
): SpendSums {
  return {
    requests: count((sums) => sums.requests),
    failures: count((sums) => sums.failures),
    refusals: count((sums) => sums.refusals),
    promptTokens: count((sums) => sums.promptTokens),
    completionTokens: count((sums) => sums.completionTokens),
    cacheReadTokens: count((sums) => sums.cacheReadTokens),
    cacheWriteTokens: count((sums) => sums.cacheWriteTokens),
    reasoningTokens: count((sums) => sums.reasoningTokens),
    costNanoUsd: money((sums) => sums.costNanoUsd),
  };
}

function sumGroups(cells: readonly Cell[]): Group[] {
  const byId = Map.groupBy(cells, (cell) => cell.id);
  return [...byId].map(([id, all]) => ({ id, sums: addSums(all.map((cell) => cell.sums)) }));
}

/** Sums of each value of the dimension over all days, the greatest first. */
export function groupsOf({ groups }: DailyFigures, metric: Metric): Group[] {
  return sorted(groups, metric);
}

function sorted(groups: readonly Group[], metric: Metric): Group[] {
  return [...groups].sort(
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
  const others = groups.length - shown.length;
  const ids = new Set(shown.map((group) => group.id));
  const series = shown.map((group, index) => ({ name: nameOf(group.id), color: seriesColor(index) }));
  if (others > 0) series.push({ name: `${others} others`, color: OTHER_COLOR });
  const rows = figures.days.map((day, index) => {
    const cells = figures.cells.filter((cell) => cell.day === index);
    const of = (wanted: (cell: Cell) => boolean) => total(cells.filter(wanted), metric);
    const values = shown.map((group) => of((cell) => cell.id === group.id));
    if (others > 0) values.push(of((cell) => !ids.has(cell.id)));
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
