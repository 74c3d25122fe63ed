/** The allowlist judges the address that the connection proves, not the one that a client claims (SECURITY.md, abuse cases 21 to 26). */
import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { configOf, MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog, chat, config, deployment } from "./setting.ts";

const upstream = await rawUpstream();
const yaml = (general: Record<string, unknown>) =>
  config([deployment("chat", upstream.url)], { general_settings: general });
const { log, lineOf } = capturedLog();
const gateway = await mountedGateway({ yaml: yaml({}), log });
const LIES = {
  "x-forwarded-for": "10.0.0.1",
  "x-real-ip": "10.0.0.1",
  forwarded: "for=10.0.0.1",
  "cf-connecting-ip": "10.0.0.1",
  "true-client-ip": "10.0.0.1",
  "x-shin-peer": "10.0.0.1",
  "x-vercel-forwarded-for": "10.0.0.1",
};

describe.each(gateway.mounts)("$name mount", ({ send, url }) => {
  const call = (headers: Record<string, string>) =>
    send("POST", "/v1/chat/completions", { body: chat("chat"), headers });

  test.each([...Object.entries(LIES).map(([name, value]) => ({ [name]: value })), LIES])(
    "a claim changes nothing: %j",
    async (headers) => {
      await gateway.reload(yaml({ allowed_ips: ["10.0.0.0/8"] }));
      upstream.forget();
      const { status, json, headers: got } = await call(headers);
      expect(status).toBe(403);
      expect(json.error).toMatchObject({
        type: "auth_error",
        param: "None",
        code: "403",
        message: "Access forbidden: IP address not allowed.",
      });
      expect(upstream.requests).toHaveLength(0);
      expect(await lineOf(got)).toContain('"ip":"127.0.0.1"');
    },
  );

  test("nor does it keep anybody out", async () => {
    await gateway.reload(yaml({ allowed_ips: ["127.0.0.1"] }));
    expect((await call({ "x-forwarded-for": "6.6.6.6" })).status).toBe(200);
  });

  test.each([
    ["10.0.0.1", 200],
    ["10.0.0.1, 6.6.6.6", 403],
    ["6.6.6.6, 10.0.0.1", 200],
    ["6.6.6.6, 10.0.0.1, 127.0.0.1", 200],
    ["10.0.0.1, garbage", 403],
    ["garbage", 403],
    ["", 403],
    [`${"10.0.0.1, ".repeat(500)}6.6.6.6`, 403],
    [`${"6.6.6.6, ".repeat(500)}10.0.0.1`, 200],
    ["10.0.0.1:4711", 200],
    ["[::ffff:10.0.0.5]:80", 200],
    ["::ffff:10.0.0.5", 200],
    ["0:0:0:0:0:ffff:a00:5", 200],
    ["2001:db8::7", 200],
    ["[2001:db8::7]:443", 200],
    ["2001:db9::7", 403],
    ["fe80::1%eth0", 403],
    ["10.0.0.256", 403],
    ["0x0a000001", 403],
  ])("behind a trusted proxy, X-Forwarded-For %j gives %i", async (forwarded, status) => {
    await gateway.reload(
      yaml({ allowed_ips: ["10.0.0.0/8", "2001:db8::/32"], trusted_proxies: ["127.0.0.1/32"] }),
    );
    expect((await call({ "x-forwarded-for": forwarded })).status).toBe(status);
  });

  test.each([
    [["6.6.6.6", "10.0.0.1"], 200],
    [["10.0.0.1", "6.6.6.6"], 403],
    [["10.0.0.1", "garbage"], 403],
    [["10.0.0.1, 6.6.6.6", "10.0.0.2"], 200],
    [["10.0.0.1", ""], 403],
  ])("behind a trusted proxy, X-Forwarded-For in several lines %j gives %i", async (lines, status) => {
    await gateway.reload(yaml({ allowed_ips: ["10.0.0.0/8"], trusted_proxies: ["127.0.0.1/32"] }));
    const headers = { "x-forwarded-for": lines, authorization: `Bearer ${MASTER_KEY}` };
    const [answer] = await once(request(`${url}/v1/models`, { headers }).end(), "response");
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });

  test("health stays open for probes, everything else is closed by an empty list", async () => {
    await gateway.reload(yaml({ allowed_ips: [] }));
    expect((await send("GET", "/health/liveliness", { key: null })).status).toBe(200);
    for (const path of ["/v1/models", "/key/info"]) expect((await send("GET", path)).status).toBe(403);
    await gateway.reload(yaml({}));
  });
});

test.each([
  ["::ffff:10.0.0.5", 200],
  ["::ffff:a00:5", 200],
  ["10.255.255.255", 200],
  ["11.0.0.1", 403],
  ["::1", 403],
  ["", 403],
])("a peer %j against 10.0.0.0/8 gives %i", async (peer, status) => {
  const { call } = direct;
  expect((await call("GET", "/v1/models", { peer })).status).toBe(status);
});
const direct = await testGateway({ yaml: yaml({ allowed_ips: ["10.0.0.0/8"] }), database: gateway.database });

test("a range that is none stops the start", () => {
  expect(() => configOf(yaml({ allowed_ips: ["10.0.0.0/33"] }))).toThrow(/10\.0\.0\.0\/33/);
});
