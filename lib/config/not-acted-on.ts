/**
 * Names that LiteLLM knows and that do nothing here. They are accepted, so that a config moves over unchanged, and named in
 * one warning, so that nobody believes they work. Values in `quietFor` ask for what happens anyway: no warning.
 */
import { CALLBACK_NAMES } from "./callbacks.ts";
import type { YamlNode } from "./tree.ts";

/** Whole sections. */
export const SECTIONS_NOT_ACTED_ON = words(`
  guardrails mcp_servers callback_settings finetune_settings files_settings vector_store_registry search_tools prompts
  policies policy_attachments mcp_aliases agent_list assistant_settings litellm_license default_litellm_params
`);

const NAMES: Readonly<Record<string, readonly string[]>> = {
  litellm_settings: words(`
    fallbacks default_fallbacks context_window_fallbacks content_policy_fallbacks fallback_models cache
    service_callbacks redact_user_api_key_info
    redact_messages_in_exceptions max_internal_user_budget internal_user_budget_duration
    default_team_settings default_team_params cost_discount_config cost_margin_config
    store_audit_logs model_group_settings public_model_groups telemetry retry_policy num_retries_per_request
    langfuse_default_tags langfuse_host modify_params add_function_to_prompt input_callback post_call_rules pre_call_rules
    ssl_verify ssl_certificate disable_end_user_cost_tracking disable_end_user_cost_tracking_prometheus_only
    enable_json_schema_validation enable_preview_features force_ipv4
    global_disable_no_log_param custom_provider_map drop_unknown_params prometheus_metrics_config
    return_response_headers suppress_debug_info tag_budget_config
    user_header_name enable_caching_on_provider_specific_optional_params aws_sqs_callback_params guardrails
    json_log_fields openai_key api_key api_base cohere_key azure_key stream_chunk_builder
  `),
  general_settings: words(`
    database_connection_timeout store_model_in_db disable_spend_logs disable_error_logs
    disable_spend_updates proxy_batch_write_at proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time
    maximum_spend_logs_retention_interval maximum_spend_logs_cleanup_cron use_spend_logs_partitioning
    use_redis_transaction_buffer max_parallel_requests max_response_size_mb alerting alerting_threshold alert_types
    alert_to_webhook_url alerting_args spend_report_frequency background_health_checks health_check_interval
    health_check_details allowed_routes public_routes admin_only_routes enforce_user_param enforced_params
    reject_clientside_metadata_tags user_api_key_cache_ttl pass_through_endpoints token_rate_limit_type custom_auth
    custom_key_generate custom_sso enable_jwt_auth enable_oauth2_auth litellm_jwtauth key_management_system
    key_management_settings ui_access_mode completion_model database_type database_args database_url_read_replica
    disable_adding_master_key_hash_to_db disable_reset_budget disable_master_key_return disable_prisma_schema_update
    disable_retry_on_max_parallel_request_limit_error enable_public_model_hub forward_client_headers_to_llm_api
    forward_openai_org_id infer_model_from_keys moderation_model otel embedding_model image_generation_model
    disable_load_on_first_request supported_db_objects user_header_name user_header_mappings service_account_settings
    allow_user_auth allow_client_side_credentials auto_redirect_ui_login_to_sso control_plane_url
    custom_ui_sso_sign_in_handler default_team_disabled mcp_internal_ip_ranges mcp_client_side_auth_header_name
    role_permissions search_tools store_audit_logs use_azure_key_vault
    use_google_kms use_aws_secret_manager use_shared_health_check load_aws_kms
    health_check_concurrency health_check_model user_mcp_management_mode mcp_required_fields mcp_trusted_proxy_ranges
    plugins coordination_redis 
  `),
  router_settings: words(`
    routing_strategy routing_strategy_args retry_after retry_policy allowed_fails_policy disable_cooldowns fallbacks
    default_fallbacks context_window_fallbacks content_policy_fallbacks fallback_models max_fallbacks
    model_group_retry_policy enable_pre_call_checks optional_pre_call_checks enable_tag_filtering tag_filtering_match_any
    cache_responses cache_kwargs
    caching_groups client_ttl polling_interval default_max_parallel_requests default_litellm_params default_priority
    deployment_affinity_ttl_seconds set_verbose debug_level alerting_config assistants_config enable_loadbalancing
    loadbalancing_strategy ignore_invalid_deployments search_tools guardrail_list router_general_settings
    model_group_affinity_config enable_health_check_routing health_check_staleness_threshold
    health_check_ignore_transient_errors routing_groups enable_weighted_failover max_retries
  `),
  litellm_params: words(`
    tags allowed_openai_params mock_response mock_delay mock_tool_calls model_info
    configurable_clientside_auth_params use_in_pass_through use_litellm_proxy merge_reasoning_content_in_choices
    region_name watsonx_region_name azure_ad_token tenant_id client_id client_secret azure_username azure_password
    azure_scope default_api_key_tpm_limit default_api_key_rpm_limit max_file_size_mb input_cost_per_second
    output_cost_per_second input_cost_per_character output_cost_per_character input_cost_per_image
    output_cost_per_image input_cost_per_pixel output_cost_per_pixel input_cost_per_query
    output_cost_per_image_token input_cost_per_token_batches output_cost_per_token_batches
    input_cost_per_token_above_128k_tokens output_cost_per_token_above_128k_tokens
    input_cost_per_token_above_200k_tokens output_cost_per_token_above_200k_tokens
    cache_read_input_audio_token_cost cache_creation_input_audio_token_cost
    cache_creation_input_token_cost_above_1hr retry_policy fallbacks model_group auto_router_config
    auto_router_default_model auto_router_embedding_model litellm_trace_id gcs_bucket_name s3_bucket_name
    supports_system_message ssl_verify model_config hf_model_name prompt_id prompt_variables guardrails
    cache_control_injection_points caching no-log litellm_system_prompt stream_chunk_size vector_store_id
    use_chat_completions_api tag_regex auto_router_config_path complexity_router_config complexity_router_default_model
    adaptive_router_config adaptive_router_default_model quality_router_config quality_router_default_model
    milvus_text_field milvus_db_name milvus_partition_names mock_timeout output_cost_per_second_1080p
    cache_creation_input_token_cost_above_200k_tokens cache_read_input_token_cost_above_200k_tokens
    input_cost_per_character_above_128k_tokens output_cost_per_character_above_128k_tokens
    input_cost_per_token_cache_hit input_cost_per_image_above_128k_tokens input_cost_per_audio_per_second
    input_cost_per_audio_per_second_above_128k_tokens input_cost_per_video_per_second
    input_cost_per_video_per_second_above_128k_tokens input_cost_per_video_per_second_above_15s_interval
    input_cost_per_video_per_second_above_8s_interval output_cost_per_video_per_second output_cost_per_audio_per_second
    search_context_cost_per_query citation_cost_per_token tiered_pricing
  `),
};

const PREFIXES = ["aws_", "vertex_", "watsonx_", "s3_", "gcs_", "bedrock_", "langfuse_"];

const QUIET_FOR: Readonly<Record<string, readonly unknown[]>> = {
  "router_settings.routing_strategy": ["simple-shuffle"],
  "router_settings.optional_pre_call_checks": ["enforce_model_rate_limits"],
  "router_settings.enable_loadbalancing": [true],
  "litellm_settings.telemetry": [false],
  "general_settings.disable_spend_logs": [false],
  "general_settings.store_model_in_db": [true],
};

/** The names of one section. */
export function namesNotActedOn(section: string): readonly string[] {
  return NAMES[section] ?? [];
}

/** Whether `section.name` is LiteLLM's and does nothing here. */
export function isNotActedOn(section: string, name: string): boolean {
  if (namesNotActedOn(section).includes(name)) return true;
  return section === "litellm_params" && PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Whether the value asks for what happens anyway. */
export function isQuiet(section: string, name: string, node: YamlNode): boolean {
  const quiet = QUIET_FOR[`${section}.${name}`] ?? [];
  const values = node.kind === "list" ? node.items : [node];
  return values.every(
    (value) => value.kind === "scalar" && (value.value === null || quiet.includes(value.value)),
  );
}

/** Values of settings that are acted on otherwise; `prometheus` asks for what /metrics tells anyway. */
const ACTED_ON: Readonly<Record<string, readonly string[]>> = {
  "litellm_settings.callbacks": [...CALLBACK_NAMES, "otel", "prometheus"],
  "litellm_settings.success_callback": [...CALLBACK_NAMES, "prometheus"],
  "litellm_settings.failure_callback": [...CALLBACK_NAMES, "prometheus"],
};

/** Those values of `section.name` that do nothing here. */
export function valuesNotActedOn(section: string, name: string, node: YamlNode): readonly string[] {
  const acted = ACTED_ON[`${section}.${name}`];
  if (acted === undefined) return [];
  const values = node.kind === "list" ? node.items : [node];
  return values
    .filter((value) => value.kind === "scalar" && value.value !== null)
    .map((value) => (value.kind === "scalar" ? String(value.value) : ""))
    .filter((value) => !acted.includes(value));
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
