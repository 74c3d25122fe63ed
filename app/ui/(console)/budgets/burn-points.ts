/** The days of a budget's running period, for its burn-down. */
import type { BurnPoint } from "#components/budgets/burn-down.tsx";
import { shortDay } from "#components/format.ts";
import { type DailyAsked, dailySpendOf } from "#db/queries/console-budgets.ts";
import type { BudgetLine } from "#lib/console/budget-list.ts";
import type { Forecast } from "#lib/console/forecast.ts";
import { dayAt, daysBetween, nextHourMs } from "#lib/spend/calendar.ts";
import type { PageContext } from "../../../request.ts";

const MOST_DAYS = 400;

/**
 * Spent by the end of each day so far, and what is expected of those to come.
 * @returns null when there is nothing to draw: a period of less than two days, one for life, or spend that was set by hand
 */
export async function burnPoints(
  { deps, nowMs, timezone }: Pick<PageContext, "deps" | "nowMs" | "timezone">,
  line: BudgetLine,
  forecast: Forecast | null | undefined,
): Promise<BurnPoint[] | null> {
  const { endMs, kind, spentNanoUsd, startMs } = line;
  if (startMs === null || endMs === null || forecast === undefined) return null;
  const days = daysBetween(startMs, endMs, timezone, MOST_DAYS);
  if (days.length < 2) return null;
  const todayMs = dayAt(nowMs, timezone).startMs;
  const over = days.filter((day) => day.startMs < todayMs);
  const asked: DailyAsked = { kind: kind as DailyAsked["kind"], ids: [line.subjectId] };
  const starts = over.map((day) => day.startMs);
  const spend = (await dailySpendOf(deps.sql, asked, starts, nextHourMs(todayMs))).get(line.subjectId) ?? [];
  let sum = 0n;
  const sums = spend.map((day) => {
    sum += day;
    return sum;
  });
  // What was spent is less than what the days say: somebody set it back, and the days are no way to it.
  if (sum > spentNanoUsd) return null;
  return days.map((day, place) => {
    const ahead = forecast?.path.find((point) => point.endMs === Math.min(day.endMs, endMs));
    const today = day.startMs === todayMs;
    return {
      label: shortDay(day.date),
      spent: today ? spentNanoUsd : (sums[place] ?? null),
      low: today ? spentNanoUsd : (ahead?.low ?? null),
      mid: today ? spentNanoUsd : (ahead?.mid ?? null),
      high: today ? spentNanoUsd : (ahead?.high ?? null),
    };
  });
}
