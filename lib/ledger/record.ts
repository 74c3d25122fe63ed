/** A spend record and its row. One a call; its id is the gateway's own request id, so a client cannot make two calls share one. */
import type { Charge } from "#lib/admission/admission.ts";
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
  /** Rows of `budget_spend` that the cost moves. */
  readonly charges: readonly Charge[];

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

/** The row that records differ from: what a served call has in common with all others of this process. */
export function defaultRow(instance: Instance): string {
  return JSON.stringify({
    state: "settled",
    outcome: "ok",
    status_code: 200,
    instance_id: instance.id,
    instance_boot: instance.boot,
    user_id: "",
    team_id: "",
    deployment_id: "",
    provider: "",
    stream: false,
    prompt_tokens: 0,
    completion_tokens: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
    usage_source: "provider",
    cost_nano_usd: 0,
    unpriced: false,
    attempts: 1,
  });
}

/**
 * The record as one JSON object: the columns of `spend_records` in which it differs from the default row. Written as
 * text, since every call passes here: ids, providers and enum values are ours and need no escaping. A settled row has
 * no charges: they are needed once, by the commit that settles it.
 */
export function toRow(record: SpendRecord, state: "started" | "settled"): string {
  const { usage } = record;
  let row = `{"id":"${record.id}","started_at":"${isoInstant(record.startedAtMs)}","call_type":"${record.callType}"`;
  row += `,"key_id":"${record.keyId}","model":${quote(record.model)},"model_group":${quote(record.modelGroup)}`;
  if (state === "started") row += ',"state":"started","outcome":null,"status_code":null';
  else if (record.outcome !== "ok" || record.statusCode !== 200)
    row += `,"outcome":"${record.outcome}","status_code":${record.statusCode}`;
  if (record.userId !== null) row += `,"user_id":${quote(record.userId)}`;
  if (record.teamId !== null) row += `,"team_id":${quote(record.teamId)}`;
  if (record.deploymentId !== "")
    row += `,"deployment_id":${quote(record.deploymentId)},"provider":"${record.provider}"`;
  if (record.stream) row += ',"stream":true';
  if (usage.promptTokens !== 0) row += `,"prompt_tokens":${usage.promptTokens}`;
  if (usage.completionTokens !== 0) row += `,"completion_tokens":${usage.completionTokens}`;
  if (usage.cacheReadTokens !== 0) row += `,"cache_read_tokens":${usage.cacheReadTokens}`;
  if (usage.cacheWriteTokens !== 0) row += `,"cache_write_tokens":${usage.cacheWriteTokens}`;
  if (usage.reasoningTokens !== 0) row += `,"reasoning_tokens":${usage.reasoningTokens}`;
  if (usage.source !== "provider") row += `,"usage_source":"${usage.source}"`;
  if (record.costNanoUsd !== 0n) row += `,"cost_nano_usd":${record.costNanoUsd}`;
  if (record.unpriced) row += ',"unpriced":true';
  if (record.attempts !== 1) row += `,"attempts":${record.attempts}`;
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
  if (state === "started" && record.charges.length > 0) row += `,"charges":${chargesText(record.charges)}`;
  row += periodMember("key", record.keyPeriodStartMs) + periodMember("user", record.userPeriodStartMs);
  return `${row}${periodMember("team", record.teamPeriodStartMs)}}`;
}

/** Charges come with the rules of a caller, the same list from call to call. */
const knownCharges = new WeakMap<readonly Charge[], string>();

/** Charges as one JSON array; empty text when there are none. */
export function chargesText(charges: readonly Charge[]): string {
  if (charges.length === 0) return "";
  const known = knownCharges.get(charges);
  if (known !== undefined) return known;
  const each = charges.map(
    ({ budget, kind, periodStartMs, subjectId }) =>
      `["${kind}",${quote(subjectId)},${quote(budget)},${periodStartMs}]`,
  );
  const text = `[${each.join(",")}]`;
  knownCharges.set(charges, text);
  return text;
}

/** Few periods run at a time, and formatting a date is dear. */
const periodTexts = new Map<number, string>();
const MOST_PERIODS = 1_000;

function periodMember(owner: string, startMs: number | null): string {
  if (startMs === null) return "";
  let text = periodTexts.get(startMs);
  if (text === undefined) {
    text = new Date(startMs).toISOString();
    if (periodTexts.size >= MOST_PERIODS) periodTexts.clear();
    periodTexts.set(startMs, text);
  }
  return `,"${owner}_period_started_at":"${text}"`;
}

/** A JSON string that Postgres takes: it has no NUL and no lone surrogates in text. */
function quote(text: string): string {
  return JSON.stringify(/^[\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().replaceAll("\u0000", ""));
}

/** JSON that Postgres takes: the escape of NUL is refused there as NUL itself. */
function quoteAll(value: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(value);
  // NUL and lone surrogates become escapes; most texts have none, and looking at each member would cost.
  if (!text.includes("\\u")) return text;
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "string" ? item.toWellFormed().replaceAll("\u0000", "") : item,
  );
}
