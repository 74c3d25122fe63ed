/** The compliance API: who may read and act, whose word counts and for how long, and a report that verifies anywhere. */
import { beforeAll, describe, expect, test } from "vitest";
import { faultOfReport, type SignedReport } from "#lib/compliance/report.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const DAY_MS = 86_400_000;
const clock = manualClock();
const gateway = await testGateway({ clock });
const { call, runtime } = gateway;

async function personWith(role: string): Promise<string> {
  const { json } = await call("POST", "/user/new", {
    body: { user_email: `${role}@example.com`, user_role: role },
  });
  return json.key;
}
const admin = await personWith("proxy_admin");
const viewer = await personWith("proxy_admin_viewer");
const developer = await personWith("internal_user");

await call("POST", "/compliance/run", { body: {} });

const statusOf = async (id: string) => (await call("GET", `/compliance/checks/${id}`)).json.status;

describe("who may", () => {
  test.each([
    ["GET", "/compliance", 200, 200, 403],
    ["GET", "/compliance/checks/cors", 200, 200, 403],
    ["GET", "/compliance/history", 200, 200, 403],
    ["GET", "/compliance/report", 200, 200, 403],
    ["POST", "/compliance/run", 200, 403, 403],
    ["POST", "/compliance/attest", 200, 403, 403],
    ["POST", "/compliance/waive", 200, 403, 403],
    ["POST", "/compliance/withdraw", 404, 403, 403],
    ["POST", "/compliance/fix", 200, 403, 403],
  ])("%s %s: admin %i, viewer %i, developer %i", async (method, path, ...expected) => {
    const bodies: Record<string, unknown> = {
      "/compliance/run": { checks: ["cors"] },
      "/compliance/attest": { check: "secret_sharing", statement: "It stands in the handbook" },
      "/compliance/waive": { check: "backups", reason: "moves next week, see the plan", valid_days: 7 },
      "/compliance/withdraw": { id: "att_none" },
      "/compliance/fix": { check: "env_file" },
    };
    const body = bodies[path];
    const answers = [];
    for (const key of [admin, viewer, developer])
      answers.push((await call(method, path, { key, ...(body === undefined ? {} : { body }) })).status);
    expect(answers).toEqual(expected);
    expect((await call(method, path, { key: null })).status).toBe(401);
  });

  test("the master key reads and runs, and has no word", async () => {
    const { json } = await call("GET", "/compliance?framework=gdpr&status=failed");
    expect(json.checks.length).toBeGreaterThan(0);
    expect(json.checks.every((check: { gdpr: string[] }) => check.gdpr.length > 0)).toBe(true);
    const body = { check: "security_review", statement: "It was made last week", document: "report.pdf" };
    const refused = await call("POST", "/compliance/attest", { body });
    expect([refused.status, refused.json.error.message]).toEqual([403, expect.stringContaining("person")]);
  });
});

describe("a person's word", () => {
  const say = (body: Record<string, unknown>) => call("POST", "/compliance/attest", { key: admin, body });
  const statement = "Looked at with the whole team";

  test("counts where nothing can be seen, with name, date, document and an end", async () => {
    const body = { check: "security_review", statement, document: "reviews/2026-06.pdf", valid_days: 30 };
    const { json, status } = await say(body);
    expect(status).toBe(200);
    expect(json.check).toMatchObject({
      status: "attested",
      attestation: {
        statement,
        document: "reviews/2026-06.pdf",
        at: new Date(clock.now()).toISOString(),
        expires_at: new Date(clock.now() + 30 * DAY_MS).toISOString(),
      },
    });
    const { score } = (await call("GET", "/compliance")).json;
    expect(score.attested).toBeGreaterThan(0);
    const [event] = await gateway.database.sql`
      select actor_id, reason from audit_events where action = 'compliance.attest' order by seq desc limit 1`;
    expect(event).toMatchObject({ reason: statement });
  });

  test.each([
    ["is nobody's where the gateway sees for itself", { check: "cors", statement }, "check"],
    ["needs its document", { check: "security_review", statement }, "document"],
    ["holds no longer than the check allows", { check: "updates", statement, valid_days: 60 }, "valid_days"],
    ["says something", { check: "updates", statement: "ok" }, "statement"],
    ["is not back-dated", { check: "updates", statement, attested_at: "2025-01-01" }, "attested_at"],
  ])("%s", async (_what, body, param) => {
    const { json, status } = await say(body);
    expect([status, json.error.param]).toEqual([400, param]);
  });

  test("ends when its time is over, and when it is taken back", async () => {
    const first = await say({ check: "updates", statement, valid_days: 10 });
    expect(await statusOf("updates")).toBe("attested");
    clock.advance(10 * DAY_MS + 1);
    expect(await statusOf("updates")).toBe("expired");
    const again = await say({ check: "updates", statement });
    expect(await statusOf("updates")).toBe("attested");
    const back = await call("POST", "/compliance/withdraw", { key: admin, body: { id: again.json.id } });
    expect([back.status, back.json.check.status]).toEqual([200, "expired"]);
    const twice = await call("POST", "/compliance/withdraw", { key: admin, body: { id: again.json.id } });
    expect(twice.status).toBe(404);
    const { words } = (await call("GET", "/compliance/checks/updates")).json;
    expect(words.map(({ id }: { id: string }) => id)).toEqual([again.json.id, first.json.id]);
  });

  test("never covers what is seen to be wrong; a waiver does, until its day", async () => {
    expect(await statusOf("anonymised_logs")).toBe("failed");
    const body = { check: "anonymised_logs", reason: "waits for the legal department", valid_days: 5 };
    const { json } = await call("POST", "/compliance/waive", { key: admin, body });
    expect(json.check).toMatchObject({ status: "waived", waiver: { statement: body.reason } });
    clock.advance(5 * DAY_MS + 1);
    expect(await statusOf("anonymised_logs")).toBe("failed");
    const endless = await call("POST", "/compliance/waive", {
      key: admin,
      body: { ...body, valid_days: 181 },
    });
    expect(endless.status).toBe(400);
  });
});

describe("running", () => {
  beforeAll(async () => {
    clock.advance(1_000);
  });

  test("all of them answers with all of them, and keeps a history", async () => {
    const { json, status } = await call("POST", "/compliance/run", { key: admin, body: {} });
    expect(status).toBe(200);
    expect(json.job_id).toBeNull();
    const { checks } = (await call("GET", "/compliance")).json;
    expect(json.checks.map(({ id }: { id: string }) => id)).toEqual(
      checks.map(({ id }: { id: string }) => id),
    );
    expect(await statusOf("authentication")).toBe("passed");
    const { days } = (await call("GET", "/compliance/history?days=7")).json;
    expect(days).toContainEqual({ day: "2026-06-30", result: "passed", checks: expect.any(Number) });
  });

  test("an unknown check is refused", async () => {
    const run = await call("POST", "/compliance/run", { key: admin, body: { checks: ["nothing"] } });
    expect([run.status, run.json.error.param]).toEqual([404, "check"]);
    expect((await call("GET", "/compliance/checks/nothing")).status).toBe(404);
  });

  test("blocking unused keys needs their number, and can be undone", async () => {
    const idle = await gateway.newKey({ key_alias: "idle" });
    await gateway.database.sql`
      update virtual_keys set created_at = ${new Date(clock.now() - 100 * DAY_MS)} where alias = 'idle'`;
    const body = { check: "least_privilege" };
    const asked = await call("POST", "/compliance/fix", { key: admin, body });
    expect([asked.status, asked.json.error.message]).toEqual([
      409,
      expect.stringContaining('{"confirm": 1}'),
    ]);
    expect((await call("GET", "/v1/models", { key: idle })).status).toBe(200);
    const done = await call("POST", "/compliance/fix", { key: admin, body: { ...body, confirm: 1 } });
    expect([done.status, done.json.changed]).toEqual([200, 1]);
    expect((await call("GET", "/v1/models", { key: idle })).status).toBe(401);
    expect((await call("POST", "/key/unblock", { body: { key: idle } })).status).toBe(200);
    expect((await call("GET", "/v1/models", { key: idle })).status).toBe(200);
  });

  test("the schedule runs them once the gateway has been up for a while", async () => {
    const { deps } = runtime;
    const kind = deps.jobs.kind("compliance.checks");
    expect(kind?.everyMs?.(deps)).toBe(DAY_MS);
    expect(deps.jobs.kind("compliance.light")?.everyMs?.(deps)).toBe(3_600_000);
    const fresh = { ...deps, sightings: { ...deps.sightings, sinceMs: clock.now() - 1_000 } };
    expect(kind?.everyMs?.(fresh as typeof deps)).toBe(0);
  });
});

test("the report verifies with the audit key, and not once it was changed", async () => {
  const { json, status } = await call("GET", "/compliance/report", { key: viewer });
  const signed: SignedReport = json;
  expect(status).toBe(200);
  const { key_id } = (await call("GET", "/audit/key")).json;
  expect(faultOfReport(signed, [key_id])).toBeNull();
  const guide = signed.report["guide"] as { line: string; kept: boolean; checks: unknown[] }[];
  expect(guide.every(({ checks }) => checks.length > 0)).toBe(true);
  expect(guide.find(({ line }) => line === "Strong master key (20+ characters)")?.kept).toBe(true);
  expect(guide.find(({ line }) => line === "Set up alerts")?.kept).toBe(false);
  const changed = { ...signed, report: { ...signed.report, score: { passed: 99 } } };
  expect(faultOfReport(changed, [key_id])).toContain("not the one");
  const resigned = { ...signed, manifest: { ...signed.manifest, signed_at: "2020-01-01T00:00:00.000Z" } };
  expect(faultOfReport(resigned, [key_id])).toContain("signature");
  expect(faultOfReport(signed, ["0123456789abcdef"])).toContain("trusted");
  const [event] = await gateway.database.sql`
    select actor_kind from audit_events where action = 'compliance.report' order by seq desc limit 1`;
  expect(event).toEqual({ actor_kind: "key" });
});
