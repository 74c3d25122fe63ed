/** The dashboard and the alert rules ask for metrics and labels that the gateway tells, and for no others. */
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { chat, config, deployment } from "#test/contract/setting.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { answer, rawUpstream, stream } from "#test/helpers/upstream.ts";
import { parseExposition, type Scrape } from "#test/metrics/scrape.ts";

const dashboard = z
  .object({
    panels: z.array(
      z.object({ id: z.number(), title: z.string(), targets: z.array(z.object({ expr: z.string() })) }),
    ),
  })
  .parse(JSON.parse(await readFile("deploy/grafana/shin.json", "utf8")));
const rules = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            labels: z.object({ severity: z.enum(["warning", "critical"]) }),
            annotations: z.object({ summary: z.string(), runbook: z.string().optional() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(await readFile("deploy/prometheus/rules.yml", "utf8")));
const asked = [
  ...dashboard.panels.flatMap(({ targets, title }) => targets.map(({ expr }) => [title, expr] as const)),
  ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [alert, expr] as const)),
];

const upstream = await rawUpstream();
const gateway = await testGateway({
  yaml: config([deployment("priced", upstream.url)], {
    general_settings: { backup_folder: "/nowhere/backups" },
    litellm_settings: { max_budget: 10, budget_duration: "30d" },
    router_settings: { provider_budget_config: { openai: { budget_limit: 4, time_period: "1d" } } },
  }),
});
const { sql } = gateway.runtime.deps;
let scraped: Scrape;

beforeAll(async () => {
  const team = await gateway.call("POST", "/team/new", { body: { max_budget: 1 } });
  const key = await gateway.newKey({ team_id: team.json.team_id, max_budget: 2, key_alias: "watched" });
  upstream.behave(stream());
  await gateway.call("POST", "/v1/chat/completions", { key, body: chat("priced", { stream: true }) });
  upstream.behave(answer());
  await gateway.call("POST", "/v1/chat/completions", { key, body: chat("priced") });
  await gateway.call("POST", "/v1/chat/completions", { key: "sk-wrong", body: chat("priced") });
  await gateway.runtime.deps.ledger.flush();
  await gateway.runtime.deps.auditSigner.sign();
  await sql`insert into backups (id, at, file, size_bytes, sha256, verified_at)
    values ('bak_1', now() - interval '3 hours', 'f', 123456, 'x', now())`;
  await sql`insert into freezes (id, scope_kind, scope_id, reason, by, at) values ('frz_1', 'team', 't', 'r', 'b', now())`;
  await sql`insert into jobs (id, kind, state, finished_at) values ('job_1', 'k', 'failed', now())`;
  scraped = parseExposition((await gateway.call("GET", "/metrics")).text);
});

describe("what is watched", () => {
  test.each(asked)("%s", (_, expr) => {
    const names = expr.match(/\b(?:shin|litellm|process|nodejs)_[a-z_]+/g) ?? [];
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(scraped.has(name), name).toBe(true);
    // A selector, a grouping: each label must be one that some asked metric has.
    const inSelectors = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = ""]) =>
      [...inner.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
    );
    const inGroups = [...expr.matchAll(/\b(?:by|on|without)\s*\(([^)]*)\)/g)].flatMap(([, inner = ""]) =>
      inner
        .split(",")
        .map((label) => label.trim())
        .filter((label) => label !== ""),
    );
    for (const label of [...inSelectors, ...inGroups])
      expect(
        names.some((name) => [...scraped.values(name, label)].some((value) => value !== "")),
        label,
      ).toBe(true);
  });

  test("every panel and alert has a name of its own, and every runbook that is named exists", async () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const all = rules.groups.flatMap((group) => group.rules);
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length);
    const headings = (await readFile("docs/runbooks.md", "utf8"))
      .split("\n")
      .filter((line) => line.startsWith("## "))
      .map((line) => line.slice(3).toLowerCase().replaceAll(" ", "-"));
    for (const { annotations } of all)
      if (annotations.runbook) expect(headings).toContain(annotations.runbook.split("#")[1]);
  });
});

test("the gauges of the gateway as a whole tell what the database has", async () => {
  expect(scraped.sum("shin_audit_unsigned_events")).toBe(0);
  expect(scraped.sum("shin_audit_head_age_seconds")).toBeLessThan(60);
  expect(scraped.sum("shin_backup_age_seconds")).toBeCloseTo(10_800, -2);
  expect(scraped.sum("shin_backup_wanted")).toBe(1);
  expect(scraped.sum("shin_jobs", { state: "failed" })).toBe(1);
  expect(scraped.sum("shin_freezes_in_force", { scope: "team" })).toBe(1);
  const spent = scraped.sum("shin_spend_usd_total");
  expect(spent).toBeGreaterThan(0);
  expect(scraped.sum("shin_ceiling_used_ratio", { scope: "gateway" })).toBeCloseTo(spent / 10, 9);
  expect(scraped.sum("shin_ceiling_used_ratio", { provider: "openai" })).toBeCloseTo(spent / 4, 9);
  expect([...scraped.values("shin_key_budget_remaining_ratio", "key")]).toHaveLength(1);
  expect(scraped.sum("shin_key_budget_remaining_ratio")).toBeCloseTo(1 - spent / 2, 6);
});
