/**
 * Durations as LiteLLM writes them: `30d`, `12h`, `1mo`, and leniently `1hr`, `30min`, `90` (seconds). Used by config.yaml
 * and by the key API. A month has no fixed length, so callers that do calendar work take the structured form.
 */
export type DurationUnit = "s" | "m" | "h" | "d" | "w" | "mo";

export interface Duration {
  readonly count: number;
  readonly unit: DurationUnit;
}

/** For messages: what may be written. */
export const DURATION_FORMS = "30s, 15m, 12h, 30d, 2w or 1mo";

const UNIT_WORDS: Readonly<Record<DurationUnit, readonly string[]>> = {
  s: ["", "s", "sec", "secs", "second", "seconds"],
  m: ["m", "min", "mins", "minute", "minutes"],
  h: ["h", "hr", "hrs", "hour", "hours"],
  d: ["d", "day", "days"],
  w: ["w", "wk", "wks", "week", "weeks"],
  mo: ["mo", "mon", "month", "months"],
};
const UNITS = new Map<string, DurationUnit>();
for (const unit of ["s", "m", "h", "d", "w", "mo"] as const) {
  for (const word of UNIT_WORDS[unit]) UNITS.set(word, unit);
}

const UNIT_MS: Readonly<Record<DurationUnit, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // Only for comparing and for limits that are no calendar: see addDuration.
  mo: 30 * 86_400_000,
};

/** A hundred years: longer is a mistake, and dates beyond it stop being safe. */
const LONGEST_MS = 100 * 365 * UNIT_MS.d;

/** Reads a duration into count and unit; null when it is none of the accepted forms, zero, or longer than 100 years. */
export function readDuration(text: string | number): Duration | null {
  const match = /^(\d{1,12})\s*([a-z]*)$/i.exec(String(text).trim());
  const unit = UNITS.get((match?.[2] ?? "-").toLowerCase());
  const count = Number(match?.[1]);
  if (match === null || unit === undefined || count === 0) return null;
  return count * UNIT_MS[unit] > LONGEST_MS ? null : { count, unit };
}

/** Milliseconds of a duration (a month counts 30 days). Throws RangeError naming the accepted forms. */
export function parseDuration(text: string | number): number {
  const duration = readDuration(text);
  if (duration === null)
    throw new RangeError(`${JSON.stringify(text)} is not a duration — write ${DURATION_FORMS}`);
  return durationMs(duration);
}

/** Milliseconds; a month counts 30 days. */
export function durationMs(duration: Duration): number {
  return duration.count * UNIT_MS[duration.unit];
}

/** `start` + duration in UTC. Months keep the day of the month, or take the month's last: 31 January + 1mo = 28 February. */
export function addDuration(start: Date, duration: Duration): Date {
  if (duration.unit !== "mo") return new Date(start.getTime() + durationMs(duration));
  const result = new Date(start);
  result.setUTCDate(1);
  result.setUTCMonth(result.getUTCMonth() + duration.count);
  const lastDay = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
  result.setUTCDate(Math.min(start.getUTCDate(), lastDay));
  return result;
}

/** `{ count: 30, unit: "d" }` -> `30d`. */
export function formatDuration(duration: Duration): string {
  return `${duration.count}${duration.unit}`;
}
