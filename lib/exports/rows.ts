/** The rows of exports, by name: CSV and JSON are written from the same ones, and the Usage page's own download too. */
import type { CallRow } from "#db/queries/console-records.ts";
import type { SpendSums } from "#db/queries/spend.ts";
import type { CsvValue } from "../csv.ts";
import { formatUsd } from "../money.ts";
import { USAGE_COLUMNS } from "./names.ts";
import type { UsageDimension } from "./schema.ts";

export type ExportRow = Readonly<Record<string, CsvValue>>;

/** One call. Costs are exact, to the nano-dollar. */
export function callRow(row: CallRow): ExportRow {
  return {
    time: row.started_at,
    request_id: row.id,
    outcome: row.outcome,
    status: row.status_code,
    call_type: row.call_type,
    key: row.key_alias,
    key_id: row.key_id,
    user: row.user_name,
    user_id: row.user_id,
    team: row.team_alias,
    team_id: row.team_id,
    end_user: row.end_user,
    model: row.model_group,
    model_asked: row.model,
    provider: row.provider,
    upstream_model: row.upstream_model,
    deployment_id: row.deployment_id,
    stream: row.stream,
    tokens_in: Number(row.prompt_tokens),
    tokens_out: Number(row.completion_tokens),
    tokens_cache_read: Number(row.cache_read_tokens),
    tokens_cache_write: Number(row.cache_write_tokens),
    tokens_reasoning: Number(row.reasoning_tokens),
    usage_source: row.usage_source,
    cost_usd: formatUsd(row.cost_nano_usd),
    unpriced: row.unpriced,
    duration_ms: row.duration_ms,
    first_byte_ms: row.first_byte_ms,
    attempts: row.attempts,
    ip: row.ip,
    error_code: row.error_code,
    rule: row.rule,
    tags: (row.tags ?? []).join(" "),
    client_request_id: row.client_request_id,
    response_id: row.response_id,
  };
}

/** A day and one key, model, team, user or provider. */
export function usageRow(
  day: { readonly date: string; readonly timezone: string },
  by: UsageDimension,
  group: { readonly id: string; readonly name: string | undefined },
  sums: SpendSums,
): ExportRow {
  return {
    date: day.date,
    timezone: day.timezone,
    [by]: group.name ?? (group.id || USAGE_COLUMNS[by].nothing),
    [`${by}_id`]: group.id,
    spend_usd: formatUsd(sums.costNanoUsd),
    requests: sums.requests,
    denied: sums.refusals,
    failed: sums.failures,
    tokens_in: sums.promptTokens,
    tokens_out: sums.completionTokens,
  };
}
