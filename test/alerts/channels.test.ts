/** Alert channels over HTTP, to a real web server and a real mail server. */
import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { raiseAlert } from "#lib/alerts/alerts.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";
import { mailReceiver, webReceiver } from "./receivers.ts";

const SECRET = "a signing secret of some length";
const mail = await mailReceiver();
const clock = manualClock(Date.UTC(2026, 5, 15, 12, 0, 0));
const gateway = await testGateway({
  clock,
  yaml: "general_settings:\n  master_key: os.environ/LITELLM_MASTER_KEY\n  allow_private_api_base: true\n",
  env: {
    SHIN_ENCRYPTION_KEY: "ab".repeat(32),
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mail.port),
    SMTP_TLS: "false",
    SMTP_SENDER_EMAIL: "gateway@example.com",
  },
});
const { deps } = gateway.runtime;

async function channel(body: Record<string, unknown>): Promise<string> {
  const { json, status, text } = await gateway.call("POST", "/alerts/channels/new", { body });
  expect(status, text).toBe(200);
  return json.id;
}

let count = 0;
const raise = (more: Partial<Parameters<typeof raiseAlert>[1]> = {}) => {
  clock.advance(1);
  return raiseAlert(deps, {
    kind: "error_rate",
    subject: { kind: "deployment", id: "d1", name: "d1" },
    cause: `cause ${count++}`,
    message: "12 % of the last 40 calls failed.",
    data: { failed: 5 },
    ...more,
  });
};

beforeEach(async () => {
  await gateway.database.sql`truncate alert_channels, alert_deliveries, alerts`;
});

describe("a webhook", () => {
  it("gets each alert once, signed, and several as one message", async () => {
    const receiver = await webReceiver();
    await channel({ kind: "webhook", name: "ops", url: receiver.url, secret: SECRET });
    await raise();
    await raise({ severity: "critical", message: "It burns." });
    expect(await deps.alertDesk.pass()).toBe(1);
    expect(await deps.alertDesk.pass()).toBe(0);
    expect(receiver.got).toHaveLength(1);
    const [{ body, headers } = { body: "", headers: {} }] = receiver.got;
    const { alerts } = JSON.parse(body);
    expect(alerts.map((alert: { message: string }) => alert.message)).toEqual([
      "12 % of the last 40 calls failed.",
      "It burns.",
    ]);
    const [, seconds, sum] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-shin-signature"])) ?? [];
    expect(sum).toBe(createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex"));
  });

  it("that fails is tried again, later and later, and then no more", async () => {
    const receiver = await webReceiver();
    receiver.status = 500;
    await channel({ kind: "webhook", name: "ops", url: receiver.url });
    await raise();
    for (const waitMs of [0, 30_000, 120_000, 600_000, 3_600_000, 86_400_000]) {
      clock.advance(waitMs);
      await deps.alertDesk.pass();
      await deps.alertDesk.pass();
    }
    expect(receiver.got).toHaveLength(5);
    const { json } = await gateway.call("GET", "/alerts/channels");
    expect(json.channels[0].last_30_days).toMatchObject({
      failed: 1,
      last_error: "127.0.0.1 answered HTTP 500",
    });
  });

  it("is not followed to where it sends us", async () => {
    const receiver = await webReceiver();
    receiver.status = 302;
    const id = await channel({ kind: "webhook", name: "ops", url: receiver.url });
    const { json } = await gateway.call("POST", "/alerts/channels/test", { body: { id } });
    expect(json).toEqual({ delivered: false, reason: "127.0.0.1 answered HTTP 302" });
  });

  it("never leads to the metadata service", async () => {
    const id = await channel({ kind: "webhook", name: "ops", url: "http://169.254.169.254/latest" });
    const { json } = await gateway.call("POST", "/alerts/channels/test", { body: { id } });
    expect(json.delivered).toBe(false);
    expect(json.reason).toContain("link-local");
  });

  it("keeps its address and its secret from every answer and from the audit log", async () => {
    const receiver = await webReceiver();
    const id = await channel({ kind: "webhook", name: "ops", url: receiver.url, secret: SECRET });
    await gateway.call("POST", "/alerts/channels/update", { body: { id, name: "operators" } });
    const told = await Promise.all([
      gateway.call("GET", "/alerts/channels"),
      gateway.call("GET", "/audit?limit=20"),
    ]);
    for (const { text } of told) {
      expect(text).not.toContain("very-secret-path");
      expect(text).not.toContain(SECRET);
    }
    expect(told[1]?.text).toContain("alert_channel.update");
    const [row] = await gateway.database.sql`select sealed from alert_channels`;
    expect(String(row?.["sealed"])).not.toContain("very-secret-path");
    // What was not sent stays: the channel still has its address.
    await gateway.call("POST", "/alerts/channels/test", { body: { id } });
    expect(receiver.got).toHaveLength(1);
  });
});

describe("what a channel gets", () => {
  it("is what it asked for, and nothing from before it was there", async () => {
    const receiver = await webReceiver();
    await raise({ kind: "key_expiring" });
    clock.advance(1000);
    await channel({
      kind: "slack",
      name: "keys",
      url: receiver.url,
      events: ["key_expiring"],
      min_severity: "warning",
    });
    clock.advance(1000);
    await raise();
    await raise({ kind: "key_expiring", severity: "info" });
    await raise({ kind: "key_expiring", message: 'Key "<a> & b" expires.' });
    await deps.alertDesk.pass();
    expect(receiver.got.map(({ body }) => JSON.parse(body))).toEqual([
      { text: '! Key "&lt;a&gt; &amp; b" expires.' },
    ]);
  });

  it("waits for the end of quiet hours, unless it is critical", async () => {
    const receiver = await webReceiver();
    clock.set(Date.UTC(2026, 5, 16, 23, 30));
    await channel({ kind: "webhook", name: "day", url: receiver.url, quiet: { from: "22:00", to: "07:00" } });
    await raise();
    await deps.alertDesk.pass();
    expect(receiver.got).toHaveLength(0);
    await raise({ severity: "critical" });
    await deps.alertDesk.pass();
    expect(receiver.got).toHaveLength(1);
    clock.set(Date.UTC(2026, 5, 17, 7, 0));
    await deps.alertDesk.pass();
    expect(receiver.got).toHaveLength(2);
  });
});

it("mail goes to every address, as plain text", async () => {
  await channel({ kind: "email", name: "mail", to: ["ana@example.com", "ben@example.com"] });
  await raise({ message: "Line one\r\nBcc: eve@example.com" });
  await deps.alertDesk.pass();
  expect(mail.got).toHaveLength(1);
  const [message] = mail.got;
  expect(message?.to).toEqual(["ana@example.com", "ben@example.com"]);
  expect(message?.text).toContain("Subject: [Shin Gateway] Line one Bcc:");
  expect(message?.text).not.toMatch(/^Bcc:/m);
});

it.each([
  [{ kind: "webhook", name: "x" }, "url"],
  [{ kind: "webhook", name: "x", url: "ftp://example.com" }, "url"],
  [{ kind: "email", name: "x", to: [] }, "to"],
  [{ kind: "email", name: "x", to: ["a@b", "not an address"] }, "to.1"],
  [{ kind: "pager", name: "x" }, "kind"],
  [{ kind: "email", name: "x", to: ["a@b"], quiet: { from: "25:00", to: "07:00" } }, "quiet.from"],
])("refuses %j and names the field", async (body, param) => {
  const { json, status } = await gateway.call("POST", "/alerts/channels/new", { body });
  expect(status).toBe(400);
  expect(json.error.param).toBe(param);
});

it("by itself leads to no private address, however it is written, and is signed with a secret or not at all", async () => {
  const receiver = await webReceiver();
  const { port } = new URL(receiver.url);
  const closed = await testGateway({ env: { SHIN_ENCRYPTION_KEY: "ab".repeat(32) } });
  const make = (body: Record<string, unknown>) =>
    closed.call("POST", "/alerts/channels/new", { body: { name: "ops", ...body } });
  const hosts = [
    "127.0.0.1",
    "localhost",
    "localhost.",
    "2130706433",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
    "[::1]",
  ];
  for (const kind of ["webhook", "slack"])
    for (const host of [...hosts, "hooks.example.com@127.0.0.1"]) {
      const { json, text } = await make({ kind, url: `http://${host}:${port}/very-secret-path` });
      expect(json?.id, text).toBeDefined();
      const tried = await closed.call("POST", "/alerts/channels/test", { body: { id: json.id } });
      expect([host, tried.json.delivered]).toEqual([host, false]);
      expect(tried.text).not.toContain("very-secret-path");
    }
  expect(receiver.got).toEqual([]);
  for (const secret of ["", " ", "x".repeat(15)]) {
    const { json, status } = await make({ kind: "webhook", url: receiver.url, secret });
    expect([secret, status, json.error.param]).toEqual([secret, 400, "secret"]);
  }
});

it("is for admins", async () => {
  const key = await gateway.newKey();
  const { status } = await gateway.call("GET", "/alerts/channels", { key });
  expect(status).toBe(403);
});
