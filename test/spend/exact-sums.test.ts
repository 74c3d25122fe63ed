/** Every sum is exact to the nano-dollar: reports agree with the records they are made of, in zones off the full hour too. */
import { describe, expect, test } from "vitest";
import type { SpendRecord } from "#lib/ledger/record.ts";
import { nanoToUsd } from "#lib/money.ts";
import { dayAt } from "#lib/spend/calendar.ts";
import { spending } from "./spending.ts";

const NOW = "2025-06-15T10:20:00Z";

/** Times on and beside the edges that matter: midnights of three zones, the month's start, full hours, now. */
const TIMES = [
  "2025-04-01T00:00:00Z",
  "2025-05-16T23:59:59.999Z",
  "2025-05-17T00:00:00Z",
  "2025-05-31T18:29:59.999Z",
  "2025-05-31T18:30:00Z",
  "2025-05-31T23:59:59.999Z",
  "2025-06-01T00:00:00Z",
  "2025-06-14T18:29:59.999Z",
  "2025-06-14T18:30:00Z",
  "2025-06-14T18:59:59Z",
  "2025-06-14T23:59:59.999Z",
  "2025-06-15T00:00:00Z",
  "2025-06-15T03:59:59Z",
  "2025-06-15T04:00:00Z",
  "2025-06-15T10:19:59Z",
];

describe.each(["UTC", "Asia/Kolkata", "America/New_York"])("in %s", async (zone) => {
  const { gateway, record } = await spending({
    at: NOW,
    settings: `litellm_settings:\n  timezone: ${zone}\n`,
  });
  const records: SpendRecord[] = [];
  for (const [index, at] of TIMES.entries()) {
    for (const model of ["dear", "cheap"]) {
      // Powers of three: no two different sets of records have the same sum.
      const costNanoUsd = 3n ** BigInt(records.length) + 7n;
      const outcome = index % 5 === 4 ? "failed" : "ok";
      records.push(
        await record({
          at,
          model,
          modelGroup: model,
          costNanoUsd,
          outcome,
          teamId: index % 2 ? "team_a" : null,
          keyId: `key_${index % 3}`,
        }),
      );
    }
  }
  const sum = (wanted: (record: SpendRecord) => boolean) =>
    nanoToUsd(records.filter(wanted).reduce((total, item) => total + item.costNanoUsd, 0n));
  const dateOf = (item: SpendRecord) => dayAt(item.startedAtMs, zone).date;
  const get = async (path: string) => (await gateway.call("GET", path)).json;

  test("/spend/info: of all time, today and this month, and by model", async () => {
    expect(await get("/spend/info")).toEqual({
      total_spend: sum(() => true),
      daily_spend: sum((item) => dateOf(item) === "2025-06-15"),
      monthly_spend: sum((item) => dateOf(item) >= "2025-06-01"),
      by_model: { dear: sum((item) => item.model === "dear"), cheap: sum((item) => item.model === "cheap") },
    });
  });

  test("/global/spend and its lists: thirty days with today", async () => {
    const recent = (item: SpendRecord) => dateOf(item) >= "2025-05-17";
    expect(await get("/global/spend")).toEqual({ spend: sum(() => true), max_budget: null });
    const models = await get("/global/spend/models");
    expect(models.map((row: { model: string; total_spend: number }) => [row.model, row.total_spend])).toEqual(
      [
        ["cheap", sum((item) => recent(item) && item.model === "cheap")],
        ["dear", sum((item) => recent(item) && item.model === "dear")],
      ],
    );
    const teams = await get("/global/spend/teams");
    expect(
      Object.fromEntries(
        teams.total_spend_per_team.map((row: { team_id: string | null; total_spend: number }) => [
          row.team_id,
          row.total_spend,
        ]),
      ),
    ).toEqual({
      team_a: sum((item) => recent(item) && item.teamId === "team_a"),
      null: sum((item) => recent(item) && item.teamId === null),
    });
    expect(await get("/global/spend/keys?limit=1")).toHaveLength(1);
  });

  test("/spend/logs: a summary of whole days, and of a range cut inside an hour", async () => {
    const whole = await get("/spend/logs?start_date=2025-05-30&end_date=2025-06-15");
    expect(whole).toHaveLength(17);
    expect(whole[0]).toMatchObject({
      startTime: "2025-05-30",
      spend: sum((item) => dateOf(item) === "2025-05-30"),
    });
    expect(nanoSum(whole)).toBeCloseTo(
      sum((item) => dateOf(item) >= "2025-05-30" && dateOf(item) <= "2025-06-15"),
      6,
    );

    const [from, to] = ["2025-05-31T18:30:00Z", "2025-06-14T18:29:59Z"];
    const cut = await get(`/spend/logs?start_date=${from}&end_date=${to}`);
    const inside = (item: SpendRecord) =>
      item.startedAtMs >= Date.parse(from) && item.startedAtMs < Date.parse(to) + 1000;
    expect(nanoSum(cut)).toBeCloseTo(sum(inside), 9);
  });

  test("/global/spend/report and /global/spend/logs: no call is lost between days, and days are the zone's", async () => {
    const dates = "start_date=2025-04-01&end_date=2025-06-15";
    const inside = (item: SpendRecord) => dateOf(item) >= "2025-04-01";
    const report = await get(`/global/spend/report?${dates}`);
    expect(
      nanoSum(report.flatMap((day: { teams: { total_spend: number }[] }) => day.teams.map(toSpend))),
    ).toBeCloseTo(sum(inside), 6);
    for (const day of report) {
      const startMs = Date.parse(day.group_by_day);
      expect(dayAt(startMs, zone)).toMatchObject({ startMs, date: day.group_by_day.slice(0, 10) });
    }
    expect(nanoSum(await get(`/global/spend/logs?${dates}`))).toBeCloseTo(sum(inside), 6);
    const byCustomer = await get(`/global/spend/report?${dates}&group_by=customer`);
    expect(byCustomer.map((day: { group_by_day: string }) => day.group_by_day.slice(0, 10))).toEqual(
      [...new Set(records.filter(inside).map(dateOf))].toSorted(),
    );
  });

  test("/user/daily/activity: each day, and its models, providers and keys", async () => {
    const { results, metadata } = await get("/user/daily/activity?start_date=2025-06-15&end_date=2025-06-15");
    // Hours count whole: in a zone off the full hour, the half hour after midnight is in the hour of the day before.
    const today = (item: SpendRecord) =>
      dayAt(Math.floor(item.startedAtMs / 3_600_000) * 3_600_000, zone).date === "2025-06-15";
    expect(results.map((day: { date: string }) => day.date)).toEqual(["2025-06-15"]);
    const [{ metrics, breakdown }] = results;
    const calls = records.filter(today);
    expect(metrics).toMatchObject({
      spend: sum(today),
      api_requests: calls.length,
      failed_requests: calls.filter((item) => item.outcome === "failed").length,
      prompt_tokens: 3 * calls.length,
      cache_read_input_tokens: calls.length,
      total_tokens: 5 * calls.length,
    });
    expect(breakdown.models.dear.metrics.spend).toBe(sum((item) => today(item) && item.model === "dear"));
    expect(breakdown.providers.openai.metrics.spend).toBe(sum(today));
    expect(breakdown.api_keys.key_1.metrics.spend).toBe(sum((item) => today(item) && item.keyId === "key_1"));
    expect(metadata).toMatchObject({ total_spend: sum(today), total_api_requests: calls.length });
  });

  test("/team/daily/activity: what teams were charged for, team by team", async () => {
    const { results, metadata } = await get(
      "/team/daily/activity?team_ids=team_a,team_b&start_date=2025-04-01&end_date=2025-06-15",
    );
    expect(metadata.total_spend).toBeCloseTo(
      sum((item) => item.teamId === "team_a"),
      6,
    );
    expect(results[0].date > results.at(-1).date).toBe(true);
    for (const day of results) expect(Object.keys(day.breakdown.entities)).toEqual(["team_a"]);
    expect((await get("/team/daily/activity?team_ids=team_b")).results).toEqual([]);
  });
});

const toSpend = (row: { total_spend: number }) => ({ spend: row.total_spend });
const nanoSum = (rows: readonly { spend: number }[]) => rows.reduce((total, row) => total + row.spend, 0);

test("a global budget with a period counts that period alone", async () => {
  const settings = "litellm_settings:\n  max_budget: 12.5\n  budget_duration: 30d\n";
  const { gateway, record } = await spending({ at: NOW, settings });
  await record({ at: "2025-05-31T23:59:59Z", costNanoUsd: 5_000_000_000n });
  await record({ at: "2025-06-01T00:00:00Z", costNanoUsd: 1_000_000_001n });
  expect((await gateway.call("GET", "/global/spend")).json).toEqual({ spend: 1.000000001, max_budget: 12.5 });
  const proxy = await gateway.call("GET", "/user/info?user_id=litellm-proxy-budget");
  expect(proxy.json.user_info).toMatchObject({ spend: 1.000000001, max_budget: 12.5 });
});
