/**
 * One truth: Overview, Usage, Budgets, a key's page, the CSV and /global/spend tell the same sums to the nano-dollar, and
 * their days add up to the range, in a zone that moves its clocks and is off UTC. Else finance gets two answers to one question.
 */
import { describe, expect, test, vi } from "vitest";
import { budgetPeriod } from "#lib/admission/period.ts";
import { readBudgets } from "#lib/console/budget-list.ts";
import { seededRandom } from "#lib/demo-data/traffic.ts";
import { formatUsd, nanoToUsd, usdToNano } from "#lib/money.ts";
import { daysAgoStartMs, monthStartMs } from "#lib/spend/calendar.ts";
import { readDays, readGreatest } from "../../app/spend-figures.ts";
import { readFigures } from "../../app/ui/(console)/overview/figures.ts";
import { spending } from "./spending.ts";

const NOW = "2025-04-02T10:20:00Z";
const NOW_MS = Date.parse(NOW);
const HOUR_MS = 3_600_000;
const SOMEONE = {
  ...{ id: "ses_1", userId: "usr_1", email: "ana@example.com", name: "Ana", role: "admin" as const },
  ...{ userRole: "proxy_admin", hasPassword: true, hasTotp: false, csrf: "" },
};

describe.each(["UTC", "Europe/Berlin", "Asia/Kolkata"])("in %s", async (timezone) => {
  const { gateway, record } = await spending({
    at: NOW,
    settings: `litellm_settings:\n  timezone: ${timezone}\n  max_budget: 100000\n  budget_duration: 1mo\n`,
  });
  const { call, runtime } = gateway;
  const { deps } = runtime;
  const body = { key_alias: "counted", max_budget: 5000, budget_duration: "1mo" };
  const keyId: string =
    (await call("POST", "/key/generate", { body })).json.key_id ?? (await idOf("counted"));
  const periodStartMs = budgetPeriod("1mo", NOW_MS, timezone).startMs;
  const random = seededRandom(3);
  const past = daysAgoStartMs(NOW_MS, 30, timezone);
  let whole = 0n;
  let ofKey = 0n;
  let keyThisMonth = 0n;
  let thisMonth = 0n;
  for (let n = 0; n < 80; n++) {
    const atMs = past + 2 * HOUR_MS + Math.floor(random() * (NOW_MS - past - 2 * HOUR_MS));
    // Uneven to the last nano-dollar: a sum that went through a float would be off.
    const costNanoUsd = BigInt(Math.floor(random() * 1e11)) * 10n + 7n;
    const counted = n % 2 === 0;
    const inPeriod = atMs >= periodStartMs;
    whole += costNanoUsd;
    if (counted) ofKey += costNanoUsd;
    if (inPeriod) thisMonth += costNanoUsd;
    if (inPeriod && counted) keyThisMonth += costNanoUsd;
    await record({
      at: new Date(atMs).toISOString(),
      keyId: counted ? keyId : `key_other_${n % 9}`,
      modelGroup: `model_${n % 11}`,
      costNanoUsd,
      keyPeriodStartMs: counted ? budgetPeriod("1mo", atMs, timezone).startMs : null,
    });
  }

  async function idOf(alias: string): Promise<string> {
    const [row] = await deps.sql<{ id: string }[]>`select id from virtual_keys where alias = ${alias}`;
    return row?.id ?? "";
  }
  const page = { deps, nowMs: NOW_MS, ownUserId: null, timezone, session: SOMEONE };
  const sum = (cells: readonly { readonly sums: { readonly costNanoUsd: bigint } }[]) =>
    cells.reduce((all, cell) => all + cell.sums.costNanoUsd, 0n);
  const range = [past, NOW_MS + HOUR_MS] as const;

  // The same once more after the days that are over were summed up.
  test.each(["hour by hour", "with days summed up"])("%s", async (how) => {
    if (how !== "hour by hour") await sumUpDays();
    for (const dimension of ["model_group", "key_id", "user_id", "team_id", "provider"] as const) {
      const all = await readDays(deps, dimension, ...range, {});
      expect(sum(all.cells), dimension).toBe(whole);
      expect(sum(all.groups), dimension).toBe(whole);
      for (const metric of ["spend", "requests", "tokens"] as const) {
        const shown = await readGreatest(deps, dimension, ...range, {}, metric);
        expect(sum(shown.groups), dimension).toBe(whole);
        expect(sum(shown.cells), `${dimension} by day`).toBe(whole);
        for (const [day] of shown.days.entries())
          expect(sum(shown.cells.filter((cell) => cell.day === day))).toBe(
            sum(all.cells.filter((cell) => cell.day === day)),
          );
      }
    }
    const ofPage = await readDays(deps, "model_group", ...range, { keyId });
    expect(sum(ofPage.cells)).toBe(ofKey);

    const overview = await readFigures(page);
    expect(overview.spend).toBe(thisMonth);
    const month = monthStartMs(NOW_MS, timezone);
    expect(sum((await readDays(deps, "team_id", month, NOW_MS, {})).cells)).toBe(thisMonth);

    const lines = await readBudgets(deps, { most: 50 }, NOW_MS);
    expect(lines.find((line) => line.kind === "key" && line.subjectId === keyId)?.spentNanoUsd).toBe(
      keyThisMonth,
    );
    expect(lines.find((line) => line.kind === "gateway")?.spentNanoUsd).toBe(thisMonth);

    const { json: total } = await call("GET", "/global/spend");
    expect(total.spend).toBe(nanoToUsd(thisMonth));
    expect(await csvSum({ by: "model" })).toBe(formatUsd(whole));
    expect(await csvSum({ by: "key" })).toBe(formatUsd(whole));
  });

  /** The figures of the whole file, added up as finance does it, but without floats. */
  async function csvSum(asked: { by: string }): Promise<string> {
    const start_date = new Date(past).toISOString();
    const { json } = await call("POST", "/exports", {
      body: { source: "usage", format: "csv", start_date, ...asked },
    });
    await vi.waitUntil(
      async () => {
        await deps.jobs.runDue(deps);
        return (await call("GET", `/jobs/${json.job_id}`)).json.state === "done";
      },
      { timeout: 15_000 },
    );
    const [head = "", ...rows] = (await call("GET", `/jobs/${json.job_id}/file`)).text
      .trimEnd()
      .split("\r\n");
    const column = head.split(",").indexOf("spend_usd");
    return formatUsd(rows.reduce((all, row) => all + usdToNano(row.split(",")[column] ?? ""), 0n));
  }

  async function sumUpDays(): Promise<void> {
    await deps.jobs.ask({ kind: "spend.days", input: {}, startedBy: "test" });
    await vi.waitUntil(
      async () => {
        await deps.jobs.runDue(deps);
        return (
          (await deps.sql`select 1 from jobs where kind = 'spend.days' and state in ('queued', 'running')`)
            .length === 0
        );
      },
      { timeout: 15_000 },
    );
    expect((await deps.sql`select 1 from spend_spans`).length).toBeGreaterThan(20);
  }
});
