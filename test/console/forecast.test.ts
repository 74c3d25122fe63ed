/** Forecasts of budgets: what people decide by when they raise one. A wrong one stops an application or wastes money. */
import { describe, expect, test } from "vitest";
import {
  type DayAhead,
  type ForecastAsked,
  forecast,
  LEAST_DAYS,
  type SpentDay,
  seeded,
} from "#lib/console/forecast.ts";

const DAY_MS = 86_400_000;
const USD = 1_000_000_000n;

/** Days that end with a Sunday (weekday 0 comes first after it), by a price for each weekday. */
function past(count: number, cost: (weekday: number) => bigint): SpentDay[] {
  return Array.from({ length: count }, (_, place) => {
    const weekday = (((place - count + 1) % 7) + 7) % 7;
    return { weekday, nanoUsd: cost(weekday) };
  });
}

function ahead(count: number): DayAhead[] {
  return Array.from({ length: count }, (_, place) => ({
    weekday: (place + 1) % 7,
    share: 1,
    startMs: place * DAY_MS,
    endMs: (place + 1) * DAY_MS,
  }));
}

function asked(given: Partial<ForecastAsked>): ForecastAsked {
  return { past: past(28, () => 10n * USD), ahead: ahead(7), spentNanoUsd: 0n, limitNanoUsd: null, ...given };
}

const run = (given: Partial<ForecastAsked>) => forecast(asked(given), seeded(1));

describe("forecast", () => {
  test("says nothing from fewer than five days that cost something", () => {
    expect(run({ past: past(LEAST_DAYS - 1, () => USD) })).toBeNull();
    expect(run({ past: past(LEAST_DAYS, () => USD) })).not.toBeNull();
    expect(run({ past: past(28, () => 0n) })).toBeNull();
  });

  test("days before the first that cost anything are not there: a new key is no cheap one", () => {
    const young = past(28, () => 10n * USD).map((day, place) => (place < 20 ? { ...day, nanoUsd: 0n } : day));
    expect(run({ past: young })?.expectedNanoUsd).toBe(70n * USD);
  });

  test("steady spending goes on, on top of what is spent, without a band", () => {
    const made = run({ spentNanoUsd: 5n * USD });
    expect(made).toMatchObject({ expectedNanoUsd: 75n * USD, lowNanoUsd: 75n * USD, highNanoUsd: 75n * USD });
  });

  test("a whole week costs what a week costs, and weekends less than working days", () => {
    const office = past(28, (weekday) => (weekday === 0 || weekday === 6 ? 0n : 70n * USD));
    const week = run({ past: office });
    expect(Number(week?.expectedNanoUsd ?? 0n) / 1e9).toBeCloseTo(350, 6);
    const monday = run({ past: office, ahead: ahead(1) })?.expectedNanoUsd ?? 0n;
    const sunday = run({ past: office, ahead: [{ ...ahead(1)[0]!, weekday: 0 }] })?.expectedNanoUsd ?? 0n;
    expect(monday).toBeGreaterThan(60n * USD);
    expect(sunday).toBeLessThan(15n * USD);
  });

  test("of a day that has begun only the rest counts", () => {
    const rest = { ...ahead(1)[0]!, share: 0.25 };
    expect(run({ ahead: [rest] })?.expectedNanoUsd).toBe((10n * USD) / 4n);
  });

  test("names the hour in which the money runs out, and none when it lasts", () => {
    expect(run({ limitNanoUsd: 25n * USD })?.runsOutAtMs).toBe(2.5 * DAY_MS);
    expect(run({ limitNanoUsd: 71n * USD })?.runsOutAtMs).toBeNull();
  });

  test("a budget that is spent runs out no more", () => {
    expect(run({ limitNanoUsd: 5n * USD, spentNanoUsd: 5n * USD })?.runsOutAtMs).toBeNull();
  });

  test("unsteady spending has a band around the expectation, the same each time", () => {
    const noisy = past(28, () => 10n * USD).map((day, place) => ({
      ...day,
      nanoUsd: day.nanoUsd * BigInt(1 + (place % 3)),
    }));
    const made = run({ past: noisy, ahead: ahead(10) });
    expect(made?.lowNanoUsd).toBeLessThan(made?.expectedNanoUsd ?? 0n);
    expect(made?.highNanoUsd).toBeGreaterThan(made?.expectedNanoUsd ?? 0n);
    expect(run({ past: noisy, ahead: ahead(10) })).toEqual(made);
  });

  test("never falls, and never below what is spent", () => {
    const spiky = past(28, () => 0n).map((day, place) =>
      place % 9 === 0 ? { ...day, nanoUsd: 90n * USD } : day,
    );
    const made = run({ past: spiky, ahead: ahead(14), spentNanoUsd: 3n * USD });
    const lows = made?.path.map((point) => point.low) ?? [];
    expect(lows.every((low, place) => low >= (lows[place - 1] ?? 3n * USD))).toBe(true);
  });
});
