/**
 * Budget periods. Days, weeks and months snap to the calendar of the configured zone (`1d` next midnight, `7d` Monday,
 * `30d` and `1mo` the 1st: API.md 1.2); shorter ones are counted from 1970, so that every process agrees on the edges.
 */
import { DURATION_FORMS, durationMs, readDuration } from "#lib/config/duration.ts";

const DAY_MS = 86_400_000;

export interface Period {
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
}

/** The period of `duration` that holds `nowMs`. @throws RangeError for a duration that cannot be read. */
export function budgetPeriod(duration: string, nowMs: number, timezone: string): Period {
  const parsed = readDuration(duration);
  if (!parsed) throw new RangeError(`"${duration}" is not a duration — write ${DURATION_FORMS}`);
  const { count, unit } = parsed;
  if (unit === "mo" || (unit === "d" && count >= 28 && count % 30 === 0)) {
    return months(unit === "mo" ? count : count / 30, nowMs, timezone);
  }
  if (unit === "w" || (unit === "d" && count % 7 === 0))
    return days(unit === "w" ? count * 7 : count, nowMs, timezone, 4);
  if (unit === "d" || (unit === "h" && count % 24 === 0))
    return days(unit === "d" ? count : count / 24, nowMs, timezone, 0);
  const ms = durationMs(parsed);
  const startMs = Math.floor(nowMs / ms) * ms;
  return { startMs, endMs: startMs + ms };
}

/** Runs of `count` local days; `shift` days after the epoch's Thursday is where runs begin (4: Mondays). */
function days(count: number, nowMs: number, timezone: string, shift: number): Period {
  const day = Math.floor(localDateMs(nowMs, timezone) / DAY_MS);
  const first = Math.floor((day - shift) / count) * count + shift;
  return { startMs: midnightMs(first, timezone), endMs: midnightMs(first + count, timezone) };
}

function months(count: number, nowMs: number, timezone: string): Period {
  const local = new Date(localDateMs(nowMs, timezone));
  const month = local.getUTCFullYear() * 12 + local.getUTCMonth();
  const first = Math.floor(month / count) * count;
  const edge = (m: number) => midnightMs(Date.UTC(Math.floor(m / 12), m % 12, 1) / DAY_MS, timezone);
  return { startMs: edge(first), endMs: edge(first + count) };
}

/** The instant at which local day number `day` (days since 1970 on the local calendar) begins. */
function midnightMs(day: number, timezone: string): number {
  const wallMs = day * DAY_MS;
  // Right but within a few hours of a clock change, when the two offsets differ.
  const early = wallMs - offsetMs(wallMs - DAY_MS / 2, timezone);
  const late = wallMs - offsetMs(wallMs + DAY_MS / 2, timezone);
  if (early === late) return early;
  const [first, second] = early < late ? [early, late] : [late, early];
  // Of a midnight that comes twice the first counts; where there is none (the clock skips it) the day begins after the gap.
  return localDateMs(first, timezone) === wallMs ? first : second;
}

/** Local wall-clock time as if it were UTC. */
export function localDateMs(ms: number, timezone: string): number {
  return ms + offsetMs(ms, timezone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMs(ms: number, timezone: string): number {
  if (timezone === "UTC") return 0;
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timezone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}
