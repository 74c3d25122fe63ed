/**
 * Days that are over are summed once more. Whoever reads spend must not be able to tell: before, after, and when something is
 * written into such a day later, in zones with daylight saving and off the full hour. Else a month's total is wrong for good.
 */
import { describe, expect, test, vi } from "vitest";
import { dailySpendOf } from "#db/queries/console-budgets.ts";
import { renameHourly } from "#db/queries/erasure-sums.ts";
import { type SpendDimension, spendBy, totalOf } from "#db/queries/spend.ts";
import { dailyBy } from "#db/queries/spend-daily.ts";
import { summedSpans, sumSpan } from "#db/queries/spend-spans.ts";
import { seededRandom } from "#lib/demo-data/traffic.ts";
import { daysBetween, nextHourMs } from "#lib/spend/calendar.ts";
import { missingSpans } from "#lib/spend/span-job.ts";
import { type Spending, spending } from "./spending.ts";

const NOW = "2025-04-02T10:20:00Z";
const FROM_MS = Date.parse("2025-03-27T00:00:00Z");
const NOW_MS = Date.parse(NOW);
const DIMENSIONS: readonly SpendDimension[] = ["key_id", "user_id", "team_id", "model_group", "provider"];
const HOUR_MS = 3_600_000;

// New York moved its clocks before these days, Berlin within them; Kolkata's midnights are off the full hour.
describe.each(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"])("in %s", async (zone) => {
  const { gateway, record } = await spending({
    at: NOW,
    settings: `litellm_settings:\n  timezone: ${zone}\n`,
  });
  const { deps } = gateway.runtime;
  const { sql } = deps;
  const random = seededRandom(7);
  const one = (at: number) =>
    record({
      at: new Date(at).toISOString(),
      keyId: `key_${Math.floor(random() * 5)}`,
      userId: random() < 0.7 ? `usr_${Math.floor(random() * 3)}` : null,
      teamId: random() < 0.5 ? `team_${Math.floor(random() * 2)}` : null,
      modelGroup: `model_${Math.floor(random() * 3)}`,
      provider: random() < 0.5 ? "openai" : "",
      outcome: random() < 0.2 ? "failed" : "ok",
      costNanoUsd: BigInt(Math.floor(random() * 1e12)),
    });
  for (let n = 0; n < 120; n++) await one(FROM_MS + Math.floor(random() * (NOW_MS - FROM_MS)));

  const days = daysBetween(FROM_MS - 1, NOW_MS, zone, 20);
  const starts = days.map((day) => day.startMs);
  const whole = { fromMs: nextHourMs(starts[0] ?? 0), toMs: nextHourMs(days.at(-1)?.endMs ?? 0) };
  const cut = { fromMs: FROM_MS + 5 * HOUR_MS + 1234, toMs: NOW_MS - 26 * HOUR_MS + 777 };

  /** Everything that anybody reads, as one value. */
  async function read() {
    const ids = (name: string) => [0, 1, 2].map((n) => `${name}_${n}`);
    const ranges = [whole, cut, { fromMs: null, toMs: null }, { fromMs: cut.fromMs, toMs: null }];
    return {
      totals: await Promise.all(ranges.map((range) => totalOf(sql, range, {}))),
      ofKey: await totalOf(sql, cut, { keyId: "key_1" }),
      by: await Promise.all(DIMENSIONS.flatMap((by) => ranges.map((range) => spendBy(sql, by, range, {})))),
      days: await Promise.all([null, ...DIMENSIONS].map((by) => dailyBy(sql, by, starts, whole, {}))),
      some: await dailyBy(sql, "key_id", starts, whole, {}, ["key_1", "key_3"]),
      // Days of another zone than the one that was summed by.
      others: await dailyBy(
        sql,
        "team_id",
        starts.map((ms) => ms + 7 * HOUR_MS),
        whole,
        {},
      ),
      budgets: await Promise.all(
        (["key", "user", "team", "model", "provider", "gateway"] as const).map((kind) =>
          dailySpendOf(
            sql,
            { kind, ids: kind === "gateway" ? [kind] : [...ids(kind === "user" ? "usr" : kind), "openai"] },
            starts,
            NOW_MS,
          ),
        ),
      ),
    };
  }
  const sumUp = () => sumUpDays(gateway);

  test("all figures are the same before and after, and after a late record and its sum", async () => {
    await sql`delete from spend_spans`;
    const before = await read();
    await sumUp();
    expect((await summedSpans(sql)).length).toBeGreaterThan(5);
    expect(await read()).toEqual(before);

    const late = await one(FROM_MS + 50 * HOUR_MS);
    const left = await summedSpans(sql);
    expect(left.some(({ endMs, startMs }) => startMs <= late.startedAtMs && late.startedAtMs < endMs)).toBe(
      false,
    );
    const after = await read();
    expect(after.totals[2]).toBe((before.totals[2] ?? 0n) + late.costNanoUsd);
    await sumUp();
    expect((await summedSpans(sql)).length).toBe(left.length + 1);
    expect(await read()).toEqual(after);
  });

  test("a person who is erased stands in no sum", async () => {
    await sumUp();
    await renameHourly(sql, ["usr_1"], "psn_1");
    const people = async () => (await spendBy(sql, "user_id", whole, {})).map((row) => row.id);
    expect(await people()).toContain("psn_1");
    expect(await people()).not.toContain("usr_1");
    expect(await sql`select 1 from spend_span_sums where id = 'usr_1'`).toHaveLength(0);
    await sumUp();
    expect(await people()).not.toContain("usr_1");
  });
});

describe("summing a day", async () => {
  const { gateway, record } = await spending({ at: NOW });
  const { sql } = gateway.runtime.deps;
  // The schedule's own run is over, and the clock that stands still lets no other follow.
  await sumUpDays(gateway);
  const day = { startMs: FROM_MS, endMs: FROM_MS + 24 * HOUR_MS };
  await record({ at: new Date(FROM_MS + HOUR_MS).toISOString(), costNanoUsd: 5n });

  test("waits for whoever is writing into it, and has what they wrote", async () => {
    const writer = await sql.reserve();
    await writer`begin`;
    await writer`update spend_hourly set cost_nano_usd = cost_nano_usd + 2 where hour = ${new Date(FROM_MS + HOUR_MS)}`;
    const summing = sumSpan(sql, day);
    await expect
      .poll(
        () => sql`select 1 from pg_locks where locktype = 'advisory' and objid = 7446002 and not granted
        and database = (select oid from pg_database where datname = current_database())`,
        { timeout: 10_000 },
      )
      .toHaveLength(1);
    await writer`commit`;
    writer.release();
    await summing;
    expect(await summedSpans(sql)).toEqual([day]);
    expect(await totalOf(sql, { fromMs: null, toMs: null }, {})).toBe(7n);
  });

  test("takes the days of another zone away that overlap it, and sums no day that has not ended", async () => {
    const shifted = { startMs: day.startMs + 5 * HOUR_MS, endMs: day.endMs + 5 * HOUR_MS };
    await sumSpan(sql, shifted);
    expect(await summedSpans(sql)).toEqual([shifted]);
    await sumSpan(sql, { startMs: Date.now() - HOUR_MS, endMs: Date.now() });
    expect(await summedSpans(sql)).toEqual([shifted]);
  });

  test("names the days that are over and lack, the newest first", () => {
    const toMs = FROM_MS + 60 * HOUR_MS;
    const second = { startMs: day.endMs, endMs: day.endMs + 24 * HOUR_MS };
    expect(missingSpans([], FROM_MS + HOUR_MS, toMs, "UTC")).toEqual([second, day]);
    expect(missingSpans([second], FROM_MS + HOUR_MS, toMs, "UTC")).toEqual([day]);
    expect(missingSpans([shiftedBy(day, HOUR_MS)], FROM_MS + HOUR_MS, toMs, "UTC")).toEqual([second, day]);
  });
});

/** Asks for the job and waits until it is done, and any that the schedule began. */
async function sumUpDays({ runtime: { deps } }: Spending["gateway"]): Promise<void> {
  await deps.jobs.ask({ kind: "spend.days", input: {}, startedBy: "test" });
  await vi.waitUntil(
    async () => {
      await deps.jobs.runDue(deps);
      const alive = await deps.sql`
        select 1 from jobs where kind = 'spend.days' and state in ('queued', 'running')`;
      return alive.length === 0;
    },
    { timeout: 15_000 },
  );
}

function shiftedBy({ endMs, startMs }: { startMs: number; endMs: number }, ms: number) {
  return { startMs: startMs + ms, endMs: endMs + ms };
}
