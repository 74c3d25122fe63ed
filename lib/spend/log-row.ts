/** A spend record as LiteLLM's `/spend/logs` shows it (API.md 1.6). Prompts and answers are never kept, so they are empty. */
import type { SpendRecordRow } from "#db/queries/spend-records.ts";
import { nanoToUsd } from "../money.ts";

export function logRow(row: SpendRecordRow): Record<string, unknown> {
  const prompt = Number(row.prompt_tokens);
  const completion = Number(row.completion_tokens);
  const start = row.started_at.getTime();
  const after = (ms: number | null) => (ms === null ? null : new Date(start + Math.round(ms)).toISOString());
  const failed = row.outcome !== "ok";
  return {
    request_id: row.response_id ?? row.id,
    shin_request_id: row.id,
    litellm_call_id: row.client_request_id ?? row.id,
    api_key: row.secret_hash ?? row.key_id,
    key_id: row.key_id,
    call_type: row.call_type,
    model: row.upstream_model ?? row.model,
    model_group: row.model_group,
    model_id: row.deployment_id,
    api_base: "",
    custom_llm_provider: row.provider,
    spend: nanoToUsd(row.cost_nano_usd),
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    startTime: row.started_at.toISOString(),
    endTime: after(row.duration_ms) ?? row.settled_at?.toISOString() ?? row.started_at.toISOString(),
    completionStartTime: after(row.first_byte_ms),
    request_duration_ms: row.duration_ms,
    user: row.user_id,
    end_user: row.end_user,
    team_id: row.team_id === "" ? null : row.team_id,
    organization_id: null,
    request_tags: row.tags ?? [],
    metadata: describe(row, failed),
    cache_hit: "False",
    cache_key: "",
    requester_ip_address: row.ip,
    session_id: null,
    status: failed ? "failure" : "success",
    messages: {},
    response: {},
  };
}

function describe(row: SpendRecordRow, failed: boolean): Record<string, unknown> {
  return {
    ...row.metadata,
    user_api_key: row.secret_hash ?? row.key_id,
    user_api_key_alias: row.key_alias,
    user_api_key_user_id: row.user_id === "" ? null : row.user_id,
    user_api_key_team_id: row.team_id === "" ? null : row.team_id,
    user_api_key_team_alias: row.team_alias,
    outcome: row.outcome,
    status_code: row.status_code,
    error_information: failed ? { error_code: row.error_code, rule: row.rule } : null,
    requested_model: row.model,
    stream: row.stream,
    attempts: row.attempts,
    usage_source: row.usage_source,
    unpriced: row.unpriced,
    cache_read_input_tokens: Number(row.cache_read_tokens),
    cache_creation_input_tokens: Number(row.cache_write_tokens),
    reasoning_tokens: Number(row.reasoning_tokens),
  };
}
