/** Entries of model_list: which provider, which key goes where, and ids that stay the same. */
import { describe, expect, it } from "vitest";
import { configOf, faults, warnings } from "./load-text.ts";

const entry = (params: string, name = "m") =>
  `model_list: [{ model_name: ${name}, litellm_params: { ${params} } }]`;
const first = (params: string, env: Record<string, string> = {}) =>
  configOf(entry(params), { env }).deployments[0];

describe("providers", () => {
  it.each([
    ["gpt-4", "openai", "gpt-4"],
    ["openai/gpt-4", "openai", "gpt-4"],
    ["nvidia_nim/meta/llama-3.1-70b-instruct", "nvidia_nim", "meta/llama-3.1-70b-instruct"],
    ["openrouter/anthropic/claude-3.5", "openrouter", "anthropic/claude-3.5"],
    ["fireworks/accounts/x", "fireworks_ai", "accounts/x"],
    ["ollama/llama3:8b", "ollama", "llama3:8b"],
    ["text-completion-openai/gpt-3.5-turbo-instruct", "openai", "gpt-3.5-turbo-instruct"],
  ])("%s", (model, provider, upstreamModel) => {
    expect(first(`model: "${model}"`)).toMatchObject({ provider, upstreamModel });
  });

  it("takes an unknown prefix with api_base as part of the name", () => {
    expect(first("model: meta-llama/Llama-3-8B, api_base: 'http://10.0.0.5:8000/v1/'")).toMatchObject({
      provider: "openai_like",
      upstreamModel: "meta-llama/Llama-3-8B",
      apiBase: "http://10.0.0.5:8000/v1",
      unusable: null,
    });
    expect(warnings(entry("model: opnai/gpt-4, api_base: 'http://h/v1'")).join()).toContain(
      'write "openai/gpt-4"',
    );
  });

  it("refuses an unknown prefix without one, and asks for api_base where there is no default", () => {
    expect(faults(entry("model: opnai/gpt-4"))).toEqual([
      'config.yaml:1:56 model: unknown provider "opnai" — did you mean "openai"?',
    ]);
    expect(faults(entry("model: zzzzzzz/gpt-4")).join()).toContain("one of openai, azure, ");
    expect(faults(entry("model: hosted_vllm/x")).join()).toContain(
      '"m" needs api_base: hosted_vllm has no address of its own',
    );
    expect(faults(entry("model: openai/"))).toHaveLength(1);
    expect(faults(entry("model: demo/gpt-4")).join()).toContain('unknown provider "demo"');
  });

  it("lists models of LiteLLM's other providers as unusable", () => {
    expect(first("model: anthropic/claude-3-opus, api_key: x")).toMatchObject({
      provider: "anthropic",
      unusable: "the dialect of anthropic is not spoken",
    });
    expect(warnings(entry("model: anthropic/claude-3-opus, api_key: x")).join()).toContain(
      '"m" is listed and cannot be called',
    );
  });

  it("honours custom_llm_provider", () => {
    expect(first("model: meta/llama, custom_llm_provider: nvidia_nim, api_key: k")).toMatchObject({
      provider: "nvidia_nim",
      upstreamModel: "meta/llama",
    });
  });
});

describe("api_base", () => {
  it.each([
    ["ftp://h/v1", "must begin with http:// or https://"],
    ["file:///etc/passwd", "must begin with http:// or https://"],
    ["https://user:pw@h/v1", "must not carry a user name or password"],
    ["h:8000/v1", "must begin with http:// or https://"],
    ["not a url", "is not a URL"],
    ["https://h/v1#x", "must not have a fragment"],
  ])("refuses %s", (base, reason) => {
    const found = faults(entry(`model: gpt-4, api_key: k, api_base: "${base}"`));
    expect(found.join()).toContain(reason);
    expect(found.join()).not.toContain("pw");
  });

  it("must agree with base_url", () => {
    expect(first("model: gpt-4, api_key: k, base_url: 'http://h/v1'")).toMatchObject({
      apiBase: "http://h/v1",
    });
    expect(
      faults(entry("model: gpt-4, api_key: k, base_url: 'http://h/v1', api_base: 'http://i/v1'")),
    ).toHaveLength(1);
  });
});

describe("keys", () => {
  it("come from the provider's usual variable when the entry has none", () => {
    expect(first("model: groq/llama", { GROQ_API_KEY: "gk" })).toMatchObject({
      apiKey: "gk",
      unusable: null,
    });
    expect(
      first("model: azure/d", { AZURE_API_KEY: "ak", AZURE_API_BASE: "https://r.example/" }),
    ).toMatchObject({ apiKey: "ak", apiBase: "https://r.example" });
  });

  it("never go to an address that the entry chose itself", () => {
    expect(
      first("model: openai/x, api_base: 'http://10.0.0.5/v1'", { OPENAI_API_KEY: "sk-mine" }),
    ).toMatchObject({ apiKey: null, unusable: null });
  });

  it("missing altogether make the entry rest, with one warning for all", () => {
    const yaml =
      "model_list:\n  - { model_name: a, litellm_params: { model: gpt-4 } }\n  - { model_name: b, litellm_params: { model: gpt-4o } }\n";
    expect(warnings(yaml)).toEqual([
      "env OPENAI_API_KEY is not set and no api_key is given (config.yaml:2, config.yaml:3); cannot be called: a, b",
    ]);
    expect(configOf(yaml).deployments[0]?.unusable).toBe("no api_key, and OPENAI_API_KEY is not set");
  });

  it("by litellm_credential_name must exist", () => {
    expect(
      faults(
        "credential_list: [{ credential_name: east, credential_values: { api_key: x } }]\n" +
          entry("model: gpt-4, litellm_credential_name: eats"),
      ).join(),
    ).toContain('there is no credential "eats" in credential_list — did you mean "east"?');
  });
});

describe("ids", () => {
  const ids = (...models: string[]) =>
    Object.fromEntries(
      configOf(
        `model_list:\n${models.map((model) => `  - { model_name: g, litellm_params: { ${model} } }`).join("\n")}`,
        { env: { OPENAI_API_KEY: "k" } },
      ).deployments.map((d) => [d.upstreamModel + (d.apiBase ?? ""), d.id]),
    );

  it("stay the same over reordering, new limits and new keys", () => {
    const [a, b, c] = ["model: gpt-4", "model: gpt-4o", "model: gpt-4o, api_base: 'http://h/v1', api_key: k"];
    const before = ids(a ?? "", b ?? "", c ?? "");
    expect(ids(c ?? "", "model: gpt-4, rpm: 5, api_key: other", b ?? "")).toEqual(before);
    expect(new Set(Object.values(before)).size).toBe(3);
    expect(Object.values(before).every((id) => /^dep_[0-9a-f]{16}$/.test(id))).toBe(true);
  });

  it("differ between equal entries, which are warned of", () => {
    const yaml =
      "model_list:\n  - { model_name: g, litellm_params: { model: ollama/x } }\n  - { model_name: g, litellm_params: { model: ollama/x } }\n";
    const { deployments } = configOf(yaml);
    expect(deployments[0]?.id).not.toBe(deployments[1]?.id);
    expect(warnings(yaml)).toHaveLength(1);
  });

  it("given twice are refused", () => {
    const one = "{ model_name: g, litellm_params: { model: ollama/x }, model_info: { id: mine } }";
    expect(faults(`model_list:\n  - ${one}\n  - ${one}\n`)).toEqual([
      'config.yaml:3:5 model_info.id "mine" is taken (config.yaml:2)',
    ]);
  });
});

describe("other members", () => {
  it("presets OpenAI parameters, sends headers, and lets the router default be overridden", () => {
    const yaml = `router_settings: { routing_hint: true }
model_list:
  - model_name: a
    litellm_params: { model: ollama/x, max_tokens: 50, stop: ["x"], extra_headers: { X-A: 5 }, drop_params: true, additional_drop_params: [seed] }
  - model_name: b
    litellm_params: { model: ollama/y, routing_hint: false }
`;
    const { deployments } = configOf(yaml);
    expect(deployments[0]).toMatchObject({
      defaults: { max_tokens: 50, stop: ["x"] },
      extraHeaders: { "X-A": "5" },
      dropParams: true,
      additionalDropParams: ["seed"],
      routingHint: true,
    });
    expect(deployments[1]?.routingHint).toBe(false);
  });

  it.each(['{ "bad name": x }', '{ X-A: "a\\nb: c" }', "{ X-A: [1] }", "[1]"])(
    "refuses extra_headers %s",
    (headers) => {
      expect(faults(entry(`model: ollama/x, extra_headers: ${headers}`))).toHaveLength(1);
    },
  );

  it("keeps __proto__ in extra_body as a plain member", () => {
    const body = first('model: ollama/x, extra_body: { "__proto__": { polluted: true } }')?.extraBody ?? {};
    expect(Object.keys(body)).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("polluted");
  });

  it("warns of an alias that leads nowhere", () => {
    expect(warnings("router_settings: { model_group_alias: { x: nowhere } }").join()).toContain(
      '"x" leads to "nowhere"',
    );
  });
});
