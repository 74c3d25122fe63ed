/**
 * A call as destinations are told of it. Its form is versioned by its names: members are added, never renamed. There is no
 * prompt, no answer, no name of a person and no free metadata in it.
 */
import { createHash } from "node:crypto";
import type { StoredCall } from "#db/queries/stored-call.ts";
import { PSEUDONYM } from "../audit/personal.ts";
import { formatUsd } from "../money.ts";
import { pseudonym, truncateAddress } from "../privacy/anonymise.ts";

export interface CallbackRecord {
  /** The gateway's request id: the same at every delivery, so that a receiver knows what it has. */
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly started_at: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly call_type: string;
  readonly key_id: string;
  readonly key: string | null;
  readonly user_id: string | null;
  readonly team_id: string | null;
  readonly team: string | null;
  readonly end_user: string | null;
  readonly model: string;
  readonly model_asked: string;
  readonly provider: string;
  readonly upstream_model: string | null;
  readonly deployment_id: string;
  readonly stream: boolean;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly tokens_cache_read: number;
  readonly tokens_cache_write: number;
  readonly tokens_reasoning: number;
  readonly usage_source: string;
  /** Exact decimal text. */
  readonly cost_usd: string;
  readonly unpriced: boolean;
  readonly duration_ms: number | null;
  readonly first_byte_ms: number | null;
  readonly attempts: number;
  readonly ip: string | null;
  readonly error_code: string | null;
  readonly rule: string | null;
  readonly tags: readonly string[];
  readonly client_request_id: string | null;
  readonly response_id: string | null;
}

export interface CallbackBatch {
  /** The same for the same records: a destination that keeps it takes a batch once. */
  readonly id: string;
  readonly records: readonly CallbackRecord[];
  readonly sentAtMs: number;
}

/** Where records go. @throws Error with a sentence for the operator when not all of them were taken */
export interface CallbackPort {
  deliver(batch: CallbackBatch, signal: AbortSignal): Promise<void>;
}

export function batchOf(records: readonly CallbackRecord[], sentAtMs: number): CallbackBatch {
  const hash = createHash("sha256");
  for (const { id } of records) hash.update(`${id}\n`);
  return { id: hash.digest("hex").slice(0, 32), records, sentAtMs };
}

/** @param anonymous `anonymize_logs`: also what was recorded before it was switched on leaves without people in it */
export function recordOf(call: StoredCall, anonymous: boolean, pseudonymKey: string): CallbackRecord {
  const hidden = (id: string | null) =>
    id === null || id === "" ? null : anonymous && !id.startsWith("anon_") ? pseudonym(id, pseudonymKey) : id;
  return {
    id: call.id,
    started_at: call.started_at.toISOString(),
    outcome: call.outcome ?? "",
    status: call.status_code,
    call_type: call.call_type,
    key_id: call.key_id,
    key: call.key_alias,
    user_id: hidden(call.user_id),
    team_id: call.team_id === "" ? null : call.team_id,
    team: call.team_alias,
    end_user: hidden(call.end_user),
    model: call.model_group,
    model_asked: call.model,
    provider: call.provider,
    upstream_model: call.upstream_model,
    deployment_id: call.deployment_id,
    stream: call.stream,
    tokens_in: Number(call.prompt_tokens),
    tokens_out: Number(call.completion_tokens),
    tokens_cache_read: Number(call.cache_read_tokens),
    tokens_cache_write: Number(call.cache_write_tokens),
    tokens_reasoning: Number(call.reasoning_tokens),
    usage_source: call.usage_source,
    cost_usd: formatUsd(call.cost_nano_usd),
    unpriced: call.unpriced,
    duration_ms: call.duration_ms,
    first_byte_ms: call.first_byte_ms,
    attempts: call.attempts,
    ip: call.ip === null || !anonymous ? call.ip : truncateAddress(call.ip),
    error_code: call.error_code,
    rule: call.rule,
    tags: call.tags ?? [],
    client_request_id: call.client_request_id,
    response_id: call.response_id,
  };
}

interface Person {
  readonly kind: string;
  readonly id: string;
}

/** Says of a call whether it may leave: not of people who were erased, nor of those whose data may only be kept. */
export function releasable(
  restricted: readonly Person[],
  pseudonymKey: string,
): (call: Pick<StoredCall, "user_id" | "end_user">) => boolean {
  const held = new Set(
    restricted.flatMap(({ id, kind }) => [`${kind} ${id}`, `${kind} ${pseudonym(id, pseudonymKey)}`]),
  );
  const free = (kind: string, id: string | null) =>
    id === null || id === "" || (!PSEUDONYM.test(id) && !held.has(`${kind} ${id}`));
  return (call) => free("user", call.user_id) && free("end_user", call.end_user);
}
