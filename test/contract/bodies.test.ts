/** What a client may send: bad bodies are refused with a sentence, good ones reach the provider byte for byte. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { rawUpstream } from "#test/helpers/upstream.ts";
import { chat, config, deployment } from "./setting.ts";

const upstream = await rawUpstream();
const canary = await rawUpstream();
const gateway = await mountedGateway({
  yaml: config([deployment("chat", upstream.url), deployment("upstream-model", upstream.url)]),
});
const small = { general_settings: { max_request_size_mb: 0.01 } };
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe.each(gateway.mounts)("$name mount", ({ send, url }) => {
  const post = (body: unknown, headers: Record<string, string> = {}) => {
    upstream.forget();
    return send("POST", "/v1/chat/completions", { body, headers });
  };
  const refused = async (body: unknown, status: number, message: RegExp) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.json.error).toMatchObject({ type: "invalid_request_error", code: String(status) });
    expect(answer.json.error.message).toMatch(message);
    expect(upstream.requests).toHaveLength(0);
    return answer;
  };

  test.each([
    ["", /not valid JSON/],
    ["{", /not valid JSON/],
    ["hello", /not valid JSON/],
    ["[]", /not valid JSON/],
    ["null", /not valid JSON/],
    ['{"model":"chat",}', /not valid JSON/],
    ['{"model":"chat","messages":[{"role":"user"}]} x', /not valid JSON/],
    ['{"model":"chat","messages":[{"role":"user","content":"\u0001"}]}', /not valid JSON/],
    [Buffer.from([0xff, 0xfe, 0x7b]), /not valid JSON/],
    ['{\n  "model": "chat", # the model\n  "messages": []\n}', /not valid JSON.*comment/is],
    [{ messages: [{ role: "user", content: "x" }] }, /model is missing/],
    [{ model: 7, messages: [] }, /model/],
    [{ model: "chat" }, /messages is missing/],
    [{ model: "chat", messages: "hello" }, /messages must be a list/],
    [{ model: "chat", messages: [] }, /at least one message/],
    [{ model: "chat", messages: [7] }, /messages\[0\]/],
    [chat("chat", { stream: "yes" }), /stream must be a boolean/],
    [chat("chat", { temperature: "warm" }), /temperature must be a number/],
    [chat("chat", { max_tokens: -1 }), /max_tokens must be/],
    [chat("chat", { max_tokens: 1.5 }), /max_tokens must be/],
    ['{"model":"chat","messages":[{"role":"user","content":"x"}],"max_tokens":1e309}', /max_tokens must be/],
    [chat("chat", { n: 0 }), /n must be/],
    [{ model: "m".repeat(300), messages: [] }, /256/],
  ])("%j is 400", async (body, message) => {
    await refused(body, 400, message);
  });

  test.each([
    "api_base",
    "base_url",
    "api_key",
    "api_version",
    "user_config",
    "extra_headers",
    "custom_llm_provider",
    "litellm_params",
    "litellm_credential_name",
    "provider_specific_header",
    "headers",
    "azure_ad_token",
    "aws_secret_access_key",
    "aws_bedrock_runtime_endpoint",
    "aws_sts_endpoint",
    "vertex_credentials",
  ])("%s cannot be set by a request, and nobody is called", async (name) => {
    canary.forget();
    await refused(
      chat("chat", { [name]: name === "extra_headers" ? { x: "y" } : canary.url }),
      400,
      new RegExp(name),
    );
    await refused(
      `{"${name.replace("a", "\\u0061")}":"${canary.url}",${JSON.stringify(chat("chat")).slice(1)}`,
      400,
      new RegExp(name),
    );
    expect(canary.requests).toHaveLength(0);
  });

  test("a body over the limit is 413, announced or not", async () => {
    await gateway.reload(config([deployment("chat", upstream.url)], small));
    const big = JSON.stringify(chat("chat", { pad: "x".repeat(20_000) }));
    await refused(big, 413, /larger than/);
    const parts = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(4_000, 0x20));
      },
    });
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer sk-Test-master-key-0123456789-abcdef" },
      body: parts,
      duplex: "half",
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({
      error: { code: "413", message: expect.stringMatching(/larger than 0\.01 MB/) },
    });
    await gateway.reload(
      config([deployment("chat", upstream.url), deployment("upstream-model", upstream.url)]),
    );
  });

  test("a compressed body is 415, whatever it would unpack to", async () => {
    const { status, json } = await post(gzipSync(JSON.stringify(chat("chat"))), {
      "content-encoding": "gzip",
    });
    expect([status, json.error.code, upstream.requests.length]).toEqual([415, "415", 0]);
    expect(json.error.message).toContain("uncompressed");
    expect((await post(chat("chat"), { "content-encoding": "identity" })).status).toBe(200);
  });

  test("a body of 11 MB arrives as it was sent, but for the model's name", async () => {
    const text = `${"Lorem ipsum \\u00e9 \\n é 漢 😀 ".repeat(340_000)}`;
    const rest = `"messages":[{"role":"user","content":"${text}"}],"temperature":0.10,"x-odd" : [1e2, -0, {"a":{}}]}`;
    const sent = Buffer.from(`{"model":"chat",${rest}`);
    expect(sent.length).toBeGreaterThan(11_000_000);
    expect((await post(sent)).status).toBe(200);
    expect(sha256(upstream.last().body)).toBe(sha256(Buffer.from(`{"model":"upstream-model",${rest}`)));
  });

  test("a body that needs no change is not changed at all", async () => {
    const sent = '{ "model" : "upstream-model",\n "messages":[{"role":"user","content":"a"}], "seed":1E2 }';
    expect((await post(sent)).status).toBe(200);
    expect(upstream.last().body.toString()).toBe(sent);
  });

  test("of a name that stands twice the last counts, and only that one goes on", async () => {
    for (const model of ["chat", "upstream-model"]) {
      await post(
        `{"model":"dearest","max_tokens":1000000,"model":"${model}","messages":[{"role":"user","content":"x"}],"max_tokens":5}`,
      );
      const { body } = upstream.last();
      expect(body.toString().match(/"model"/g)).toHaveLength(1);
      expect(body.toString().match(/"max_tokens"/g)).toHaveLength(1);
      expect(upstream.last().json).toMatchObject({ model: "upstream-model", max_tokens: 5 });
    }
  });

  test("`__proto__` is a name like any other", async () => {
    const odd = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    const sent = `{"model":"upstream-model","messages":[{"role":"user","content":"x",${odd}}],${odd}}`;
    expect((await post(sent)).status).toBe(200);
    expect(upstream.last().body.toString()).toBe(sent);
    await send("POST", "/key/generate", { body: `{"metadata":{${odd}}}` });
    expect("polluted" in {}).toBe(false);
  });

  test("only our own headers go to the provider", async () => {
    await post(chat("chat"), {
      cookie: "a=b",
      "x-forwarded-for": "1.2.3.4",
      "x-secret": "s",
      "x-shin-peer": "1.1.1.1",
      "openai-organization": "org",
    });
    expect(Object.keys(upstream.last().headers).sort()).toEqual([
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
    ]);
  });
});
