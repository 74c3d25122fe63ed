/** The Overview's figures, each from the query that other pages use for the same thing. */
import type { ChartRow } from "#components/charts/chart.tsx";
import { OUTCOME_COLORS } from "#components/charts/palette.ts";
import { dayAndMonth, integer, timeOfDay } from "#components/format.ts";
import { countKeys, type HourSums } from "#db/queries/console-overview.ts";
import { latencyOf, outcomesToNow, spentBefore, spentToNow } from "#lib/console/figures-to-now.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import type { PageContext } from "../../../request.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface Outcomes {
  readonly requests: number;
  readonly failures: number;
  readonly refusals: number;
}

export async function readFigures({ deps, nowMs, ownUserId, timezone }: PageContext) {
  await deps.ledger.flush();
  const monthMs = monthStartMs(nowMs, timezone);
  const beforeMs = monthStartMs(monthMs - 1, timezone);
  const untilMs = Math.min(monthMs, beforeMs + (nowMs - monthMs));
  const firstHourMs = (Math.floor(nowMs / HOUR_MS) - 23) * HOUR_MS;
  const [spend, spendBefore, hours, latency, latencyBefore, keys] = await Promise.all([
    spentToNow(deps.sql, monthMs, ownUserId, nowMs),
    spentBefore(deps.sql, { fromMs: beforeMs, toMs: untilMs }, ownUserId, nowMs),
    outcomesToNow(deps.sql, firstHourMs - DAY_MS, ownUserId, nowMs),
    latencyOf(deps.sql, "today", { fromMs: firstHourMs, toMs: nowMs }, ownUserId, nowMs),
    latencyOf(deps.sql, "before", { fromMs: firstHourMs - DAY_MS, toMs: firstHourMs }, ownUserId, nowMs),
    countKeys(deps.sql, nowMs, ownUserId),
  ]);
  const today = hours.filter((hour) => hour.hourMs >= firstHourMs);
  const yesterday = hours.filter((hour) => hour.hourMs < firstHourMs);
  return {
    spend,
    spendBefore,
    now: sumOf(today),
    before: sumOf(yesterday),
    latency,
    latencyBefore,
    keys,
    outcomes: outcomeRows(today, firstHourMs, nowMs, timezone),
  };
}

export const OUTCOME_SERIES = [
  { name: "Answered", color: OUTCOME_COLORS.ok },
  { name: "Denied", color: OUTCOME_COLORS.refused },
  { name: "Failed", color: OUTCOME_COLORS.failed },
];

function sumOf(hours: readonly HourSums[]): Outcomes {
  return {
    requests: hours.reduce((sum, hour) => sum + hour.requests, 0),
    failures: hours.reduce((sum, hour) => sum + hour.failures, 0),
    refusals: hours.reduce((sum, hour) => sum + hour.refusals, 0),
  };
}

function outcomeRows(
  hours: readonly HourSums[],
  firstHourMs: number,
  nowMs: number,
  timezone: string,
): ChartRow[] {
  const byHour = new Map(hours.map((hour) => [hour.hourMs, hour]));
  return Array.from({ length: 24 }, (_, index) => {
    const hourMs = firstHourMs + index * HOUR_MS;
    const { requests = 0, failures = 0, refusals = 0 } = byHour.get(hourMs) ?? {};
    const values = [requests - failures - refusals, refusals, failures];
    const at = new Date(hourMs);
    const label = timeOfDay(at, timezone);
    const day = dayAndMonth(at, timezone);
    return {
      label,
      title: `${day}, ${label}`,
      values,
      texts: values.map(integer),
      total: integer(requests),
      running: hourMs + HOUR_MS > nowMs,
    };
  });
}
