/** `GET /metrics`: every call is in it once, under the names that dashboards ask for, and nobody reads it without a key. */
import { describe, expect, test } from "vitest";
import { chat, config, deployment } from "#test/contract/setting.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { answer as answerJson, rawUpstream, stream } from "#test/helpers/upstream.ts";
import { parseExposition, type Scrape } from "./scrape.ts";

const upstream = await rawUpstream();
const gateway = await testGateway({
  yaml: config([deployment("priced", upstream.url), deployment("wild-*", upstream.url)]),
});

async function scrape(key?: string | null): Promise<Scrape> {
  const answer = await gateway.call("GET", "/metrics", key === undefined ? {} : { key });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parseExposition(answer.text);
}

describe("metrics", () => {
  test("count every call once, with its tokens and its cost, as the ledger has them", async () => {
    const team = await gateway.call("POST", "/team/new", {
      body: { team_alias: 'a "quoted"\\team', max_budget: 1 },
    });
    const key = await gateway.newKey({ team_id: team.json.team_id });
    const before = await scrape();
    for (let call = 0; call < 7; call += 1)
      expect((await gateway.call("POST", "/v1/chat/completions", { key, body: chat("priced") })).status).toBe(
        200,
      );
    upstream.behave(stream());
    await gateway.call("POST", "/v1/chat/completions", { key, body: chat("priced", { stream: true }) });
    upstream.behave(answerJson());
    const after = await scrape();
    const labels = { model: "priced", team: team.json.team_id };
    expect(
      after.sum("shin_requests_total", { ...labels, outcome: "ok" }) - before.sum("shin_requests_total"),
    ).toBe(8);
    expect(
      after.sum("litellm_proxy_total_requests_metric_total", {
        requested_model: "priced",
        status_code: "200",
        team_alias: 'a "quoted"\\team',
      }),
    ).toBe(8);
    expect(after.sum("shin_request_duration_seconds_count", { model: "priced" })).toBe(8);
    expect(after.sum("shin_ttft_seconds_count", { model: "priced" })).toBe(1);
    const info = (await gateway.call("GET", `/team/info?team_id=${team.json.team_id}`)).json.team_info;
    const spend: number = info.spend;
    expect(spend).toBeGreaterThan(0);
    expect(after.sum("shin_spend_usd_total", labels)).toBeCloseTo(spend, 9);
    expect(after.sum("litellm_spend_metric_total", { team: team.json.team_id })).toBeCloseTo(spend, 9);
    expect(after.sum("litellm_deployment_success_responses_total", { requested_model: "priced" })).toBe(8);
    const [row] = await gateway.runtime.deps.sql<{ input: string; output: string }[]>`
      select sum(prompt_tokens) as input, sum(completion_tokens) as output from spend_records where team_id = ${team.json.team_id}`;
    expect(after.sum("shin_tokens_total", { ...labels, direction: "input" })).toBe(Number(row?.input));
    expect(after.sum("shin_tokens_total", { ...labels, direction: "output" })).toBe(Number(row?.output));
  });

  test("tell how much of a team's budget is used, and the highest share among keys", async () => {
    const team = await gateway.call("POST", "/team/new", { body: { max_budget: 1, budget_duration: "30d" } });
    await gateway.runtime.deps.sql`update teams set spend_nano_usd = 750000000,
      spend_period_started_at = date_trunc('month', now() at time zone 'utc') at time zone 'utc' where id = ${team.json.team_id}`;
    const fresh = await testGateway({ database: gateway.database });
    const scraped = parseExposition((await fresh.call("GET", "/metrics")).text);
    expect(scraped.sum("shin_budget_used_ratio", { scope: "team", team: team.json.team_id })).toBe(0.75);
    expect(scraped.sum("litellm_remaining_team_budget_metric", { team: team.json.team_id })).toBe(0.25);
    expect(scraped.has("shin_budget_used_ratio", { scope: "key" })).toBe(true);
  });

  test("count refusals by their reason, also those of wrong keys", async () => {
    const before = await scrape();
    const key = await gateway.newKey({ rpm_limit: 1 });
    const ask = (secret: string) =>
      gateway.call("POST", "/v1/chat/completions", { key: secret, body: chat("priced") });
    await ask(key);
    expect((await ask(key)).status).toBe(429);
    expect((await ask("sk-wrong")).status).toBe(401);
    const after = await scrape();
    for (const reason of ["rate_limit_exceeded", "invalid_key"])
      expect(
        after.sum("shin_denied_total", { reason }) - before.sum("shin_denied_total", { reason }),
        reason,
      ).toBe(1);
  });

  test("name no model that a client made up, and at most 200 of a wildcard", async () => {
    await gateway.call("POST", "/v1/chat/completions", { body: chat("made-up-by-the-client") });
    for (let n = 0; n < 220; n += 1)
      await gateway.call("POST", "/v1/chat/completions", { body: chat(`wild-${n}`) });
    const scraped = await scrape();
    expect(scraped.text).not.toContain("made-up-by-the-client");
    expect(scraped.sum("shin_requests_total", { model: "unknown", reason: "model_not_found" })).toBe(1);
    expect(scraped.values("shin_requests_total", "model").size).toBeLessThanOrEqual(201);
    expect(scraped.sum("shin_requests_total", { model: "other" })).toBeGreaterThanOrEqual(20);
  });

  test("are for admins and viewers, unless the configuration leaves them open", async () => {
    const key = await gateway.newKey();
    expect((await gateway.call("GET", "/metrics", { key: null })).status).toBe(401);
    expect((await gateway.call("GET", "/metrics", { key: "sk-wrong" })).status).toBe(401);
    expect((await gateway.call("GET", "/metrics", { key })).status).toBe(403);
    const viewer = await gateway.call("POST", "/user/new", { body: { user_role: "proxy_admin_viewer" } });
    await scrape(viewer.json.key);
    const open = config([deployment("priced", upstream.url)], {
      general_settings: { require_auth_for_metrics_endpoint: false, allowed_ips: ["127.0.0.1"] },
    });
    await gateway.reload(open);
    await scrape(null);
    expect((await gateway.call("GET", "/metrics", { key: null, peer: "192.0.2.1" })).status).toBe(403);
  });
});
