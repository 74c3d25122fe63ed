/** The checks over a real gateway: each finds what is set up and nothing more, keeps it, and alerts when it no longer holds. */
import { beforeAll, describe, expect, test } from "vitest";
import { listAlerts } from "#db/queries/alerts.ts";
import { resultHistory } from "#db/queries/checks.ts";
import { CHECKS, findCheck } from "#lib/compliance/catalogue.ts";
import { readStandings, runChecks } from "#lib/compliance/run.ts";
import { type Standing, scoreOf } from "#lib/compliance/standing.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";

const SAFE = `
general_settings:
  environment: production
  demo_models: true
  anonymize_logs: true
  data_retention_days: 30
  allowed_ips: ["127.0.0.1", "10.0.0.0/8"]
  trusted_proxies: ["127.0.0.1"]
litellm_settings:
  rpm: 1000
`;
const gateway = await testGateway({
  env: { SHIN_ENCRYPTION_KEY: "3f9a1c77e0b24d5586c1fa90d47be2136a58cc04917de3f2b0a46d1985ee27c3" },
});
const { deps } = gateway.runtime;
const named = (id: string) => {
  const check = findCheck(id);
  if (!check) throw new Error(`no check ${id}`);
  return check;
};
const look = async (...ids: string[]): Promise<Record<string, string>> =>
  statuses(await runChecks(deps, ids.map(named)));
const statuses = (standings: readonly Standing[]) =>
  Object.fromEntries(standings.map(({ check, status }) => [check.id, status]));

describe("on a fresh start", () => {
  let first: readonly Standing[] = [];
  beforeAll(async () => {
    first = await runChecks(deps, CHECKS);
  });

  test("every check is run and kept, and none is ticked for what cannot be seen", async () => {
    expect(first).toHaveLength(CHECKS.length);
    expect(statuses(first)).toMatchObject({
      master_key: "passed",
      rate_limits: "failed",
      rate_limit_test: "passed",
      authentication: "passed",
      key_revocation: "passed",
      authorisation: "passed",
      input_validation: "passed",
      address_spoofing: "not_applicable",
      audit_intact: "passed",
      firewall: "passed",
      secret_sharing: "unknown",
      security_review: "unknown",
      database_encrypted: "unknown",
      logging: "unknown",
      https_works: "unknown",
      ip_allowlist: "unknown",
      data_export: "failed",
      data_deletion: "failed",
      anonymised_logs: "failed",
      data_retention: "failed",
      alerts: "failed",
      virtual_keys: "failed",
    });
    for (const { check, status } of first)
      if (check.needs === "person") expect([check.id, status]).toEqual([check.id, "unknown"]);
    const stored = await readStandings(deps);
    expect(statuses(stored)).toEqual(statuses(first));
    const score = scoreOf(first);
    expect(score.applicable + score.notApplicable).toBe(CHECKS.length);
    expect(score.attested + score.waived).toBe(0);
  });

  test("no evidence holds a secret", () => {
    const told = JSON.stringify(first.map(({ facts, line }) => [facts, line]));
    for (const secret of [MASTER_KEY, MASTER_KEY.slice(3, 15), "sk-"]) expect(told).not.toContain(secret);
  });

  test("the self-test leaves no key behind, and its refusals are nobody's", async () => {
    const [left] = await gateway.database.sql`
      select (select count(*)::int from virtual_keys) as keys,
        (select coalesce(sum(refusals), 0)::int from spend_hourly) as refusals,
        (select count(*)::int from spend_records where outcome = 'refused') as records,
        (select count(*)::int from users where email like 'self-test%') as people`;
    expect(left).toEqual({ keys: 0, refusals: 0, records: 0, people: 0 });
    const { text } = await gateway.call("GET", "/metrics");
    expect(text).not.toMatch(/turned_away\S*\{[^}]*invalid_key[^}]*\} [1-9]/);
    const events = await gateway.database.sql`
      select action from audit_events where actor_id = 'self-test' group by action order by action`;
    expect(events.map(({ action }) => action)).toEqual(["compliance.self_test", "key.create", "key.delete"]);
  });
});

describe("what is set up is found", () => {
  test("a safe configuration passes what the default fails", async () => {
    await gateway.reload(SAFE);
    await gateway.newKey({
      models: ["gpt-4"],
      rpm_limit: 5,
      max_budget: 1,
      duration: "30d",
      key_alias: "application",
    });
    expect(
      await look(
        "rate_limits",
        "anonymised_logs",
        "data_retention",
        "ip_allowlist",
        "address_spoofing",
        "rate_limit_test",
        "virtual_keys",
        "least_privilege",
        "key_rotation",
        "cors",
      ),
    ).toEqual({
      rate_limits: "passed",
      anonymised_logs: "passed",
      data_retention: "passed",
      ip_allowlist: "passed",
      address_spoofing: "passed",
      // In production there is no demo model, and no other: nothing can be called.
      rate_limit_test: "unknown",
      virtual_keys: "passed",
      least_privilege: "passed",
      key_rotation: "passed",
      cors: "passed",
    });
  });

  test("calls over HTTPS through the trusted proxy are seen, those of others are not", async () => {
    const before = await look("https_works");
    await gateway.call("GET", "/v1/models", { peer: "10.0.0.9", headers: { "x-forwarded-proto": "https" } });
    const [plain] = await runChecks(deps, [named("https_works")]);
    await gateway.call("GET", "/v1/models", { headers: { "x-forwarded-proto": "https" } });
    const [seen] = await runChecks(deps, [named("https_works")]);
    expect([before["https_works"], plain?.status]).toEqual(["unknown", "failed"]);
    expect(seen?.facts["https_seen"]).toEqual(expect.any(String));
  });

  test("the master key's share of calls counts", async () => {
    const body = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };
    await gateway.reload(SAFE.replace("environment: production", "environment: development"));
    expect((await gateway.call("POST", "/v1/chat/completions", { body })).status).toBe(200);
    await deps.ledger.flush();
    expect(await look("virtual_keys")).toEqual({ virtual_keys: "failed" });
  });

  test("open doors are found", async () => {
    await gateway.reload(`
general_settings:
  environment: production
  demo_models: true
  cors_origin: "*"
  allowed_ips: ["127.0.0.1", "0.0.0.0/0"]
`);
    expect(await look("cors", "ip_allowlist")).toEqual({ cors: "failed", ip_allowlist: "failed" });
  });
});

/** Each reload has the checks looked at behind our back; that look is over before ours begins. */
async function become(yaml: string): Promise<void> {
  await gateway.reload(yaml);
  await until("the look at the new configuration is over", async () => {
    const [row] = await gateway.database.sql<{ n: number }[]>`
      select count(*)::int as n from jobs where kind = 'compliance.light' and state in ('queued', 'running')`;
    return row?.n === 0;
  });
}

test("a check that no longer holds raises one alert, which is over when it holds again", async () => {
  const of = async () =>
    (await listAlerts(deps.sql, 100)).filter(
      ({ kind, subject_id }) => kind === "check_failed" && subject_id === "cors",
    );
  await become("general_settings: {}");
  await look("cors");
  const before = (await of()).length;
  await become('general_settings: { environment: production, demo_models: true, cors_origin: "*" }');
  await look("cors");
  await look("cors");
  const raised = await of();
  expect(raised).toHaveLength(before + 1);
  expect(raised[0]?.message).toContain("CORS");
  await become("general_settings: {}");
  await look("cors");
  const [row] = await gateway.database.sql`select resolved_at from alerts where id = ${raised[0]?.id ?? ""}`;
  expect(row?.["resolved_at"]).toEqual(expect.any(Date));
  const kept = await resultHistory(deps.sql, "cors", 10);
  expect(kept.length).toBeGreaterThan(3);
});

test("a new configuration is looked at soon after, without anybody asking", async () => {
  const of = async () => (await resultHistory(deps.sql, "cors", 1))[0]?.result;
  await gateway.reload("general_settings: {}");
  await look("cors");
  await gateway.reload('general_settings: { environment: production, cors_origin: "*" }');
  await expect.poll(of, { timeout: 15_000 }).toBe("failed");
  await gateway.reload("general_settings: {}");
});

test("keys of providers: those made through the API age, those of the environment are a person's word", async () => {
  const made = await gateway.call("POST", "/model/new", {
    body: { model_name: "other", litellm_params: { model: "openai/other", api_key: "sk-provider-key-0123" } },
  });
  expect(made.text).toContain("model_id");
  expect(await look("provider_keys")).toEqual({ provider_keys: "unknown" });
  await gateway.database.sql`update stored_deployments set updated_at = now() - interval '200 days'`;
  expect(await look("provider_keys")).toEqual({ provider_keys: "failed" });
});

test("a tampered audit log fails its check with the place", async () => {
  await deps.auditSigner.sign();
  await gateway.database.sql.begin(async (tx) => {
    await tx`alter table audit_events disable trigger user`;
    await tx`update audit_events set action = 'nothing.happened' where seq = 3`;
    await tx`alter table audit_events enable trigger user`;
  });
  const [found] = await runChecks(deps, [named("audit_intact")]);
  expect([found?.status, found?.line]).toEqual(["failed", expect.stringContaining("#3")]);
});
