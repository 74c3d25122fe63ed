/** Every OpenAI path answers with and without /v1 and in Azure's and the engines' form: clients set their base URL in all these ways. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { answer, rawUpstream } from "#test/helpers/upstream.ts";
import { chat, config, deployment } from "./setting.ts";

const upstream = await rawUpstream();
const { mounts } = await mountedGateway({
  yaml: config([
    deployment("chat", upstream.url),
    deployment("org/big", upstream.url),
    deployment("omni-moderation-latest", upstream.url),
  ]),
});

const BODIES = {
  "/chat/completions": { messages: [{ role: "user", content: "hello" }] },
  "/completions": { prompt: "hello" },
  "/embeddings": { input: "hello" },
};
const cases = Object.entries(BODIES).flatMap(([operation, body]) => [
  ...["", "/v1"].map((prefix) => ({ path: prefix + operation, operation, body: { model: "chat", ...body } })),
  ...[
    "/engines/chat",
    "/v1/engines/chat",
    "/openai/deployments/chat",
    "/engines/org%2Fbig",
    "/openai/deployments/org/big",
  ].map((prefix) => ({ path: prefix + operation, operation, body })),
]);

describe.each(mounts)("$name mount", ({ send }) => {
  test.each(cases)("POST $path reaches the provider's $operation", async ({ path, operation, body }) => {
    upstream.behave(answer());
    const { status, json } = await send("POST", path, { body });
    expect(status).toBe(200);
    expect(json.model).toBe(path.includes("big") ? "org/big" : "chat");
    expect(upstream.last()).toMatchObject({ method: "POST", path: `/v1${operation}` });
    expect(upstream.last().json.model).toBe("upstream-model");
  });

  test.each(["/moderations", "/v1/moderations"])("POST %s needs no model", async (path) => {
    upstream.behave(answer({ id: "modr-1", model: "upstream-model", results: [{ flagged: false }] }));
    const { status, json } = await send("POST", path, { body: { input: "hello" } });
    expect(status).toBe(200);
    expect(json).toEqual({ id: "modr-1", model: "omni-moderation-latest", results: [{ flagged: false }] });
    expect(upstream.last().path).toBe("/v1/moderations");
  });

  test.each(["/models", "/v1/models"])("GET %s lists the models", async (path) => {
    const { json } = await send("GET", path);
    expect(json.object).toBe("list");
    expect(json.data).toContainEqual({
      id: "org/big",
      object: "model",
      created: 1677610602,
      owned_by: "openai",
    });
  });

  test.each(["/models/org/big", "/v1/models/org%2Fbig"])("GET %s describes one", async (path) => {
    expect((await send("GET", path)).json).toMatchObject({ id: "org/big", object: "model" });
  });

  test.each([
    ["GET", "/v1/chat/completions", "POST"],
    ["DELETE", "/models", "GET"],
    ["PUT", "/key/delete", "POST, DELETE"],
    ["PATCH", "/health", "GET"],
  ])("%s %s is 405 and names what the path answers to", async (method, path, allow) => {
    const { status, headers, json } = await send(method, path);
    expect(status).toBe(405);
    expect(headers["allow"]).toBe(allow);
    expect(json.error.message).toContain(allow);
  });

  test.each(["/v1/nope", "/chat/completions/x", "/v1/v1/models", "/engines/chat"])(
    "POST %s is 404",
    async (path) => {
      const { status, json } = await send("POST", path, { body: chat("chat") });
      expect(status).toBe(404);
      expect(json.error).toMatchObject({ type: "not_found_error", code: "404", param: null });
    },
  );

  test("health needs no key and no probe calls a provider", async () => {
    upstream.forget();
    expect((await send("GET", "/health", { key: null })).json).toMatchObject({
      status: "healthy",
      version: "test",
    });
    expect((await send("GET", "/health/liveliness", { key: null })).text).toBe('"I\'m alive!"');
    expect((await send("GET", "/health/liveness", { key: null })).status).toBe(200);
    expect((await send("GET", "/health/readiness", { key: null })).json).toEqual({
      status: "healthy",
      db: "connected",
    });
    expect((await send("GET", "/health")).json).toMatchObject({ healthy_count: 3, unhealthy_count: 0 });
    expect(upstream.requests).toHaveLength(0);
  });

  test("HEAD answers as GET without a body", async () => {
    const { status, text, headers } = await send("HEAD", "/v1/models");
    expect([status, text]).toEqual([200, ""]);
    expect(headers["x-request-id"]).toMatch(/^req_/);
  });
});
