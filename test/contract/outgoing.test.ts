/** What the provider is sent: bounded, stripped of what speaks to the gateway, and always asked for usage. */
import { describe, expect, test } from "vitest";
import { mountedGateway } from "#test/helpers/mounts.ts";
import { answer, either, rawUpstream, stream } from "#test/helpers/upstream.ts";
import { chat, config, deployment, PROVIDER_KEY, recordOf } from "./setting.ts";

const upstream = await rawUpstream();
upstream.behave(either(answer(), stream()));
const models = [
  deployment("chat", upstream.url),
  deployment("strict", upstream.url, { drop_params: false }),
  deployment("groq", upstream.url, { model: "groq/llama" }),
  deployment("mistral", upstream.url, { model: "mistral/small" }),
  deployment("preset", upstream.url, {
    temperature: 0.3,
    extra_body: { safe: true },
    extra_headers: { "x-tenant": "shin" },
  }),
  deployment("azure", upstream.url.replace("/v1", ""), { model: "azure/gpt", api_version: "2025-01-01" }),
];
const gateway = await mountedGateway({ yaml: config(models) });

describe.each(gateway.mounts)("$name mount", ({ send }) => {
  const sent = async (
    model: string,
    fields: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) => {
    upstream.forget();
    const answered = await send("POST", "/v1/chat/completions", { body: chat(model, fields), headers });
    return { answered, body: upstream.requests[0]?.json };
  };

  test("usage is always asked for on streams, and other stream options stay", async () => {
    expect((await sent("chat", { stream: true })).body.stream_options).toEqual({ include_usage: true });
    expect(
      (await sent("chat", { stream: true, stream_options: { include_usage: false } })).body.stream_options,
    ).toEqual({ include_usage: true });
    expect((await sent("chat")).body.stream_options).toBeUndefined();
    // It reports usage by itself and refuses the option.
    expect((await sent("mistral", { stream: true })).body.stream_options).toBeUndefined();
  });

  test("litellm_settings.max_tokens is a cap: lowered, added, or refused", async () => {
    await gateway.reload(config(models, { litellm_settings: { max_tokens: 50 } }));
    expect((await sent("chat", { max_tokens: 500 })).body.max_tokens).toBe(50);
    expect((await sent("chat", { max_completion_tokens: 500 })).body).toMatchObject({
      max_completion_tokens: 50,
    });
    expect((await sent("chat", { max_tokens: 20 })).body.max_tokens).toBe(20);
    expect((await sent("chat")).body.max_completion_tokens).toBe(50);
    expect((await sent("groq")).body.max_tokens).toBe(50);
    await gateway.reload(
      config(models, { litellm_settings: { max_tokens: 50, max_tokens_policy: "refuse" } }),
    );
    const { answered, body } = await sent("chat", { max_tokens: 51 });
    expect([answered.status, answered.json.error.param, body]).toEqual([400, "max_tokens", undefined]);
    await gateway.reload(config(models));
  });

  test("drop_params drops what the provider does not know; without it that is a 400", async () => {
    const odd = { seed: 1, logit_bias: { "1": 2 }, made_up: true };
    const refused = await sent("groq", odd);
    expect([refused.answered.status, refused.answered.json.error.param]).toEqual([400, "logit_bias"]);
    expect(refused.answered.json.error.message).toContain("drop_params: true");
    expect((await sent("chat", odd)).body).toMatchObject(odd);
    await gateway.reload(config(models, { litellm_settings: { drop_params: true } }));
    for (const model of ["groq", "chat"]) {
      const { body } = await sent(model, odd);
      expect(body).not.toHaveProperty("made_up");
      expect(body.seed).toBe(1);
      expect("logit_bias" in body).toBe(model === "chat");
    }
    // The entry's own word wins.
    expect((await sent("strict", odd)).body).toMatchObject(odd);
    await gateway.reload(config(models));
  });

  test("LiteLLM's extras stay here; tags are kept with the record", async () => {
    const { body, answered } = await sent("chat", {
      metadata: { tags: ["team-a", 7], generation_name: "g", nested: {} },
      tags: ["b"],
      guardrails: [],
      num_retries: 0,
      cache: { "no-cache": true },
      mock_response: "no",
      user: "end-user-1",
    });
    expect(Object.keys(body).sort()).toEqual(["messages", "model", "user"]);
    const record = await recordOf(gateway, answered.headers);
    expect(record).toMatchObject({ tags: ["team-a", "b"], end_user: "end-user-1" });
    expect(answered.json.choices[0].message.content).toBe("hello");
  });

  test("OpenAI's own metadata goes on", async () => {
    expect((await sent("chat", { metadata: { run: "7" } })).body.metadata).toEqual({ run: "7" });
  });

  test("an entry's presets fill what the client left out, its extras always count", async () => {
    expect((await sent("preset")).body).toMatchObject({ temperature: 0.3, safe: true });
    expect((await sent("preset", { temperature: 1, safe: false })).body).toMatchObject({
      temperature: 1,
      safe: true,
    });
    expect(upstream.last().headers["x-tenant"]).toBe("shin");
  });

  test("the key goes as the provider wants it", async () => {
    await sent("chat");
    expect(upstream.last().headers).toMatchObject({ authorization: `Bearer ${PROVIDER_KEY}` });
    await sent("azure");
    expect(upstream.last().headers).toMatchObject({ "api-key": PROVIDER_KEY });
    expect(upstream.last().headers.authorization).toBeUndefined();
    expect(upstream.last().path).toBe("/openai/deployments/gpt/chat/completions?api-version=2025-01-01");
  });
});
