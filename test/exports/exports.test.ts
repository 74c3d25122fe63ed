/** Exports: a job that writes exactly the figures of the pages, for whoever may see them, and a trace of who took what. */
import { describe, expect, test } from "vitest";
import { spending } from "#test/spend/spending.ts";

const { gateway, spend, clock } = await spending({ at: "2025-06-15T10:20:00Z" });
const { call, newKey, runtime } = gateway;
const { deps } = runtime;

const { json: team } = await call("POST", "/team/new", { body: { team_alias: "Search, =1+1" } });
await call("POST", "/user/new", { body: { user_id: "ana", auto_create_key: false } });
const ana = await newKey({ user_id: "ana", team_id: team.team_id, key_alias: "ana-app" });
const other = await newKey({ key_alias: "other" });
await spend(ana, "dear");
clock.set("2025-06-15T10:21:00Z");
await spend(ana, "cheap");
clock.set("2025-06-16T09:00:00Z");
await spend(other, "dear");
clock.set("2025-06-16T09:30:00Z");
const since = "2025-06-01";

async function exported(body: Record<string, unknown>, key?: string) {
  const asked = await call("POST", "/exports", { body, ...(key === undefined ? {} : { key }) });
  if (asked.status !== 202) return { asked, job: null, text: "" };
  const id: string = asked.json.job_id;
  // The gateway's own engine may have taken it already.
  await deps.jobs.runDue(deps);
  await expect.poll(async () => (await call("GET", `/jobs/${id}`)).json.state).toBe("done");
  const { json: job } = await call("GET", `/jobs/${id}`);
  const file = await call("GET", `/jobs/${id}/file`, key === undefined ? {} : { key });
  return { asked, job, text: file.text };
}

const cells = (csv: string) => {
  const [head = "", ...lines] = csv.trimEnd().split("\r\n");
  const names = head.split(",");
  return { names, lines };
};

describe("an export", () => {
  test("of calls holds each call once, and its sum is the report's to the nano-dollar", async () => {
    const { job, text } = await exported({ source: "spend_records", format: "json", start_date: since });
    const rows: { cost_usd: string; model: string; key: string }[] = JSON.parse(text);
    expect(rows.map(({ key, model }) => `${key} ${model}`)).toEqual([
      "other dear",
      "ana-app cheap",
      "ana-app dear",
    ]);
    expect(job).toMatchObject({ state: "done", done: 3, total: 3, result: { rows: 3 } });
    const { json: total } = await call("GET", "/global/spend");
    expect(Number(job?.result.cost_usd)).toBe(total.spend);
    expect(rows.reduce((sum, row) => sum + Number(row.cost_usd), 0)).toBeCloseTo(total.spend, 9);
  });

  test("of usage has the days of the page, and no cell that a spreadsheet would run", async () => {
    const { text } = await exported({ source: "usage", format: "csv", start_date: since, by: "team" });
    const { names, lines } = cells(text);
    expect(names.slice(0, 5)).toEqual(["date", "timezone", "team", "team_id", "spend_usd"]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('"Search, =1+1"');
    expect(lines[1]).toMatch(/^2025-06-16,UTC,\(no team\),,/);
  });

  test.each(["usage", "spend_records"])(
    "of %s as FOCUS has the standard's columns and the whole cost",
    async (source) => {
      const { job, text } = await exported({ source, format: "focus", start_date: since });
      const { names, lines } = cells(text);
      for (const column of ["BilledCost", "ChargePeriodStart", "ProviderName", "ServiceName", "ResourceId"])
        expect(names).toContain(column);
      expect(lines).toHaveLength(3);
      expect(lines[0]).toContain('""key_id"":');
      const { json: total } = await call("GET", "/global/spend");
      const billed = lines.reduce((sum, line) => sum + Number(line.split(",")[0]), 0);
      expect([billed, Number(job?.result.cost_usd)]).toEqual([total.spend, total.spend]);
    },
  );

  test("keeps to its filters", async () => {
    const { text } = await exported({
      source: "spend_records",
      format: "json",
      start_date: since,
      model: "cheap",
    });
    expect(JSON.parse(text).map((row: { model: string }) => row.model)).toEqual(["cheap"]);
    const none = await exported({ source: "spend_records", format: "json", start_date: since, key_id: "no" });
    expect([JSON.parse(none.text), none.job?.result.rows]).toEqual([[], 0]);
  });

  test("of a user is of that user's calls alone", async () => {
    const { text } = await exported({ source: "spend_records", format: "json", start_date: since }, ana);
    expect(JSON.parse(text).map((row: { key: string }) => row.key)).toEqual(["ana-app", "ana-app"]);
    const { asked } = await exported(
      { source: "usage", format: "csv", start_date: since, user_id: "somebody" },
      ana,
    );
    expect([asked.status, asked.json.error.param]).toEqual([403, "user_id"]);
  });

  test.each([
    ["start_date", { source: "usage", format: "csv" }],
    ["format", { source: "usage", format: "pdf", start_date: since }],
    ["outcome", { source: "usage", format: "csv", start_date: since, outcome: "ok" }],
    ["rows", { source: "usage", format: "csv", start_date: since, rows: 3 }],
  ])("that is amiss in %s is refused by name", async (param, body) => {
    const { asked } = await exported(body);
    expect([asked.status, asked.json.error.param]).toEqual([400, param]);
  });

  test("is in the audit log when it is asked for and each time it is fetched", async () => {
    const { job } = await exported({ source: "usage", format: "csv", start_date: since });
    const { json } = await call("GET", `/audit?target_kind=job&target_id=${job?.id}`);
    expect(json.events.map((event: { action: string }) => event.action)).toEqual(["job.file", "job.export"]);
  });
});
