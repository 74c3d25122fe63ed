/** Field names that some route reads, and values that break careless code. */
export const NAMES: readonly string[] =
  `key keys key_aliases key_alias key_name user_id user_ids team_id team_ids organization_id models
  model max_budget soft_budget budget_duration duration metadata spend rpm tpm rpm_limit tpm_limit max_parallel_requests tags aliases
  permissions blocked allowed_routes key_type new_key grace_period reset_to confirm messages prompt input stream stream_options max_tokens
  n temperature user user_email user_role user_alias teams member members members_with_roles max_budget_in_team auto_create_key team_alias
  role page size page_size sort_by sort_order status return_full_object start_date end_date group_by request_id api_key summarize limit
  completion_response usage key_hash`.split(/\s+/);

export const WORDS: readonly string[] = [
  "",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "'; drop table virtual_keys; --",
  "%",
  "%00",
  "__proto__",
  "constructor",
  "sk-1",
  "-1",
  "1e309",
  "NaN",
  "null",
  "true",
  "2025-01-01",
  "2025-13-99",
  "30d",
  "P0D",
  "99999999y",
  "gpt-4",
  "*",
  "../../etc/passwd",
  "key_",
  "key_\u0000",
  "0".repeat(64),
  "é漢😀",
  "a".repeat(3_000),
  "\r\nx: y",
];

export const NUMBERS: readonly number[] = [
  0,
  -1,
  -0,
  0.1,
  1e-9,
  1e15,
  1e21,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  Number.MAX_VALUE,
];
