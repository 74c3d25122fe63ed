/** Durations mean the same in config.yaml and in the key API; nonsense is refused, never guessed at. */
import { describe, expect, it } from "vitest";
import {
  addDuration,
  durationMs,
  formatDuration,
  parseDuration,
  readDuration,
} from "#lib/config/duration.ts";
import { fc } from "#test/helpers/fast-check.ts";

const DAY = 86_400_000;

describe("parseDuration", () => {
  it.each([
    ["30s", 30_000],
    ["15m", 900_000],
    ["12h", 43_200_000],
    ["30d", 30 * DAY],
    ["2w", 14 * DAY],
    ["1mo", 30 * DAY],
    ["1hr", 3_600_000],
    ["30min", 1_800_000],
    ["90", 90_000],
    [90, 90_000],
    [" 7 D ", 7 * DAY],
    ["2 weeks", 14 * DAY],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    "",
    "P0D",
    "P1M",
    "PT5M",
    "-1",
    "-5m",
    "0",
    "0d",
    "1.5h",
    "5x",
    "d",
    "1d2h",
    "1e3",
    "999999999999d",
    "١d",
    "5M0",
    "null",
  ])("refuses %j and names the accepted forms", (text) => {
    expect(readDuration(text)).toBeNull();
    expect(() => parseDuration(text)).toThrow(/is not a duration — write 30s, 15m, 12h, 30d, 2w or 1mo/);
  });

  it("reads back what it writes", () => {
    const units = fc.constantFrom("s", "m", "h", "d", "w", "mo");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), units, (count, unit) => {
        const duration = readDuration(`${count}${unit}`);
        expect(duration).toEqual({ count, unit });
        if (duration === null) return;
        expect(readDuration(formatDuration(duration))).toEqual(duration);
        expect(parseDuration(formatDuration(duration))).toBe(durationMs(duration));
      }),
    );
  });
});

describe("addDuration", () => {
  it.each([
    ["2026-01-31T10:00:00Z", 1, "2026-02-28T10:00:00Z"],
    ["2024-01-31T10:00:00Z", 1, "2024-02-29T10:00:00Z"],
    ["2026-11-30T23:59:59Z", 3, "2027-02-28T23:59:59Z"],
    ["2026-12-15T00:00:00Z", 13, "2028-01-15T00:00:00Z"],
  ])("%s + %d months", (start, count, end) => {
    expect(addDuration(new Date(start), { count, unit: "mo" })).toEqual(new Date(end));
  });

  it("is exact for all other units and leaves its argument alone", () => {
    const start = new Date("2026-03-28T12:00:00Z");
    expect(addDuration(start, { count: 30, unit: "d" })).toEqual(new Date("2026-04-27T12:00:00Z"));
    expect(start).toEqual(new Date("2026-03-28T12:00:00Z"));
  });

  it("never goes back in time nor past the month that is meant", () => {
    const dates = fc.date({ min: new Date("2000-01-01"), max: new Date("2090-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(dates, fc.integer({ min: 1, max: 48 }), (start, count) => {
        const end = addDuration(start, { count, unit: "mo" });
        const months =
          (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
        expect(months).toBe(count);
        expect(end.getUTCDate()).toBeLessThanOrEqual(start.getUTCDate());
      }),
    );
  });
});
