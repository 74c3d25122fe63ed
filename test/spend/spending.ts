/** For tests of spend: a clock that stands still, priced models over a provider that answers, and records of the past. */

import { newId } from "#lib/ids.ts";
import type { SpendRecord } from "#lib/ledger/record.ts";
import { type TestGateway, testGateway } from "#test/helpers/gateway.ts";
import { type RawUpstream, rawUpstream } from "#test/helpers/upstream.ts";

export interface TestClock {
  now(): number;
  monotonic(): number;
  set(iso: string): void;
}

export function testClock(iso: string): TestClock {
  let ms = Date.parse(iso);
  return {
    now: () => ms,
    monotonic: () => performance.now(),
    set: (text) => {
      ms = Date.parse(text);
    },
  };
}

/** 11 prompt and 7 completion tokens are what the test provider reports. */
export const DEAR_CALL_USD = 11 * 0.001 + 7 * 0.002;

const entry = (name: string, url: string, input: number, output: number) => `
  - model_name: ${name}
    litellm_params:
      model: openai/${name}-upstream
      api_base: ${url}
      api_key: sk-provider
      input_cost_per_token: ${input}
      output_cost_per_token: ${output}`;

export interface Spending {
  readonly gateway: TestGateway;
  readonly upstream: RawUpstream;
  readonly clock: TestClock;
  /** Makes a call with a key and gives its status. */
  readonly spend: (key: string, model?: string, headers?: Record<string, string>) => Promise<number>;
  /** Settles a record of the past. */
  readonly record: (fields: Partial<SpendRecord> & { at: string }) => Promise<SpendRecord>;
}

export async function spending(options: { at: string; settings?: string }): Promise<Spending> {
  const upstream = await rawUpstream();
  const clock = testClock(options.at);
  const models = entry("dear", upstream.url, 0.001, 0.002) + entry("cheap", upstream.url, 0.000001, 0.000002);
  const gateway = await testGateway({ yaml: `model_list:${models}\n${options.settings ?? ""}`, clock });
  return {
    gateway,
    upstream,
    clock,
    spend: async (key, model = "dear", headers = {}) => {
      const body = { model, messages: [{ role: "user", content: "hello" }], max_tokens: 10 };
      return (await gateway.call("POST", "/v1/chat/completions", { key, body, headers })).status;
    },
    record: async ({ at, ...fields }) => {
      const made = pastRecord(Date.parse(at), fields);
      await gateway.runtime.deps.ledger.settle(made);
      return made;
    },
  };
}

function pastRecord(startedAtMs: number, fields: Partial<SpendRecord>): SpendRecord {
  return {
    id: newId("req", startedAtMs),
    startedAtMs,
    callType: "acompletion",
    keyId: "key_past",
    userId: null,
    teamId: null,
    endUser: null,
    model: "dear",
    modelGroup: "dear",
    stream: false,
    ip: null,
    clientRequestId: null,
    tags: [],
    metadata: null,
    keyPeriodStartMs: null,
    userPeriodStartMs: null,
    teamPeriodStartMs: null,
    charges: [],
    deploymentId: "dep_test",
    provider: "openai",
    upstreamModel: "dear-upstream",
    attempts: 1,
    usage: {
      promptTokens: 3,
      completionTokens: 2,
      cacheReadTokens: 1,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      source: "provider",
    },
    costNanoUsd: 1n,
    unpriced: false,
    outcome: "ok",
    statusCode: 200,
    errorCode: null,
    rule: null,
    responseId: null,
    durationMs: 12.5,
    firstByteMs: 10,
    ...fields,
  };
}
