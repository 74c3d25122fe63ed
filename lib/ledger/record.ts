/** A spend record and its row. One a call; its id is the gateway's own request id, so a client cannot make two calls share one. */
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

/** The record as one JSON object whose members are the columns of `spend_records`. Null members are left out: the row has null there. */
export function toRow(record: SpendRecord, state: "started" | "settled", instance: Instance): string {
  const { usage } = record;
  return JSON.stringify({
    id: record.id,
    started_at: iso(record.startedAtMs),
    state,
    outcome: record.outcome ?? undefined,
    instance_id: instance.id,
    instance_boot: instance.boot,
    call_type: record.callType,
    status_code: record.statusCode ?? undefined,
    key_id: record.keyId,
    user_id: record.userId ?? "",
    team_id: record.teamId ?? "",
    end_user: clean(record.endUser),
    model: clean(record.model),
    model_group: clean(record.modelGroup),
    deployment_id: record.deploymentId,
    provider: record.provider,
    upstream_model: record.upstreamModel ?? undefined,
    stream: record.stream,
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    reasoning_tokens: usage.reasoningTokens,
    usage_source: usage.source,
    cost_nano_usd: record.costNanoUsd.toString(),
    unpriced: record.unpriced,
    key_period_started_at: iso(record.keyPeriodStartMs),
    user_period_started_at: iso(record.userPeriodStartMs),
    team_period_started_at: iso(record.teamPeriodStartMs),
    duration_ms: record.durationMs ?? undefined,
    first_byte_ms: record.firstByteMs ?? undefined,
    attempts: record.attempts,
    ip: record.ip ?? undefined,
    client_request_id: record.clientRequestId ?? undefined,
    response_id: clean(record.responseId),
    error_code: record.errorCode ?? undefined,
    rule: record.rule ?? undefined,
    tags: record.tags.length > 0 ? record.tags.map(clean) : undefined,
    metadata: record.metadata ? JSON.parse(clean(JSON.stringify(record.metadata)) ?? "null") : undefined,
    settled_at: state === "settled" ? iso(record.startedAtMs + (record.durationMs ?? 0)) : undefined,
  });
}

let lastMs = Number.NaN;
let lastIso = "";

/** Many records share a millisecond and a period start; formatting a date is dear on this road. */
function iso(ms: number | null): string | undefined {
  if (ms === null) return undefined;
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}

/** Postgres has no NUL and no lone surrogates in text. */
function clean(text: string | null): string | undefined {
  if (text === null) return undefined;
  return text.toWellFormed().replaceAll("\u0000", "").replaceAll("\\u0000", "");
}
