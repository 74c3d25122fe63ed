/**
 * Who guesses keys, or floods the key API, is told to wait; who has a good key never pays for a neighbour that has none.
 */
import { describe, expect, test } from "vitest";
import { networkOf } from "#lib/gateway/throttle-step.ts";
import { manualClock } from "#test/helpers/clock.ts";
import { testGateway } from "#test/helpers/gateway.ts";

const WRONG = `sk-${"x".repeat(48)}`;
const chat = { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "Hello" }] };

describe("refused keys", async () => {
  const yaml = "general_settings: { throttle: { authentication: 5/10m, master_key: 3/10m } }";
  const gateway = await testGateway({ yaml, clock: manualClock() });
  const key = await gateway.newKey();
  const guess = (path: string, peer: string) => gateway.call("POST", path, { key: WRONG, body: chat, peer });

  test("of one address end in 429, with when to come back", async () => {
    const peer = "192.0.2.1";
    const statuses = [];
    for (let n = 0; n < 8; n++) statuses.push((await guess("/v1/chat/completions", peer)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const { headers, json } = await guess("/v1/chat/completions", peer);
    expect(json.error).toMatchObject({
      type: "rate_limit_error",
      code: 429,
      reason: "throttle_authentication",
      scope: { kind: "ip", id: peer, name: peer },
      limit: 5,
      used: 5,
    });
    const waitS = Number(headers["retry-after"]);
    expect(waitS).toBeGreaterThan(0);
    expect(waitS).toBeLessThanOrEqual(601);
    expect(json.error.retry_after).toBe(waitS);
    expect(Math.ceil(Number(headers["retry-after-ms"]) / 1000)).toBe(waitS);
    expect(json.error.message).toContain(`Retry in ${waitS} s.`);
  });

  test("do not lock out a good key behind the same address, nor other addresses", async () => {
    const peer = "192.0.2.2";
    for (let n = 0; n < 9; n++) await guess("/v1/chat/completions", peer);
    for (let n = 0; n < 9; n++)
      expect((await gateway.call("POST", "/v1/chat/completions", { key, body: chat, peer })).status).toBe(
        200,
      );
    expect((await guess("/v1/chat/completions", "192.0.2.3")).status).toBe(401);
  });

  test("at the key API have a policy of their own", async () => {
    const peer = "192.0.2.4";
    const reasons = [];
    for (let n = 0; n < 5; n++) reasons.push((await guess("/key/generate", peer)).json.error.reason);
    expect(reasons).toEqual([undefined, undefined, undefined, "throttle_master_key", "throttle_master_key"]);
    expect((await gateway.call("GET", "/key/list", { peer })).status).toBe(200);
  });

  test("count at /health as well, which looks at keys by itself", async () => {
    const peer = "192.0.2.5";
    const statuses = [];
    for (let n = 0; n < 7; n++)
      statuses.push((await gateway.call("GET", "/health", { key: WRONG, peer })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  test("a call without any key is no guess", async () => {
    const peer = "192.0.2.6";
    for (let n = 0; n < 9; n++)
      expect(
        (await gateway.call("POST", "/v1/chat/completions", { key: null, body: chat, peer })).status,
      ).toBe(401);
  });

  test("of one IPv6 network are those of one client", async () => {
    const statuses = [];
    for (let n = 0; n < 7; n++)
      statuses.push((await guess("/v1/chat/completions", `2001:db8:1:2::${n}:1`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await guess("/v1/chat/completions", "2001:db8:1:3::1")).status).toBe(401);
    expect(networkOf("::1")).toBe("0:0:0:0::/64");
    expect(networkOf("2001:db8::1")).toBe(networkOf("2001:0DB8:0:0:ffff::2"));
    expect(networkOf("10.0.0.1")).toBe("10.0.0.1");
  });
});

describe("the key API", async () => {
  const gateway = await testGateway({
    yaml: "general_settings: { throttle: { key_api: 4/10m } }",
    clock: manualClock(),
  });

  test("counts each key for itself, and the master key for each address", async () => {
    const info = (peer: string, key?: string) =>
      gateway.call("GET", "/key/info", { peer, ...(key === undefined ? {} : { key }) });
    const keys = [await gateway.newKey(), await gateway.newKey()];
    for (const key of keys) {
      const statuses = [];
      for (let n = 0; n < 6; n++) statuses.push((await info(`198.51.100.${n}`, key)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    }
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await info("198.51.100.200")).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    expect((await info("198.51.100.201")).status).toBe(200);
    const refused = await info("198.51.100.200");
    expect(refused.json.error).toMatchObject({
      reason: "throttle_key_api",
      scope: { kind: "key", id: "master" },
      limit: 4,
    });
    expect(
      (await gateway.call("POST", "/v1/chat/completions", { peer: "198.51.100.200", body: chat })).status,
    ).toBe(200);
  });

  test("follows a reload, and off is off", async () => {
    const twenty = async () => {
      const answers = [];
      for (let n = 0; n < 20; n++)
        answers.push(await gateway.call("GET", "/key/info", { peer: "198.51.100.210" }));
      return answers.filter((answer) => answer.status === 200).length;
    };
    expect(await twenty()).toBe(4);
    await gateway.reload("general_settings: { throttle: { key_api: off } }");
    expect(await twenty()).toBe(20);
  });
});
