/** Langfuse, by its ingestion API: a trace and a generation for each call, under ids that make a second delivery an update. */
import type { LangfuseDestination } from "../config/callbacks.ts";
import type { Log } from "../log.ts";
import type { CallbackPort, CallbackRecord } from "./record.ts";
import { type SendOptions, send } from "./send.ts";

export function langfusePort(
  { publicKey, secretKey, url }: LangfuseDestination,
  options: SendOptions,
  log: Log,
): CallbackPort {
  const address = new URL(`${url.replace(/\/+$/, "")}/api/public/ingestion`);
  const authorization = `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString("base64")}`;
  return {
    deliver: async ({ records }, signal) => {
      const body = JSON.stringify({ batch: records.flatMap(eventsOf) });
      const headers = { "content-type": "application/json", authorization };
      const { text } = await send(address, { method: "POST", headers, body }, options, signal);
      const refused = refusalsIn(text);
      // What Langfuse cannot take now it may take later; what it calls wrong it never takes, and must not stop the rest.
      const later = refused.find(({ status }) => status >= 500 || status === 429 || status === 408);
      if (later)
        throw new Error(`${address.hostname} took a part only: status ${later.status} for ${later.id}`);
      if (refused.length > 0)
        log.warn({ refused: refused.length, first: refused[0] }, "Langfuse refused records for good");
    },
  };
}

/** The answer is 207, with a status for each event. */
function refusalsIn(text: string): { id: string; status: number }[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error("what Langfuse answered is no JSON: is it Langfuse?");
  }
  const errors =
    typeof answer === "object" && answer !== null && "errors" in answer && Array.isArray(answer.errors)
      ? answer.errors
      : [];
  return errors.map((one) => ({ id: String(one?.id ?? ""), status: Number(one?.status ?? 500) }));
}

function eventsOf(record: CallbackRecord) {
  const startMs = Date.parse(record.started_at);
  const at = (ms: number | null) => (ms === null ? undefined : new Date(startMs + ms).toISOString());
  const { end_user, key, key_id, outcome, team, team_id, user_id } = record;
  const metadata = {
    key_id,
    key,
    team_id,
    team,
    provider: record.provider,
    deployment_id: record.deployment_id,
    call_type: record.call_type,
    outcome,
    status: record.status,
    attempts: record.attempts,
    stream: record.stream,
    usage_source: record.usage_source,
  };
  const trace = {
    id: record.id,
    timestamp: record.started_at,
    name: record.call_type,
    userId: end_user ?? user_id ?? undefined,
    tags: record.tags,
    metadata,
  };
  const generation = {
    id: `${record.id}-generation`,
    traceId: record.id,
    name: record.call_type,
    startTime: record.started_at,
    endTime: at(record.duration_ms),
    completionStartTime: record.stream ? at(record.first_byte_ms) : undefined,
    model: record.upstream_model ?? record.model,
    usageDetails: {
      input: record.tokens_in,
      output: record.tokens_out,
      total: record.tokens_in + record.tokens_out,
      input_cached_tokens: record.tokens_cache_read,
      output_reasoning_tokens: record.tokens_reasoning,
    },
    costDetails: { total: Number(record.cost_usd) },
    level: outcome === "ok" ? "DEFAULT" : "ERROR",
    statusMessage:
      outcome === "ok" ? undefined : [outcome, record.error_code, record.rule].filter(Boolean).join(" "),
    metadata,
  };
  const event = (type: string, id: string, body: object) => ({
    id,
    type,
    timestamp: record.started_at,
    body,
  });
  return [
    event("trace-create", `${record.id}-t`, trace),
    event("generation-create", `${record.id}-g`, generation),
  ];
}
