/** Budget periods on the calendar of a zone, clock changes and skipped midnights included. */
import { describe, expect, test } from "vitest";
import { budgetPeriod } from "#lib/admission/period.ts";
import { fc } from "#test/helpers/fast-check.ts";

const ZONES = [
  "UTC",
  "America/New_York",
  "Asia/Kolkata",
  "Europe/Berlin",
  "Australia/Lord_Howe",
  // Their clocks are set forward at midnight: that day has none.
  "America/Santiago",
  "Africa/Cairo",
  "Pacific/Apia",
];
const DURATIONS = [
  "30s",
  "15m",
  "1h",
  "12h",
  "24h",
  "1d",
  "2d",
  "7d",
  "1w",
  "2w",
  "30d",
  "1mo",
  "60d",
  "3mo",
];

const at = (text: string) => Date.parse(text);
const edges = (duration: string, now: string, zone: string) => {
  const { startMs, endMs } = budgetPeriod(duration, at(now), zone);
  return [startMs, endMs].map((ms) => new Date(ms).toISOString().replace(".000", ""));
};

describe.each([
  ["1d", "2026-03-08T12:00:00Z", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"],
  ["1d", "2026-11-01T12:00:00Z", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
  ["1d", "2026-06-15T20:00:00Z", "Asia/Kolkata", "2026-06-15T18:30:00Z", "2026-06-16T18:30:00Z"],
  ["7d", "2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"],
  ["30d", "2026-10-31T12:00:00Z", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"],
  ["1mo", "2024-02-29T23:59:59Z", "UTC", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"],
  // Half an hour of daylight saving: +10:30 and +11.
  ["1d", "2026-04-05T02:00:00Z", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"],
  // 6 September 2026 begins at one o'clock in Santiago.
  ["1d", "2026-09-06T03:30:00Z", "America/Santiago", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"],
  ["1d", "2026-09-06T04:00:00Z", "America/Santiago", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"],
  ["1h", "2026-06-15T12:34:56Z", "Asia/Kolkata", "2026-06-15T12:00:00Z", "2026-06-15T13:00:00Z"],
])("%s at %s in %s", (duration, now, zone, start, end) => {
  test(`runs from ${start} to ${end}`, () => expect(edges(duration, now, zone)).toEqual([start, end]));
});

test("a period holds the moment it is asked for, and the next begins where it ends", () => {
  const moments = fc.integer({ min: at("2020-01-01"), max: at("2035-01-01") });
  fc.assert(
    fc.property(
      moments,
      fc.constantFrom(...DURATIONS),
      fc.constantFrom(...ZONES),
      (nowMs, duration, zone) => {
        const period = budgetPeriod(duration, nowMs, zone);
        expect(period.startMs).toBeLessThanOrEqual(nowMs);
        expect(period.endMs).toBeGreaterThan(nowMs);
        expect(budgetPeriod(duration, period.endMs, zone).startMs).toBe(period.endMs);
        expect(budgetPeriod(duration, period.endMs - 1, zone)).toEqual(period);
        expect(budgetPeriod(duration, period.startMs, zone)).toEqual(period);
      },
    ),
    { numRuns: 3_000 },
  );
});
