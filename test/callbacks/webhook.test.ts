/**
 * Records of calls reach a webhook: each at least once, in whatever order and however late they settle, signed as the
 * documentation's own lines check it. If this fails, somebody's books at the other end are not ours.
 */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { settleRows } from "#db/queries/ledger.ts";
import { newId } from "#lib/ids.ts";
import { defaultRow, toRow } from "#lib/ledger/record.ts";
import { record } from "#test/ledger/setting.ts";
import { callbackSetting, ids, receiver } from "./setting.ts";

const SECRET = "a-signing-secret-0123456789";
const web = await receiver();
const yaml = `  callbacks: [webhook]
  webhook_callback_params: { url: "${web.origin}/calls?token=very-secret", secret: ${SECRET}, headers: { x-team: books } }
`;
const setting = await callbackSetting(yaml);
const { clock, deliver, deps, gateway, settle, standing } = setting;
await deliver();

async function documented(): Promise<
  (header: string, body: string, secret: string, nowMs: number) => boolean
> {
  const page = await readFile("docs/callbacks.md", "utf8");
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const lines = code.trim().split("\n");
  expect(lines.length).toBeLessThanOrEqual(15);
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return module.verify;
}

test("a call arrives as one record, signed, and the documented lines accept it and nothing else", async () => {
  web.got.length = 0;
  const id = await settle({
    costNanoUsd: 123_456_789_012n,
    endUser: "eva",
    ip: "203.0.113.9",
    tags: ["blue"],
    metadata: { note: "not to leave" },
  });
  await deliver();
  expect(web.got).toHaveLength(1);
  const [{ body, headers, method, path } = { body: Buffer.alloc(0), headers: {}, method: "", path: "" }] =
    web.got;
  expect([method, path, headers["content-type"], headers["x-team"]]).toEqual([
    "POST",
    "/calls?token=very-secret",
    "application/json",
    "books",
  ]);
  expect(JSON.parse(body.toString())).toEqual([
    {
      ...{
        id,
        started_at: expect.stringMatching(/^2026-06-15T12:00:\d\d\.\d{3}Z$/),
        outcome: "ok",
        status: 200,
      },
      ...{ call_type: "completion", key_id: "k1", key: null, user_id: "u1", team_id: "t1", team: null },
      ...{ end_user: "eva", model: "m", model_asked: "m", provider: "openai", upstream_model: "m" },
      ...{ deployment_id: "d", stream: false, tokens_in: 3, tokens_out: 4, tokens_cache_read: 0 },
      ...{ tokens_cache_write: 0, tokens_reasoning: 0, usage_source: "provider", cost_usd: "123.456789012" },
      ...{
        unpriced: false,
        duration_ms: 5,
        first_byte_ms: 5,
        attempts: 1,
        ip: "203.0.113.9",
        error_code: null,
      },
      ...{ rule: null, tags: ["blue"], client_request_id: null, response_id: null },
    },
  ]);
  const verify = await documented();
  const header = String(headers["x-shin-signature"]);
  expect(verify(header, body.toString(), SECRET, clock.now())).toBe(true);
  expect(verify(header, `${body} `, SECRET, clock.now())).toBe(false);
  expect(verify(header, body.toString(), "another-secret-0123456", clock.now())).toBe(false);
  expect(verify(header, body.toString(), SECRET, clock.now() + 301_000)).toBe(false);
  expect(verify("", body.toString(), SECRET, clock.now())).toBe(false);
});

test("a record whose transaction commits after later ones is not missed, nor is any sent twice", async () => {
  web.got.length = 0;
  const early = { id: newId("req", clock.now()), startedAtMs: clock.now() };
  const slow = await deps.sql.reserve();
  await slow`begin`;
  const row = `[${toRow(record(early), "settled")}]`;
  await settleRows(slow, defaultRow({ id: "ins_other", boot: 1 }), { rows: row, charges: null });
  clock.advance(1_000);
  const later = await settle({ keyId: "k2", userId: "u2", teamId: null });
  await deliver();
  expect(ids(web.got)).toEqual([later]);
  await slow`commit`;
  slow.release();
  await deliver();
  await deliver();
  expect(ids(web.got)).toEqual([later, early.id]);
});

test("a call of ten minutes and a record from a journal of yesterday are found by the count of their hours", async () => {
  web.got.length = 0;
  await deliver(61_000);
  const long = await settle({}, 600_000);
  const old = await settle({ durationMs: 5 }, 20 * 3_600_000);
  await deliver(61_000);
  await deliver(61_000);
  await deliver(61_000);
  expect(ids(web.got).sort()).toEqual([long, old].sort());
});

test("1,200 records at once come in batches, each once, under ids of their own", async () => {
  web.got.length = 0;
  const sent = await Promise.all(Array.from({ length: 1_200 }, () => settle()));
  await deliver();
  expect(ids(web.got).sort()).toEqual(sent.sort());
  expect(web.got.map(({ body }) => JSON.parse(body.toString()).length)).toEqual([500, 500, 200]);
  expect(new Set(web.got.map(({ headers }) => headers["x-shin-batch"])).size).toBe(3);
});

describe("a receiver that fails", () => {
  test("is asked again less and less often, with the same batch, and when it is back nothing is missing", async () => {
    web.got.length = 0;
    web.answer = { status: 503, body: "no" };
    const first = await settle();
    const waits: number[] = [];
    let second = "";
    for (const waitMs of [6_000, 6_000, 11_000, 21_000]) {
      const failing = await deliver(waitMs);
      expect(failing).toMatchObject({ state: "failing", error: "127.0.0.1 answered HTTP 503" });
      waits.push(Date.parse(failing.next_try_at ?? "") - clock.now());
      if (second === "") second = await settle();
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000]);
    const tries = web.got.length;
    expect(new Set(web.got.map(({ headers }) => headers["x-shin-batch"])).size).toBe(1);
    web.answer = { status: 200, body: "" };
    expect(await deliver(30_000)).toMatchObject({ state: "in order", error: null });
    await deliver();
    expect(ids(web.got.slice(tries))).toEqual([first, second]);
  });

  test("raises one alert when that lasts, which tells no secret", async () => {
    web.answer = { status: 500, body: "no" };
    await settle();
    for (let n = 0; n < 5; n += 1) await deliver(600_000);
    const alerts = await deps.sql`select message, severity from alerts where kind = 'callback_failing'`;
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({ severity: "critical" });
    const { text } = await gateway.call("GET", "/callbacks");
    for (const told of [String(alerts[0]?.["message"]), text]) {
      expect(told).not.toContain("very-secret");
      expect(told).not.toContain(SECRET);
    }
    const { text: metrics } = await gateway.call("GET", "/metrics");
    expect(metrics).toMatch(/shin_callback_lag_seconds\{destination="webhook"\} \d{4}/);
    expect(metrics).toMatch(/shin_callback_failures_total\{destination="webhook"\} \d/);
    web.answer = { status: 200, body: "" };
    await deliver(600_000);
  });

  test("or never answers holds up no call: 200 of them are done while it has one record in its hands", async () => {
    web.got.length = 0;
    web.answer = null;
    await settle();
    clock.advance(6_000);
    const running = deps.jobs.runDue(deps, Number.POSITIVE_INFINITY, (kind) => kind === "callback.webhook");
    await expect.poll(() => web.got.length, { timeout: 10_000 }).toBe(1);
    const body = { model: "gpt-4", messages: [{ role: "user", content: "hello" }] };
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => gateway.call("POST", "/v1/chat/completions", { body })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(200);
    const [held] =
      await deps.sql`select state from jobs where kind = 'callback.webhook' and state = 'running'`;
    expect(held).toEqual({ state: "running" });
    web.answer = { status: 200, body: "" };
    web.cut();
    await running;
    await deliver(30_000);
    await deliver();
    const arrived = new Set(ids(web.got));
    for (const { headers } of answers) expect(arrived).toContain(headers["x-litellm-call-id"]);
  });
});

describe("people", () => {
  test("who were erased or whose data are restricted are held back, and stay so", async () => {
    web.got.length = 0;
    const hold = (kind: string, subject: string) =>
      gateway.call("POST", "/privacy/holds", {
        body: { kind: "restriction", subject, subject_kind: kind, reason: "asked" },
      });
    await gateway.call("POST", "/user/new", { body: { user_id: "u-held", auto_create_key: false } });
    for (const { status, text } of [await hold("user", "u-held"), await hold("end_user", "e-held")])
      expect(status, text).toBe(200);
    await settle({ userId: "u-held" });
    await settle({ userId: null, endUser: "e-held" });
    await settle({ endUser: "psn_0123456789ABCDEFGHJKMNPQRS" });
    const free = await settle({ endUser: "someone" });
    await deliver();
    expect(ids(web.got)).toEqual([free]);
  });

  test("leave as pseudonyms and networks under anonymize_logs, also those recorded before", async () => {
    web.got.length = 0;
    await settle({ userId: "anna", endUser: "eva", ip: "203.0.113.9" });
    await gateway.reload(
      `general_settings:\n  allow_private_api_base: true\n  anonymize_logs: true\nlitellm_settings:\n${yaml}`,
    );
    await deliver();
    const [one] = JSON.parse(String(web.got[0]?.body));
    expect(one).toMatchObject({
      user_id: expect.stringMatching(/^anon_/),
      end_user: expect.stringMatching(/^anon_/),
      ip: "203.0.113.0",
    });
  });
});

test("a test goes to the destination at once, is an audit event, and says why it was not taken", async () => {
  web.got.length = 0;
  const send = () => gateway.call("POST", "/callbacks/test", { body: { destination: "webhook" } });
  expect((await send()).json).toEqual({ delivered: true, reason: null });
  expect(JSON.parse(String(web.got[0]?.body))[0]).toMatchObject({ call_type: "test", cost_usd: "0" });
  web.answer = { status: 401, body: "" };
  expect((await send()).json).toEqual({ delivered: false, reason: "127.0.0.1 answered HTTP 401" });
  web.answer = { status: 200, body: "" };
  const { status } = await gateway.call("POST", "/callbacks/test", { body: { destination: "s3" } });
  expect(status).toBe(404);
  const events = await deps.sql`select 1 from audit_events where action = 'callback.test'`;
  expect(events).toHaveLength(2);
});

test("an address of this machine needs allow_private_api_base, and metadata services are never called", async () => {
  web.got.length = 0;
  await gateway.reload(`litellm_settings:\n${yaml}`);
  await settle();
  expect((await deliver(30_000)).error).toContain("allow_private_api_base");
  await gateway.reload(
    `general_settings: { allow_private_api_base: true }\nlitellm_settings:\n${yaml.replace(/http:[^?]*/, "http://169.254.169.254/")}`,
  );
  expect((await deliver(60_000)).error).toContain("metadata");
  expect(web.got).toEqual([]);
  await gateway.reload(`general_settings: { allow_private_api_base: true }\nlitellm_settings:\n${yaml}`);
  await deliver(300_000);
  expect((await standing()).error).toBeNull();
});

test("one that is taken out of the configuration gets nothing more, and one that is put in begins with what comes", async () => {
  web.got.length = 0;
  await gateway.reload("general_settings: { allow_private_api_base: true }\n");
  await deliver();
  await settle();
  await deliver();
  expect(web.got).toEqual([]);
  await gateway.reload(`general_settings: { allow_private_api_base: true }\nlitellm_settings:\n${yaml}`);
  const id = await settle({ outcome: "failed", statusCode: 500 });
  await deliver();
  expect(ids(web.got)).toEqual([id]);
});
