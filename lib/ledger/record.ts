/** A spend record and its row. One a call; its id is the gateway's own request id, so a client cannot make two calls share one. */
import { isoInstant } from "#lib/instant.ts";
import type { Usage } from "#lib/models/cost.ts";

export type Outcome = "ok" | "refused" | "failed" | "timeout" | "client_closed" | "interrupted";

export interface SpendRecord {
  readonly id: string;
  readonly startedAtMs: number;
  readonly callType: string;
  readonly keyId: string;
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly endUser: string | null;
  readonly model: string;
  readonly modelGroup: string;
  readonly stream: boolean;
  readonly ip: string | null;
  readonly clientRequestId: string | null;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly keyPeriodStartMs: number | null;
  readonly userPeriodStartMs: number | null;
  readonly teamPeriodStartMs: number | null;

  readonly deploymentId: string;
  readonly provider: string;
  readonly upstreamModel: string | null;
  readonly attempts: number;
  readonly usage: Usage;
  /** While started: what was reserved. */
  readonly costNanoUsd: bigint;
  readonly unpriced: boolean;

  readonly outcome: Outcome | null;
  readonly statusCode: number | null;
  readonly errorCode: string | null;
  /** The admission rule that refused. */
  readonly rule: string | null;
  readonly responseId: string | null;
  readonly durationMs: number | null;
  readonly firstByteMs: number | null;
}

/** Which process owns the row while it is `started`. */
export interface Instance {
  readonly id: string;
  /** Counts the starts of that instance. */
  readonly boot: number;
}

/**
 * The record as one JSON object whose members are the columns of `spend_records`; null members are left out. Written as
 * text, since every call passes here: our own ids, providers and enum values need no escaping.
 */
export function toRow(record: SpendRecord, state: "started" | "settled", instance: Instance): string {
  const { usage } = record;
  let row = `{"id":"${record.id}","started_at":"${isoInstant(record.startedAtMs)}","state":"${state}"`;
  row += `,"instance_id":"${instance.id}","instance_boot":${instance.boot},"call_type":"${record.callType}"`;
  row += `,"key_id":"${record.keyId}","user_id":${quote(record.userId ?? "")},"team_id":${quote(record.teamId ?? "")}`;
  row += `,"model":${quote(record.model)},"model_group":${quote(record.modelGroup)},"stream":${record.stream}`;
  row += `,"deployment_id":${quote(record.deploymentId)},"provider":"${record.provider}"`;
  row += `,"prompt_tokens":${usage.promptTokens},"completion_tokens":${usage.completionTokens}`;
  row += `,"cache_read_tokens":${usage.cacheReadTokens},"cache_write_tokens":${usage.cacheWriteTokens}`;
  row += `,"reasoning_tokens":${usage.reasoningTokens},"usage_source":"${usage.source}"`;
  row += `,"cost_nano_usd":"${record.costNanoUsd}","unpriced":${record.unpriced},"attempts":${record.attempts}`;
  if (record.outcome !== null) row += `,"outcome":"${record.outcome}"`;
  if (record.statusCode !== null) row += `,"status_code":${record.statusCode}`;
  if (record.durationMs !== null) row += `,"duration_ms":${record.durationMs}`;
  if (record.firstByteMs !== null) row += `,"first_byte_ms":${record.firstByteMs}`;
  if (record.endUser !== null) row += `,"end_user":${quote(record.endUser)}`;
  if (record.upstreamModel !== null) row += `,"upstream_model":${quote(record.upstreamModel)}`;
  if (record.ip !== null) row += `,"ip":${quote(record.ip)}`;
  if (record.clientRequestId !== null) row += `,"client_request_id":${quote(record.clientRequestId)}`;
  if (record.responseId !== null) row += `,"response_id":${quote(record.responseId)}`;
  if (record.errorCode !== null) row += `,"error_code":"${record.errorCode}"`;
  if (record.rule !== null) row += `,"rule":"${record.rule}"`;
  if (record.tags.length > 0) row += `,"tags":[${record.tags.map(quote).join(",")}]`;
  if (record.metadata !== null) row += `,"metadata":${quoteAll(record.metadata)}`;
  row += periodMember("key", record.keyPeriodStartMs) + periodMember("user", record.userPeriodStartMs);
  return `${row}${periodMember("team", record.teamPeriodStartMs)}}`;
}

function periodMember(owner: string, startMs: number | null): string {
  return startMs === null ? "" : `,"${owner}_period_started_at":"${new Date(startMs).toISOString()}"`;
}

/** A JSON string that Postgres takes: it has no NUL and no lone surrogates in text. */
function quote(text: string): string {
  return JSON.stringify(/^[\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().replaceAll("\u0000", ""));
}

/** JSON that Postgres takes: the escape of NUL is refused there as NUL itself. */
function quoteAll(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "string" ? item.toWellFormed().replaceAll("\u0000", "") : item,
  );
}
