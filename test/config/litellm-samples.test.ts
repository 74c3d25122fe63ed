/** Files as people run them with LiteLLM load unchanged; what does nothing here is named once. */
import { describe, expect, it } from "vitest";
import { configOf, faults, loadText, warnings } from "./load-text.ts";

const SAMPLE = `
environment_variables:
  AZURE_BASE: https://my-resource.openai.azure.com/
credential_list:
  - credential_name: azure-eu
    credential_values:
      api_key: os.environ/AZURE_EU_KEY
      api_base: os.environ/AZURE_BASE
      api_version: "2024-10-21"
    credential_info: { description: "EU" }
model_list:
  - model_name: gpt-4o
    litellm_params: &azure
      model: azure/gpt-4o-eu
      litellm_credential_name: azure-eu
      rpm: 900
      timeout: 300
      stream_timeout: 60
      max_retries: 3
      weight: 2
      order: 1
      temperature: 0.2
      tags: [eu]
    model_info:
      id: azure-eu-1
      mode: chat
      base_model: azure/gpt-4o
      access_groups: [beta]
      max_input_tokens: 128000
  - model_name: gpt-4o
    litellm_params:
      <<: *azure
      model: azure/gpt-4o-us
      extra_headers: { x-region: us }
  - model_name: text-embedding
    litellm_params:
      model: openai/text-embedding-3-small
      api_key: os.environ/OPENAI_API_KEY
      input_cost_per_token: 2e-8
    model_info: { mode: embedding }
  - model_name: llama
    litellm_params: { model: hosted_vllm/meta-llama/Llama-3.1-8B, api_base: "http://10.0.0.5:8000/v1" }
  - model_name: "openai/*"
    litellm_params: { model: "openai/*", api_key: os.environ/OPENAI_API_KEY }
litellm_settings:
  num_retries: 3
  request_timeout: 10
  fallbacks: [{ "gpt-4o": ["llama"] }]
  success_callback: ["langfuse"]
  cache: true
  cache_params: { type: redis, host: os.environ/NOT_SET_ANYWHERE }
  max_budget: 100
  budget_duration: 30d
  telemetry: false
general_settings:
  database_connection_pool_limit: 20
  maximum_spend_logs_retention_period: 14d
  global_max_parallel_requests: 50
  alerting: ["slack"]
  proxy_batch_write_at: 60
  litellm_key_header_name: X-My-Key
  use_x_forwarded_for: true
  trusted_proxies: [172.16.0.0/12]
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 1
  timeout: 30
  cooldown_time: 30
  allowed_fails: 2
  model_group_alias: { gpt-4: gpt-4o, hidden: { model: llama, hidden: true } }
guardrails: []
`;
const env = { AZURE_EU_KEY: "az-key", OPENAI_API_KEY: "sk-up" };

describe("a file for LiteLLM", () => {
  it("loads with one warning that names all that has no effect", () => {
    expect(faults(SAMPLE, { env })).toEqual([]);
    expect(warnings(SAMPLE, { env })).toEqual([
      "config.yaml known from LiteLLM, accepted and without effect: litellm_settings.fallbacks, litellm_settings.cache, general_settings.alerting, general_settings.proxy_batch_write_at, guardrails, litellm_params.tags",
      "config.yaml:51:38 cache_params: NOT_SET_ANYWHERE is not set, so this Redis is not used",
      "env callbacks: langfuse gets nothing: LANGFUSE_PUBLIC_KEY is not set, LANGFUSE_SECRET_KEY is not set",
    ]);
    expect(configOf(SAMPLE, { env }).ignored).toContain("litellm_params.tags");
  });

  it("fills deployments, with shared credentials and merged anchors", () => {
    const { deployments } = configOf(SAMPLE, { env });
    expect(
      deployments.map((deployment) => [deployment.modelGroup, deployment.provider, deployment.upstreamModel]),
    ).toEqual([
      ["gpt-4o", "azure", "gpt-4o-eu"],
      ["gpt-4o", "azure", "gpt-4o-us"],
      ["text-embedding", "openai", "text-embedding-3-small"],
      ["llama", "hosted_vllm", "meta-llama/Llama-3.1-8B"],
      ["openai/*", "openai", "*"],
    ]);
    expect(deployments[0]).toMatchObject({
      id: "azure-eu-1",
      apiKey: "az-key",
      apiBase: "https://my-resource.openai.azure.com",
      apiVersion: "2024-10-21",
      limits: { rpm: 900, tpm: null, maxParallelRequests: null },
      timeoutMs: 300_000,
      streamTimeoutMs: 60_000,
      maxRetries: 3,
      weight: 2,
      order: 1,
      defaults: { temperature: 0.2 },
      baseModel: "azure/gpt-4o",
      accessGroups: ["beta"],
      modelInfo: { mode: "chat", max_input_tokens: 128_000 },
    });
    expect(deployments[1]).toMatchObject({ apiKey: "az-key", extraHeaders: { "x-region": "us" }, weight: 2 });
    expect(deployments[2]?.price?.inputNanoUsdPerMillion).toBe(20_000_000n);
  });

  it("lets router_settings beat litellm_settings, and reads LiteLLM's names", () => {
    expect(configOf(SAMPLE, { env })).toMatchObject({
      numRetries: 1,
      requestTimeoutMs: 30_000,
      cooldownMs: 30_000,
      allowedFails: 2,
      databasePoolSize: 20,
      dataRetentionDays: 14,
      globalLimits: { rpm: null, tpm: null, maxParallelRequests: 50 },
      globalBudgetNanoUsd: 100_000_000_000n,
      globalBudgetDuration: "30d",
      keyHeaderName: "x-my-key",
      useForwardedFor: true,
      trustedProxies: ["172.16.0.0/12"],
      modelGroupAlias: { "gpt-4": "gpt-4o", hidden: "llama" },
    });
  });

  it("freezes the configuration all the way down", () => {
    const { deployments } = configOf(SAMPLE, { env });
    expect(() => Object.assign(deployments[0]?.limits ?? {}, { rpm: 1 })).toThrow(TypeError);
  });

  it("accepts two spellings that agree and refuses two that differ", () => {
    const agree =
      "general_settings:\n  data_retention_days: 30\n  maximum_spend_logs_retention_period: 30d\n";
    expect(loadText(agree).problems).toEqual([]);
    const differ =
      'general_settings:\n  cors_origin: "https://a.example"\n  cors_allow_origins: ["https://b.example"]\n';
    expect(faults(differ)).toEqual([
      "config.yaml:3:3 cors_allow_origins says something else than cors_origin (config.yaml:2) — keep one of the two",
    ]);
    expect(faults("general_settings:\n  json_logs: true\nlitellm_settings:\n  json_logs: false\n")).toEqual([
      "config.yaml:4:3 json_logs says something else than the other json_logs (config.yaml:2) — keep one of the two",
    ]);
  });

  it("is quiet about a known name whose value asks for what happens anyway", () => {
    expect(
      warnings("router_settings:\n  routing_strategy: simple-shuffle\n  enable_loadbalancing: true\n"),
    ).toEqual([]);
    expect(warnings("router_settings:\n  routing_strategy: least-busy\n")).toEqual([
      "config.yaml known from LiteLLM, accepted and without effect: router_settings.routing_strategy",
    ]);
  });

  it("keeps an entry's own members over those of a merged anchor", () => {
    const yaml = `model_list:
  - model_name: a
    litellm_params: { model: ollama/a, extra_body: &base { route: x, keep: 1 } }
  - model_name: b
    litellm_params: { model: ollama/b, extra_body: { <<: *base, route: y } }
`;
    expect(configOf(yaml).deployments[1]?.extraBody).toEqual({ route: "y", keep: 1 });
  });

  it("does not mistake a mistyped price for one of LiteLLM's many names", () => {
    const entry = (line: string) =>
      `model_list: [{ model_name: a, litellm_params: { model: ollama/a, ${line} } }]`;
    expect(faults(entry("input_cost_per_tokn: 1e-6")).join()).toContain(
      'did you mean "input_cost_per_token"?',
    );
    expect(faults(entry("input_cost_per_second: 1e-6"))).toEqual([]);
  });

  // The names that LiteLLM's documentation lists, beside those of the sample above.
  it.each([
    [
      "litellm_settings",
      "default_fallbacks content_policy_fallbacks failure_callback callbacks service_callbacks turn_off_message_logging redact_user_api_key_info timezone max_internal_user_budget internal_user_budget_duration max_end_user_budget max_end_user_budget_id default_key_generate_params upperbound_key_generate_params key_generation_settings default_team_settings default_team_params cost_discount_config cost_margin_config store_audit_logs model_group_settings public_model_groups",
    ],
    [
      "general_settings",
      "master_key database_url database_connection_timeout allow_requests_on_db_unavailable store_model_in_db store_prompts_in_spend_logs disable_spend_logs disable_error_logs disable_spend_updates proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time maximum_spend_logs_retention_interval maximum_spend_logs_cleanup_cron use_spend_logs_partitioning use_redis_transaction_buffer max_parallel_requests max_request_size_mb max_response_size_mb alerting_threshold alert_types alert_to_webhook_url background_health_checks health_check_interval health_check_details allowed_ips cors_allow_origins cors_allow_credentials cors_allow_methods cors_allow_headers allowed_routes public_routes admin_only_routes enforce_user_param enforced_params reject_clientside_metadata_tags user_api_key_cache_ttl pass_through_endpoints token_rate_limit_type always_include_stream_usage custom_auth custom_key_generate enable_jwt_auth key_management_system ui_access_mode completion_model",
    ],
    [
      "router_settings",
      "retry_after stream_timeout retry_policy allowed_fails_policy disable_cooldowns fallbacks fallback_models max_fallbacks enable_pre_call_checks optional_pre_call_checks enable_tag_filtering provider_budget_config redis_host redis_port redis_password enable_loadbalancing loadbalancing_strategy",
    ],
  ])("knows every name of %s", (section, names) => {
    const lines = names.split(" ").map((name) => `  ${name}: null`);
    expect(faults(`${section}:\n${lines.join("\n")}\n`)).toEqual([]);
  });
});
