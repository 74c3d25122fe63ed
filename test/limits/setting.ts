/** Many calls at once to a provider that holds them, against one limit of one subject. */
import { expect } from "vitest";
import type { Answer, TestGateway } from "#test/helpers/gateway.ts";
import { until } from "#test/helpers/house.ts";
import { estimateOf, reserveOf, type Setting } from "../admission/setting.ts";
import { ask } from "../reliability/provider.ts";

export const ROOM = 13;
export const BODY = ask(10, 20, "hold");
/** What a call reserves of a token window. */
const TOKENS = estimateOf(BODY) + 500;
/** Dollars for exactly {@link ROOM} reservations, and almost one more. */
const DOLLARS = Number(reserveOf(BODY) * BigInt(ROOM) + reserveOf(BODY) - 1n) / 1e9;

/** Field of the key API -> the ceiling that gives room for {@link ROOM} calls. */
export const CEILINGS = {
  rpm_limit: ROOM,
  rph_limit: ROOM,
  rpd_limit: ROOM,
  tpm_limit: ROOM * TOKENS + TOKENS - 1,
  tph_limit: ROOM * TOKENS + TOKENS - 1,
  tpd_limit: ROOM * TOKENS + TOKENS - 1,
  max_parallel_requests: ROOM,
  max_budget: DOLLARS,
} as const;
export type Field = keyof typeof CEILINGS;

/** As rules name it: `rpm`, `parallel`, `budget`. */
export function shortName(field: Field): string {
  return { max_parallel_requests: "parallel", max_budget: "budget" }[field as string] ?? field.slice(0, 3);
}

export interface Caller {
  readonly key: string;
  readonly body?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

/** Sends `calls` at once and expects that exactly {@link ROOM} reach the provider and the rest are refused by `rule`. */
export async function expectExactly(
  setting: Setting,
  caller: Caller,
  rule: string,
  calls = 200,
): Promise<void> {
  const { gateway, provider } = setting;
  const before = provider.calls();
  const gone = new AbortController();
  const refused: Answer[] = [];
  const sent = Array.from({ length: calls }, async () => {
    const { body, headers = {}, key } = caller;
    const answer = await gateway.call("POST", "/v1/chat/completions", {
      key,
      headers,
      body: { ...BODY, ...body },
      signal: gone.signal,
    });
    if (!gone.signal.aborted) refused.push(answer);
  });
  await until("the calls are admitted or refused", () => refused.length + provider.open.size === calls);
  const reasons = new Set(refused.map((answer) => answer.json.error.reason));
  gone.abort();
  await Promise.all(sent);
  await until("the provider's calls are closed", () => provider.open.size === 0);
  expect([...reasons]).toEqual([rule]);
  expect(provider.calls() - before).toBe(ROOM);
}

/** POSTs to the admin API. @throws when it is refused */
export async function admin(
  gateway: TestGateway,
  path: string,
  body: Record<string, unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers by name
): Promise<any> {
  const { json, status, text } = await gateway.call("POST", path, { body });
  if (status !== 200) throw new Error(`${path}: ${text}`);
  return json;
}
