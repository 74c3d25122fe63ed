/** A spend record as it is read one by one, with what its key and its team are called. */

export interface StoredCall {
  id: string;
  started_at: Date;
  /** Null while it runs. */
  outcome: string | null;
  call_type: string;
  status_code: number | null;
  key_id: string;
  key_alias: string | null;
  user_id: string;
  team_id: string;
  team_alias: string | null;
  end_user: string | null;
  model: string;
  model_group: string;
  deployment_id: string;
  provider: string;
  upstream_model: string | null;
  stream: boolean;
  prompt_tokens: bigint;
  completion_tokens: bigint;
  cache_read_tokens: bigint;
  cache_write_tokens: bigint;
  reasoning_tokens: bigint;
  usage_source: string;
  cost_nano_usd: bigint;
  unpriced: boolean;
  duration_ms: number | null;
  first_byte_ms: number | null;
  attempts: number;
  ip: string | null;
  client_request_id: string | null;
  response_id: string | null;
  error_code: string | null;
  rule: string | null;
  tags: string[] | null;
}
