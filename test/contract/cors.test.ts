/** A page of another site may call when the operator said so, and no other; `*` never goes with credentials. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { config, deployment } from "./setting.ts";

const upstream = await rawUpstream();
const yaml = (general: Record<string, unknown>) =>
  config([deployment("chat", upstream.url)], { general_settings: general });
const LIST = ["https://yourdomain.com", "https://app.yourdomain.com"];
const gateway = await mountedGateway({ yaml: yaml({}) });

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const from = (origin: string, method = "GET", headers: Record<string, string> = {}) =>
    send(method, "/v1/models", {
      key: method === "OPTIONS" ? null : undefined,
      headers: { origin, ...headers },
    } as never);
  const allowed = (answer: { headers: Record<string, string> }) =>
    answer.headers["access-control-allow-origin"];

  test.each([
    "https://evil.example",
    "null",
    "https://yourdomain.com.evil",
    "http://yourdomain.com",
    "https://yourdomain.com:8443",
    "https://YOURDOMAIN.com",
    "https://notyourdomain.com",
  ])("origin %s is not welcome, in an answer or a preflight", async (origin) => {
    await gateway.reload(yaml({ cors_origin: LIST, cors_allow_credentials: true }));
    for (const method of ["GET", "OPTIONS"]) {
      const answer = await from(origin, method);
      expect(allowed(answer)).toBeUndefined();
      expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
      expect(answer.headers["access-control-allow-headers"]).toBeUndefined();
    }
  });

  test("an origin of the list is, with credentials if configured, and caches are told", async () => {
    await gateway.reload(yaml({ cors_origin: LIST, cors_allow_credentials: true }));
    const { headers } = await from("https://app.yourdomain.com");
    expect(headers["access-control-allow-origin"]).toBe("https://app.yourdomain.com");
    expect(headers["access-control-allow-credentials"]).toBe("true");
    expect(headers["vary"]).toMatch(/Origin/);
    expect(headers["access-control-expose-headers"]).toContain("x-request-id");
  });

  test("* allows all, never with credentials", async () => {
    await gateway.reload(yaml({ cors_origin: "*" }));
    const answer = await from("https://evil.example");
    expect(allowed(answer)).toBe("*");
    expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    expect(() => gateway.reload(yaml({ cors_origin: "*", cors_allow_credentials: true }))).toThrow(
      /credentials/,
    );
  });

  test("without a setting no page may", async () => {
    await gateway.reload(yaml({}));
    expect(allowed(await from("https://yourdomain.com"))).toBeUndefined();
  });

  test("a preflight needs no key and names what may be sent", async () => {
    await gateway.reload(yaml({ cors_origin: LIST }));
    const { status, headers, text } = await from("https://yourdomain.com", "OPTIONS", {
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    });
    expect([status, text]).toEqual([204, ""]);
    expect(headers["access-control-allow-methods"]).toContain("POST");
    expect(headers["access-control-allow-headers"]).toBe("authorization,content-type");
    expect(upstream.requests).toHaveLength(0);
  });

  test("refusals can be read by the page too", async () => {
    await gateway.reload(yaml({ cors_origin: LIST }));
    const answer = await send("GET", "/v1/models", {
      key: null,
      headers: { origin: "https://yourdomain.com" },
    });
    expect([answer.status, allowed(answer)]).toEqual([401, "https://yourdomain.com"]);
  });
});
