/** Dates mean days of the configured zone: a report for a day holds that day's calls, on every calendar. */
import { describe, expect, test } from "vitest";
import { dayAt, daysAgoStartMs, daysBetween, readDate, readRange } from "#lib/spend/calendar.ts";
import { fc } from "#test/helpers/fast-check.ts";

const iso = (ms: number | null | undefined) =>
  ms === null || ms === undefined ? ms : new Date(ms).toISOString();
const ZONES = [
  "UTC",
  "Asia/Kolkata",
  "America/New_York",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "Australia/Lord_Howe",
];

describe("a day", () => {
  test.each([
    ["UTC", "2025-03-30", "2025-03-30T00:00:00.000Z", 24],
    ["Asia/Kolkata", "2025-03-30", "2025-03-29T18:30:00.000Z", 24],
    ["Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00.000Z", 23],
    ["Europe/Berlin", "2025-10-26", "2025-10-25T22:00:00.000Z", 25],
    ["Pacific/Kiritimati", "2025-01-01", "2024-12-31T10:00:00.000Z", 24],
    ["Pacific/Pago_Pago", "2025-01-01", "2025-01-01T11:00:00.000Z", 24],
  ])("of %s called %s", (zone, date, start, hours) => {
    const day = readDate(date, zone);
    expect(iso(day?.startMs)).toBe(start);
    expect(((day?.endMs ?? 0) - (day?.startMs ?? 0)) / 3_600_000).toBe(hours);
  });

  test("holds every instant that is said to lie in it, and is found again by its name", () => {
    const instant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) });
    fc.assert(
      fc.property(instant, fc.constantFrom(...ZONES), (ms, zone) => {
        const day = dayAt(ms, zone);
        expect(day.startMs).toBeLessThanOrEqual(ms);
        expect(day.endMs).toBeGreaterThan(ms);
        expect(readDate(day.date, zone)).toEqual(day);
      }),
      { numRuns: 300 },
    );
  });

  test("follows the last without a gap, across changes of the clock", () => {
    const days = daysBetween(
      Date.parse("2025-03-01T12:00:00Z"),
      Date.parse("2025-04-10T12:00:00Z"),
      "Europe/Berlin",
      100,
    );
    expect(days).toHaveLength(41);
    expect(days.slice(1).every((day, index) => day.startMs === days[index]?.endMs)).toBe(true);
    expect(new Set(days.map((day) => day.date)).size).toBe(41);
    expect(daysBetween(0, Date.parse("2025-01-01"), "UTC", 10)).toHaveLength(10);
  });

  test("thirty of them end with today, also when an hour was skipped in between", () => {
    const now = Date.parse("2025-04-10T21:59:00Z");
    expect(dayAt(daysAgoStartMs(now, 30, "Europe/Berlin"), "Europe/Berlin").date).toBe("2025-03-12");
    expect(dayAt(daysAgoStartMs(now, 1, "Europe/Berlin"), "Europe/Berlin").date).toBe("2025-04-10");
  });
});

describe("a date with a time", () => {
  test.each([
    ["2025-01-31 13:45:00", "2025-01-31T13:45:00.000Z", 1000],
    ["2025-01-31 13:45", "2025-01-31T13:45:00.000Z", 60_000],
    ["2025-01-31T13:45:00.250Z", "2025-01-31T13:45:00.250Z", 1],
    ["2025-01-31T13:45:00+05:30", "2025-01-31T08:15:00.000Z", 1000],
    ["2025-01-31T13:45:00-0800", "2025-01-31T21:45:00.000Z", 1000],
    // An unescaped plus sign of a query.
    ["2025-01-31T13:45:00 05:30", "2025-01-31T08:15:00.000Z", 1000],
  ])("%s", (text, start, lengthMs) => {
    const named = readDate(text, "Asia/Kolkata");
    expect(iso(named?.startMs)).toBe(start);
    expect((named?.endMs ?? 0) - (named?.startMs ?? 0)).toBe(lengthMs);
  });

  test.each([
    "",
    "yesterday",
    "2025-02-30",
    "2025-13-01",
    "2025-1-1",
    "20250101",
    "2025-01-01T25:00:00",
    "0001-01-01",
    "1735689600",
    "2025-01-01'--",
  ])("%j is none", (text) => expect(readDate(text, "Asia/Kolkata")).toBeNull());
});

test("a range holds both ends, and a faulty one names its parameter", () => {
  expect(readRange("2025-01-01", "2025-01-02", "UTC")).toEqual({
    fromMs: Date.parse("2025-01-01"),
    toMs: Date.parse("2025-01-03"),
  });
  expect(readRange(undefined, undefined, "UTC")).toEqual({ fromMs: null, toMs: null });
  expect(() => readRange("nonsense", undefined, "UTC")).toThrow(
    expect.objectContaining({ details: { param: "start_date" } }),
  );
  expect(() => readRange(undefined, "2025-02-31", "UTC")).toThrow(
    expect.objectContaining({ details: { param: "end_date" } }),
  );
  expect(() => readRange("2025-01-02", "2025-01-01", "UTC")).toThrow(/end_date lies before start_date/);
});
