/** Durations of budgets compared by the period they stand for: `24h` and `1d` are one, `30d` and `1mo` as well. */
import { durationMs, readDuration } from "#lib/config/duration.ts";

/** True when both begin and end their periods together; null is for life. */
export function sameSpan(a: string | null, b: string | null): boolean {
  return nameOfSpan(a) === nameOfSpan(b);
}

/** Milliseconds of the period; for life it is endless. */
export function spanMs(duration: string | null): number {
  const parsed = duration === null ? null : readDuration(duration);
  return parsed === null ? Number.POSITIVE_INFINITY : durationMs(parsed);
}

function nameOfSpan(duration: string | null): string {
  const parsed = duration === null ? null : readDuration(duration);
  if (parsed === null) return "life";
  // Thirty days snap to the calendar's month (admission/period.ts), which counts thirty days here too.
  return String(durationMs(parsed));
}
