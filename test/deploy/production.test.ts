/** The guide's production checklist on a machine made from deploy/ alone: what the gateway can see is green, the rest is a person's word. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import { Agent, request } from "undici";
import { afterAll, describe, expect, test } from "vitest";
import { mailReceiver } from "#test/alerts/receivers.ts";
import { until } from "#test/helpers/house.ts";
import { services } from "#test/helpers/services.ts";
import { makeTemporaryFolder } from "#test/helpers/temporary.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { nginxUsable } from "./nginx-front.ts";
import { ADMIN, productionSetUp } from "./production-set-up.ts";

const usable = nginxUsable && services.postgres !== null && services.redis !== null;

interface Standing {
  readonly id: string;
  readonly status: string;
  readonly evidence: string;
}

/** What no program can see: exactly these, and the person's word for each. */
const VOUCHED = [
  "change_management",
  "database_encrypted",
  "dev_prod_keys",
  "logging",
  "logs_watched",
  "processing_record",
  "processors",
  "provider_keys",
  "rotation_schedule",
  "secret_sharing",
  "security_review",
  "updates",
];

describe.skipIf(!usable)("production, as docs/deploy/production.md has it", async () => {
  const upstream = await rawUpstream();
  const mail = await mailReceiver();
  const folder = await makeTemporaryFolder();
  const made = await productionSetUp(folder, upstream.url, [
    "SMTP_HOST=127.0.0.1",
    `SMTP_PORT=${mail.port}`,
    "SMTP_TLS=false",
    "SMTP_SENDER_EMAIL=gateway@example.com",
  ]);
  const agent = new Agent({ connect: { ca: made.nginx.certificate } });
  afterAll(async () => {
    await agent.close();
    await made.close();
    await rm(folder, { recursive: true, force: true });
  });
  const send = async (
    method: "GET" | "POST",
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ) => {
    const answer = await request(`${made.nginx.https}${path}`, {
      method,
      dispatcher: agent,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return { text, cookies: [answer.headers["set-cookie"] ?? []].flat() };
  };
  const api = async (method: "GET" | "POST", path: string, body?: unknown, key = made.masterKey) => {
    const { text } = await send(method, path, { authorization: `Bearer ${key}` }, body);
    return text.startsWith("{") ? JSON.parse(text) : text;
  };

  /** As a browser does: signs in, and takes the console's token from its page. */
  const signIn = async () => {
    const crumbs = (cookies: readonly string[]) => cookies.map((one) => one.split(";")[0]).join("; ");
    const first = await send("GET", "/api/auth/csrf", {});
    const form = new URLSearchParams({ ...ADMIN, csrfToken: JSON.parse(first.text).csrfToken, json: "true" });
    const { cookies } = await send(
      "POST",
      "/api/auth/callback/credentials",
      { cookie: crumbs(first.cookies), "content-type": "application/x-www-form-urlencoded" },
      form.toString(),
    );
    const cookie = crumbs(cookies);
    const page = await send("GET", "/ui/overview", { cookie, "content-type": "text/html" });
    const token = /\\?"csrf\\?":\\?"([\w-]+)/.exec(page.text)?.[1] ?? "no token in the page";
    const headers = { cookie, origin: made.nginx.https, "x-csrf-token": token };
    return async (path: string, body: unknown) => JSON.parse((await send("POST", path, headers, body)).text);
  };

  test("every check that a program can make passes, and a person's word makes up the rest", {
    timeout: 60_000,
  }, async () => {
    const asAdmin = await signIn();
    const { secret } = await asAdmin("/console/totp/begin", {});
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await asAdmin("/console/totp/confirm", { code: totp.generate() });

    // Step 7 of the page.
    const [admin] = (await api("GET", "/user/list")).users;
    const application = await api("POST", "/key/generate", { key_alias: "shop", models: ["gpt-4"] });
    const message = { model: "gpt-4", messages: [{ role: "user", content: "Hi" }] };
    await api("POST", "/v1/chat/completions", message, application.key);
    const auditor = await api("POST", "/user/new", {
      user_id: "prometheus",
      user_role: "proxy_admin_viewer",
      auto_create_key: false,
      kind: "service",
      metadata: { owner_user_id: admin?.user_id },
    });
    const scraper = await api("POST", "/key/generate", { user_id: auditor.user_id, models: ["gpt-4"] });
    const scraped = await request(`${made.gateway.url}/metrics`, {
      headers: { authorization: `Bearer ${scraper.key}` },
    });
    expect([scraped.statusCode, await scraped.body.text()]).toEqual([
      200,
      expect.stringContaining("shin_requests_total"),
    ]);
    const channel = await asAdmin("/alerts/channels/new", {
      kind: "email",
      name: "ops",
      to: ["ops@example.com"],
    });
    expect(await asAdmin("/alerts/channels/test", { id: channel.id })).toEqual({
      delivered: true,
      reason: null,
    });
    await asAdmin("/privacy/drill", {});
    const review = await asAdmin("/access-reviews", {});
    const { accounts } = await api("GET", `/access-reviews/${review.id}`);
    for (const { user_id } of accounts)
      await asAdmin(`/access-reviews/${review.id}/decide`, { user_id, decision: "keep" });
    await asAdmin(`/access-reviews/${review.id}/finish`, {});
    const scope = { kind: "key", id: application.key_id ?? application.token_id };
    const drill = await asAdmin("/incident/open", { scope, reason: "exercise", drill: true });
    await asAdmin(`/incident/${drill.incident_id}/run`, {
      actions: ["freeze"],
      reason: "exercise",
    });
    await asAdmin(`/incident/${drill.incident_id}/close`, { summary: "exercised" });
    await mkdir(join(folder, "data/backups"), { recursive: true });
    const backup = await made.shin("backup");
    expect(backup.code, backup.err).toBe(0);

    let checks: readonly Standing[] = [];
    const named = (...statuses: string[]) => checks.filter(({ status }) => statuses.includes(status));
    await until("the drill of privacy has ended", async () => {
      ({ checks } = await asAdmin("/compliance/run", { checks: ["data_export", "data_deletion"] }));
      return checks.filter(({ id }) => id.startsWith("data_")).every(({ status }) => status === "passed");
    });
    const before = await made.shin("check", "--production", "--json");
    expect(before.code, before.err).toBe(3);
    ({ checks } = JSON.parse(before.out));
    expect(named("failed")).toEqual([]);
    expect(
      named("unknown")
        .map(({ id }) => id)
        .sort(),
    ).toEqual(VOUCHED);
    expect(named("not_applicable")).toEqual([]);

    for (const check of VOUCHED)
      await asAdmin("/compliance/attest", {
        check,
        statement: "It was looked at, and it is so.",
        document: "handbook.md",
      });
    const after = await made.shin("check", "--production", "--json");
    expect([after.code, after.err]).toEqual([0, ""]);
    ({ checks } = JSON.parse(after.out));
    expect(
      named("attested")
        .map(({ id }) => id)
        .sort(),
    ).toEqual(VOUCHED);
    expect(named("passed")).toHaveLength(checks.length - VOUCHED.length);
  });
});
