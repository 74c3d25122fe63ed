/** A provider's failure becomes the status and type that OpenAI's and LiteLLM's clients know, and tells no secret. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { answer, completion, rawUpstream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, PROVIDER_KEY, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
const models = [
  deployment("chat", upstream.url),
  deployment("gone", "http://127.0.0.1:9/v1"),
  deployment("unset", upstream.url, { api_key: "os.environ/NO_SUCH_VARIABLE" }),
];
const gateway = await mountedGateway({ yaml: config(models, { router_settings: { num_retries: 0 } }) });
const openAiError = (message: string, fields = {}) => ({
  error: { message, type: "x", param: null, code: null, ...fields },
});

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const call = (model = "chat") => send("POST", "/v1/chat/completions", { body: chat(model) });

  test.each([
    [400, "invalid_request_error", "BadRequestError"],
    [404, "not_found_error", "NotFoundError"],
    [408, "timeout_error", "Timeout"],
    [413, "invalid_request_error", "BadRequestError"],
    [422, "invalid_request_error", "UnprocessableEntityError"],
    [429, "rate_limit_error", "RateLimitError"],
    [500, "upstream_error", "InternalServerError"],
    [502, "upstream_error", "BadGatewayError"],
    [503, "upstream_error", "ServiceUnavailableError"],
    [504, "upstream_error", "Timeout"],
  ])("%i becomes %s", async (status, type, name) => {
    upstream.behave(
      answer(openAiError("the reason", { param: "messages", code: "why" }), status, { "retry-after": "7" }),
    );
    const answered = await call();
    expect(answered.status).toBe(status);
    expect(answered.json).toEqual({
      error: {
        message: `litellm.${name}: OpenaiException - the reason`,
        type,
        param: "messages",
        code: String(status),
        provider_code: "why",
        request_id: answered.headers["x-request-id"],
      },
    });
    expect(answered.headers["retry-after"]).toBe("7");
    expect(await recordOf(gateway, answered.headers)).toMatchObject({
      outcome: "failed",
      cost_nano_usd: "0",
      status_code: status,
    });
  });

  test.each([401, 403])(
    "a provider's %i is 502: it is not about the caller's key, and its words stay here",
    async (status) => {
      upstream.behave(answer(openAiError(`Incorrect API key provided: ${PROVIDER_KEY}`), status));
      const { status: got, json, text } = await call();
      expect([got, json.error.type, json.error.code]).toEqual([502, "upstream_auth_error", "502"]);
      expect(text).not.toMatch(/Incorrect|canary/);
    },
  );

  test("asked to, it is handed on as it came, but for the key", async () => {
    await gateway.reload(
      config(models, {
        general_settings: { pass_upstream_auth_errors: true },
        router_settings: { num_retries: 0 },
      }),
    );
    upstream.behave(answer(openAiError(`Incorrect API key provided: ${PROVIDER_KEY}. sk-prov***7e3b`), 401));
    const { status, json, text } = await call();
    expect([status, json.error.message]).toEqual([
      401,
      "litellm.APIError: OpenaiException - Incorrect API key provided: [redacted]. [redacted]",
    ]);
    expect(text).not.toMatch(/canary|7e3b/);
    await gateway.reload(config(models, { router_settings: { num_retries: 0 } }));
  });

  test.each([
    [
      "an HTML page",
      answer("<html><body>Bad gateway at internal-host-7</body></html>", 502, {
        "content-type": "text/html",
      }),
      502,
    ],
    ["nothing", answer("", 500), 500],
    ["a redirect", answer("", 302, { location: "http://127.0.0.1:1/steal" }), 502],
    ["HTML with 200", answer("<html>welcome</html>", 200, { "content-type": "text/html" }), 502],
    ["half a JSON with 200", answer('{"id":"x","choices":[', 200), 502],
    ["a JSON list with 200", answer("[]", 200), 502],
    ["a status of its own", answer("{}", 599), 599],
  ])("%s is an error with a sentence and nothing of the page", async (_, behaviour, status) => {
    upstream.behave(behaviour);
    const answered = await call();
    expect(answered.status).toBe(status);
    expect(answered.json.error.message).toMatch(/^litellm\.\w+: /);
    expect(answered.text).not.toMatch(/html|internal-host|steal/);
    expect(answered.headers["location"]).toBeUndefined();
  });

  test("an error of 5 MB is read as far as it tells something", async () => {
    upstream.behave(answer(`{"error":{"message":"${"long ".repeat(1_000_000)}"}}`, 500));
    const answered = await call();
    expect(answered.status).toBe(500);
    expect(answered.text.length).toBeLessThan(4_000);
  });

  test("a provider that cannot be reached is 503", async () => {
    const { status, json } = await call("gone");
    expect([status, json.error.type]).toEqual([503, "upstream_unreachable"]);
    expect(json.error.message).not.toMatch(/ECONN|127\.0\.0\.1/);
  });

  test("a connection that is cut before the answer is 503", async () => {
    upstream.behave((_, response) => void response.destroy());
    expect((await call()).status).toBe(503);
    upstream.behave((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":', () => response.destroy());
    });
    expect((await call()).status).toBe(503);
  });

  test("a deployment without its credential is 503 and says whose task it is", async () => {
    const { status, json, text } = await call("unset");
    expect([status, json.error.type]).toEqual([503, "provider_unusable"]);
    expect(text).not.toContain("NO_SUCH_VARIABLE");
  });

  test("of the provider's headers only the harmless ones come through, under their own prefix", async () => {
    upstream.behave(
      answer(completion(), 200, {
        "set-cookie": ["session=1", "other=2"],
        "x-request-id": "req-of-provider",
        "x-ratelimit-remaining-requests": "99",
        "access-control-allow-origin": "*",
        "x-shin-peer": "1.1.1.1",
        "proxy-authenticate": "Basic",
        trailer: "x",
        te: "trailers",
        server: "secret-server/1.0",
      }),
    );
    const { headers } = await call();
    expect(headers).toMatchObject({
      "llm_provider-x-request-id": "req-of-provider",
      "llm_provider-x-ratelimit-remaining-requests": "99",
    });
    for (const name of [
      "set-cookie",
      "access-control-allow-origin",
      "x-shin-peer",
      "proxy-authenticate",
      "trailer",
      "te",
      "server",
    ])
      expect(headers).not.toHaveProperty(name);
    expect(headers["x-request-id"]).toMatch(/^req_/);
  });

  test("a client's own request id comes back when it is short and safe", async () => {
    upstream.behave(answer());
    for (const [sent, ours] of [
      ["abc-123", false],
      ["x".repeat(65), true],
      ["a b", true],
      ["<script>", true],
    ] as const) {
      const { headers } = await send("POST", "/v1/chat/completions", {
        body: chat("chat"),
        headers: { "x-request-id": sent },
      });
      expect(headers["x-request-id"]).toBe(headers["x-litellm-call-id"]);
      if (ours) expect(headers["x-request-id"]).toMatch(/^req_/);
      else expect(headers["x-request-id"]).toBe(sent);
      const record = await recordOf(gateway, headers);
      expect(record["client_request_id"]).toBe(ours ? null : sent);
    }
    const { headers } = await send("GET", "/models", { headers: { "x-litellm-call-id": "call-7" } });
    expect(headers["x-request-id"]).toBe("call-7");
  });
});
