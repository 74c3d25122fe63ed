/** A record of no call, sent to a destination to see whether it takes records. */
import { sentenceOf } from "../alerts/channel-operations.ts";
import type { CallbackDestination } from "../config/callbacks.ts";
import { newId } from "../ids.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { openPort } from "./open.ts";
import { batchOf, type CallbackRecord } from "./record.ts";

const LONGEST_MS = 15_000;

/** @returns null when it was taken, else why not */
export async function testCallback(
  deps: Pick<JobDeps, "policy" | "resolve" | "log" | "clock">,
  destination: CallbackDestination,
): Promise<string | null> {
  const nowMs = deps.clock.now();
  const batch = batchOf([testRecord(nowMs)], nowMs);
  try {
    await openPort(deps, destination).deliver(batch, AbortSignal.timeout(LONGEST_MS));
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Its `call_type` says what it is, for whoever sums up. */
function testRecord(nowMs: number): CallbackRecord {
  return {
    id: newId("req", nowMs),
    started_at: new Date(nowMs).toISOString(),
    outcome: "ok",
    status: 200,
    call_type: "test",
    key_id: "test",
    key: null,
    user_id: null,
    team_id: null,
    team: null,
    end_user: null,
    model: "test",
    model_asked: "test",
    provider: "test",
    upstream_model: null,
    deployment_id: "",
    stream: false,
    tokens_in: 0,
    tokens_out: 0,
    tokens_cache_read: 0,
    tokens_cache_write: 0,
    tokens_reasoning: 0,
    usage_source: "none",
    cost_usd: "0",
    unpriced: false,
    duration_ms: 0,
    first_byte_ms: null,
    attempts: 0,
    ip: null,
    error_code: null,
    rule: null,
    tags: [],
    client_request_id: null,
    response_id: null,
  };
}
