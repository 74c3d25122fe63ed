/** Days of the configured zone, and the dates that spend reports are asked by. */
import { budgetPeriod, localDateMs, type Period } from "#lib/admission/period.ts";
import { GatewayError } from "../errors.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const HALF_DAY_MS = 43_200_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,3})?(Z|[+ -]\d{2}:?\d{2})?$/i;

export interface Day extends Period {
  /** YYYY-MM-DD on the zone's calendar. */
  readonly date: string;
}

/** The local day that holds an instant. */
export function dayAt(ms: number, timezone: string): Day {
  const period = budgetPeriod("1d", ms, timezone);
  return { ...period, date: localDate(period.startMs + HALF_DAY_MS, timezone) };
}

/** The days from one that holds `fromMs` up to `toMs` (exclusive), oldest first. @param most bound on their number */
export function daysBetween(fromMs: number, toMs: number, timezone: string, most: number): Day[] {
  const days: Day[] = [];
  for (
    let day = dayAt(fromMs, timezone);
    day.startMs < toMs && days.length < most;
    day = dayAt(day.endMs, timezone)
  )
    days.push(day);
  return days;
}

/** Where an hour begins that is not before `ms`: the edge that hourly sums have nearest to a day's. */
export function nextHourMs(ms: number): number {
  return Math.ceil(ms / HOUR_MS) * HOUR_MS;
}

/** The `count` local days that end with the one that holds `ms`: where the first begins. */
export function daysAgoStartMs(ms: number, count: number, timezone: string): number {
  // Noon is safe from the hour that clocks are moved by.
  return dayAt(dayAt(ms, timezone).startMs - (count - 1) * DAY_MS + HALF_DAY_MS, timezone).startMs;
}

/** The first instant of the local calendar month that holds `ms`. */
export function monthStartMs(ms: number, timezone: string): number {
  return budgetPeriod("1mo", ms, timezone).startMs;
}

/**
 * What a date names: a day of the configured zone, or with a time (UTC unless it says otherwise) one second or minute.
 * @returns null when it is no date
 */
export function readDate(text: string, timezone: string): Period | null {
  if (DATE.test(text)) return isDate(text) ? dayNamed(text, timezone) : null;
  const match = DATE_TIME.exec(text.trim());
  if (!match) return null;
  const [, date = "", minute = "", second, fraction, zone = "Z"] = match;
  if (!isDate(date)) return null;
  // A plus sign in a query that was not escaped arrives as a space.
  const offset = zone
    .replace(" ", "+")
    .replace(/(\d{2})(\d{2})$/, "$1:$2")
    .toUpperCase();
  const startMs = Date.parse(`${date}T${minute}${second ?? ":00"}${fraction ?? ""}${offset}`);
  if (Number.isNaN(startMs)) return null;
  return { startMs, endMs: startMs + (fraction ? 1 : second ? 1000 : 60_000) };
}

/** How the two ends of a range are called in a request. */
export interface RangeNames {
  readonly start: string;
  readonly end: string;
}

export const DATE_NAMES: RangeNames = { start: "start_date", end: "end_date" };

/**
 * The range that two parameters name, both ends included; an absent one is open.
 * @throws GatewayError invalid_request naming the parameter
 */
export function readRange(
  start: string | undefined,
  end: string | undefined,
  timezone: string,
  names = DATE_NAMES,
): { fromMs: number | null; toMs: number | null } {
  const fromMs = start === undefined ? null : required(names.start, start, timezone).startMs;
  const toMs = end === undefined ? null : required(names.end, end, timezone).endMs;
  if (fromMs !== null && toMs !== null && toMs <= fromMs) {
    throw new GatewayError("invalid_request", `${names.end} lies before ${names.start}`, {
      param: names.end,
    });
  }
  return { fromMs, toMs };
}

/** A day as an instant that still tells its date: local midnight with the zone's offset. */
export function dayInstant({ date, startMs }: Day): string {
  const offsetMinutes = Math.round((Date.parse(`${date}T00:00:00Z`) - startMs) / 60_000);
  const two = (value: number) => String(value).padStart(2, "0");
  const sign = offsetMinutes < 0 ? "-" : "+";
  const minutes = Math.abs(offsetMinutes);
  return `${date}T00:00:00${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function required(name: string, text: string, timezone: string): Period {
  const period = readDate(text, timezone);
  if (period) return period;
  throw new GatewayError(
    "invalid_request",
    `${name} must be a date such as 2025-01-31, 2025-01-31 13:45:00 or 2025-01-31T13:45:00Z`,
    { param: name },
  );
}

function dayNamed(date: string, timezone: string): Day {
  // Noon UTC lies in the same local day, or in the one beside it in zones beyond twelve hours.
  const day = dayAt(Date.parse(`${date}T12:00:00Z`), timezone);
  if (day.date === date) return day;
  return day.date > date ? dayAt(day.startMs - 1, timezone) : dayAt(day.endMs, timezone);
}

/** The calendar has it: no 31 April, and nothing before computers counted. */
function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return ms >= 0 && new Date(ms).toISOString().slice(0, 10) === date;
}

function localDate(ms: number, timezone: string): string {
  return new Date(localDateMs(ms, timezone)).toISOString().slice(0, 10);
}
