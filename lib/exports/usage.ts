/** Days of usage, a few at a time, so that a year of many keys needs little memory. The sums are those of the Usage page. */
import type { Sql } from "#db/client.ts";
import { installationId } from "#db/queries/installation.ts";
import { dailyBy, dailyFine } from "#db/queries/spend-daily.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { type Day, daysBetween, nextHourMs } from "../spend/calendar.ts";
import { chargeOfDay, focusRow } from "./focus.ts";
import { namesOf, USAGE_COLUMNS } from "./names.ts";
import { type ExportPlan, spendFilterOf } from "./plan.ts";
import { type ExportRow, usageRow } from "./rows.ts";

const DAYS_AT_ONCE = 7;
const MOST_DAYS = 3660;

export interface UsagePiece {
  readonly rows: readonly ExportRow[];
  readonly costNanoUsd: bigint;
  /** So many days of so many are done. */
  readonly days: number;
  readonly ofDays: number;
}

type Deps = Pick<JobDeps, "sql" | "policy" | "origin">;

export async function* usageRows(deps: Deps, plan: ExportPlan): AsyncGenerator<UsagePiece> {
  const { timezone } = deps.policy().config;
  const all = daysBetween(plan.fromMs ?? 0, plan.toMs, timezone, MOST_DAYS);
  const account = await installationId(deps.sql, deps.origin);
  for (let done = 0; done < all.length; done += DAYS_AT_ONCE) {
    const days = all.slice(done, done + DAYS_AT_ONCE);
    const piece =
      plan.format === "focus"
        ? await charges(deps.sql, plan, askedOf(days, all), account, timezone)
        : await groups(deps.sql, plan, askedOf(days, all), timezone);
    yield { ...piece, days: done + days.length, ofDays: all.length };
  }
}

async function groups(sql: Sql, plan: ExportPlan, { days, range, starts }: Asked, timezone: string) {
  const { by } = plan;
  const cells = await dailyBy(sql, USAGE_COLUMNS[by].column, starts, range, spendFilterOf(plan));
  const names = await namesOf(sql, by, [...new Set(cells.map(({ id }) => id))]);
  const rows = cells.map(({ day, id, sums }) =>
    usageRow({ date: days[day]?.date ?? "", timezone }, by, { id, name: names.get(id) }, sums),
  );
  return { rows, costNanoUsd: cells.reduce((sum, { sums }) => sum + sums.costNanoUsd, 0n) };
}

async function charges(sql: Sql, plan: ExportPlan, asked: Asked, account: string, timezone: string) {
  const { days, range, starts } = asked;
  const cells = await dailyFine(sql, starts, range, spendFilterOf(plan));
  const distinct = (of: (cell: (typeof cells)[number]) => string) => [...new Set(cells.map(of))];
  const names = {
    key: await namesOf(
      sql,
      "key",
      distinct(({ keyId }) => keyId),
    ),
    user: await namesOf(
      sql,
      "user",
      distinct(({ userId }) => userId),
    ),
    team: await namesOf(
      sql,
      "team",
      distinct(({ teamId }) => teamId),
    ),
  };
  const rows = cells.flatMap((cell) => {
    const day = days[cell.day];
    const charge = day && chargeOfDay(cell, day, (kind, id) => names[kind].get(id) ?? null);
    return charge ? [focusRow(charge, account, timezone)] : [];
  });
  return { rows, costNanoUsd: cells.reduce((sum, { sums }) => sum + sums.costNanoUsd, 0n) };
}

interface Asked {
  readonly days: readonly Day[];
  /** Where days begin. */
  readonly starts: readonly number[];
  readonly range: { readonly fromMs: number; readonly toMs: number };
}

/**
 * Some of all days. An hour belongs to the day it begins in; where all of them begin and end is kept to the millisecond, so
 * that they add up to what is asked for in zones off the full hour too.
 */
function askedOf(days: readonly Day[], all: readonly Day[]): Asked {
  const [first, last] = [days[0], days.at(-1)];
  const [fromMs, toMs] = [first?.startMs ?? 0, last?.endMs ?? 0];
  return {
    days,
    starts: days.map(({ startMs }) => startMs),
    range: {
      fromMs: first === all[0] ? fromMs : nextHourMs(fromMs),
      toMs: last === all.at(-1) ? toMs : nextHourMs(toMs),
    },
  };
}
