/** The days that a report is about: whole days of the configured zone, at most a year of them. */
import type { SpendRange } from "#db/queries/spend.ts";
import { DATE_NAMES, type Day, dayAt, daysAgoStartMs, daysBetween } from "#lib/spend/calendar.ts";
import { GatewayError } from "../errors.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { askedRange } from "./spend-scope.ts";

export const MOST_DAYS = 366;
/** What a report covers when it is not told. */
export const RECENT_DAYS = 30;

/** The days that `start_date` and `end_date` ask for, by default the last thirty. @throws GatewayError invalid_request */
export function askedDays(deps: GatewayDeps, context: AuthenticatedContext): Day[] {
  return daysOf(deps, context, askedRange(context));
}

/**
 * The days that a range touches; an open end is now, an open start thirty days before the end.
 * @param names what to call its ends in a complaint @throws GatewayError invalid_request
 */
export function daysOf(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  { fromMs, toMs }: SpendRange,
  names = DATE_NAMES,
): Day[] {
  const { timezone } = context.policy.config;
  const endMs = toMs ?? dayAt(deps.clock.now(), timezone).endMs;
  const startMs = fromMs ?? daysAgoStartMs(endMs - 1, RECENT_DAYS, timezone);
  if (startMs >= endMs)
    throw new GatewayError("invalid_request", `${names.start} lies in the future: give an ${names.end} too`, {
      param: names.start,
    });
  const days = daysBetween(startMs, endMs, timezone, MOST_DAYS + 1);
  if (days.length > MOST_DAYS) {
    throw new GatewayError(
      "invalid_request",
      `${names.start} and ${names.end} may lie at most ${MOST_DAYS} days apart`,
      { param: names.start },
    );
  }
  return days;
}

/** From the first day's first instant to the last day's last. */
export function rangeOf(days: readonly Day[]): SpendRange {
  return { fromMs: days[0]?.startMs ?? null, toMs: days.at(-1)?.endMs ?? null };
}

/** Where each day begins. */
export function startsOf(days: readonly Day[]): number[] {
  return days.map((day) => day.startMs);
}
