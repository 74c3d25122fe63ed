/**
 * Members of a call's body that steer the gateway, or one behind it, and must come from its operator alone: where a call
 * goes, and with which credential.
 */
export const OPERATORS_MEMBERS: ReadonlySet<string> = new Set([
  "api_base",
  "api_key",
  "base_url",
  "api_version",
  "user_config",
  "extra_headers",
  "custom_llm_provider",
  // What LiteLLM takes from a body and a provider never needs: behind this gateway may stand another one.
  "litellm_params",
  "litellm_credential_name",
  "provider_specific_header",
  "headers",
  "azure_ad_token",
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "aws_bedrock_runtime_endpoint",
  "aws_sts_endpoint",
  "aws_web_identity_token",
  "vertex_credentials",
]);
