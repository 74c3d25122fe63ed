/** A call is made by a live key or not at all, whichever header carries it; a dead key never reaches a provider. */
import { describe, expect, test } from "vitest";
import type { Clock } from "#lib/clock.ts";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { capturedLog, chat, config, deployment } from "./setting.ts";

const START_MS = Date.now();
let nowMs = START_MS;
const clock: Clock = { now: () => nowMs, monotonic: () => performance.now() };
const upstream = await rawUpstream();
const { log, lineOf, text } = capturedLog();
const gateway = await mountedGateway({
  clock,
  log,
  yaml: config([deployment("chat", upstream.url)], {
    general_settings: { litellm_key_header_name: "X-Team-Key" },
  }),
});
const key = await gateway.newKey({ key_alias: "caller" });

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = (headers: Record<string, string>) =>
    send("POST", "/v1/chat/completions", { key: null, headers, body: chat("chat") });

  test.each([
    ["authorization", `Bearer ${key}`],
    ["authorization", `bearer  ${key}`],
    ["x-litellm-api-key", key],
    ["x-litellm-api-key", `Bearer ${key}`],
    ["x-api-key", key],
    ["api-key", key],
    ["x-goog-api-key", key],
    ["x-team-key", `Bearer ${key}`],
  ])("a key in %s counts", async (name, value) => {
    expect((await call({ [name]: value })).status).toBe(200);
  });

  const refused = async (headers: Record<string, string>, error: Record<string, unknown>) => {
    upstream.forget();
    const { status, json, headers: sent } = await call(headers);
    expect(status).toBe(401);
    expect(json).toEqual({
      error: {
        code: "401",
        message: expect.any(String),
        param: null,
        request_id: sent["x-request-id"],
        ...error,
      },
    });
    expect(upstream.requests).toHaveLength(0);
    expect(await lineOf(sent)).toContain("Authentication failed");
    return String(json.error.message);
  };

  test.each([{}, { authorization: "" }, { authorization: "Basic c2stYTpi" }, { authorization: "Bearer" }])(
    "no key: %j",
    async (headers) => {
      const message = await refused(headers as Record<string, string>, { type: "auth_error", param: "None" });
      expect(message).toContain("Authentication Error, No api key passed in.");
    },
  );

  test.each([
    ["unknown", "sk-unknown-0123456789"],
    ["mistyped", `${key.slice(0, -1)}${key.endsWith("x") ? "y" : "x"}`],
    ["not a key", "%"],
    ["10 kB long", `sk-${"a".repeat(10_000)}`],
    ["the master key with more after it", `${MASTER_KEY}x`],
  ])("an unknown key: %s", async (_, secret) => {
    const message = await refused(
      { authorization: `Bearer ${secret}` },
      { type: "token_not_found_in_db", param: "key" },
    );
    expect(message).toContain("Invalid proxy server token passed");
    expect(message).not.toContain(secret.slice(0, 20));
  });

  test("a key in the query string is none", async () => {
    const { status, headers } = await send("POST", `/v1/chat/completions?key=${key}`, {
      key: null,
      body: chat("chat"),
    });
    expect(status).toBe(401);
    expect(await lineOf(headers)).not.toContain(key);
    expect(text()).not.toContain(key);
  });

  test("a key counts up to its last millisecond", async () => {
    const secret = await gateway.newKey({ duration: "3s" });
    const headers = { authorization: `Bearer ${secret}` };
    nowMs = START_MS + 2_999;
    expect((await call(headers)).status).toBe(200);
    nowMs = START_MS + 3_000;
    const message = await refused(headers, { type: "expired_key" });
    expect(message).toContain("Expired Key. Key Expiry time");
    nowMs = START_MS;
  });

  test("blocking and unblocking count from the next call", async () => {
    const secret = await gateway.newKey();
    const headers = { authorization: `Bearer ${secret}` };
    expect((await call(headers)).status).toBe(200);
    await send("POST", "/key/block", { body: { key: secret } });
    const message = await refused(headers, { type: "auth_error", param: "None" });
    expect(message).toContain("Key is blocked. Update via `/key/unblock`");
    await send("POST", "/key/unblock", { body: { key: secret } });
    expect((await call(headers)).status).toBe(200);
  });

  test.each(["POST", "DELETE"])("a deleted key is dead with the next call (%s)", async (method) => {
    const secret = await gateway.newKey();
    const headers = { authorization: `Bearer ${secret}` };
    expect((await call(headers)).status).toBe(200);
    const { json } = await send(method, "/key/delete", { body: { key: secret } });
    expect(json).toEqual({ deleted_keys: [secret] });
    await refused(headers, { type: "token_not_found_in_db", param: "key" });
  });

  test.each(["/key/generate", "/key/block", "/key/delete", "/key/revoke_all"])(
    "a plain key may not use %s",
    async (path) => {
      const { status, json } = await send("POST", path, { key, body: {} });
      expect([status, json.error.type, json.error.code]).toEqual([403, "auth_error", "403"]);
    },
  );
});
