/** Forecasts of budgets: what their owners spent on each day of four weeks, and the days to come. */
import type { Sql } from "#db/client.ts";
import { type DailyAsked, dailySpendOf } from "#db/queries/console-budgets.ts";
import { type Day, dayAt, daysAgoStartMs, daysBetween, nextHourMs } from "#lib/spend/calendar.ts";
import type { BudgetLine } from "./budget-list.ts";
import { type DayAhead, type Forecast, forecast, PAST_DAYS, seeded } from "./forecast.ts";

export interface ForecastBasis {
  readonly deps: { readonly sql: Sql };
  readonly nowMs: number;
  /** IANA name of the reporting zone. */
  readonly timezone: string;
}

/** For a budget for life: as far as anybody plans. */
const LIFE_DAYS_MS = 90 * 86_400_000;
const MOST_DAYS = 400;
const SEED = 20_260;

/** Line id -> its forecast; null where there are too few days. Lines whose spend is not kept by day are absent. */
export async function forecastsOf(
  { deps, nowMs, timezone }: ForecastBasis,
  lines: readonly BudgetLine[],
): Promise<Map<string, Forecast | null>> {
  const todayMs = dayAt(nowMs, timezone).startMs;
  const past = daysBetween(daysAgoStartMs(nowMs, PAST_DAYS + 1, timezone), todayMs, timezone, PAST_DAYS);
  const starts = past.map((day) => day.startMs);
  const weekdays = past.map(weekdayOf);
  const byKind = Map.groupBy(lines, kindOf);
  const found = new Map<string, Forecast | null>();
  for (const [kind, some] of byKind) {
    if (kind === null) continue;
    const ids = [...new Set(some.map((line) => line.subjectId))];
    const spend = await dailySpendOf(deps.sql, { kind, ids }, starts, nextHourMs(todayMs));
    for (const line of some) {
      const days = (spend.get(line.subjectId) ?? []).map((nanoUsd, place) => ({
        nanoUsd,
        weekday: weekdays[place] ?? 0,
      }));
      const asked = {
        past: days,
        ahead: daysAhead(nowMs, line.endMs ?? nowMs + LIFE_DAYS_MS, timezone),
        spentNanoUsd: line.spentNanoUsd,
        limitNanoUsd: line.limitNanoUsd ?? line.softNanoUsd,
      };
      found.set(line.id, forecast(asked, seeded(SEED)));
    }
  }
  return found;
}

/** Null: nothing keeps its spend by day. */
function kindOf({ kind, part }: BudgetLine): DailyAsked["kind"] | null {
  if (part === "model") return null;
  return kind === "deployment" || kind === "end_user" || kind === "tag" ? null : kind;
}

function daysAhead(nowMs: number, endMs: number, timezone: string): DayAhead[] {
  return daysBetween(nowMs, endMs, timezone, MOST_DAYS).map((day) => {
    const startMs = Math.max(nowMs, day.startMs);
    const untilMs = Math.min(endMs, day.endMs);
    return {
      weekday: weekdayOf(day),
      share: Math.max(0, untilMs - startMs) / (day.endMs - day.startMs),
      startMs,
      endMs: untilMs,
    };
  });
}

function weekdayOf({ date }: Day): number {
  return new Date(`${date}T12:00:00Z`).getUTCDay();
}
