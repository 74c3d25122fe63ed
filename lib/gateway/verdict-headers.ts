/** A verdict told in headers: OpenAI's family (the tightest rule of each metric) and LiteLLM's (one a scope). */
import type { RuleState } from "#lib/admission/admission.ts";
import { isVisible } from "#lib/admission/visible.ts";
import type { Caller } from "#lib/keys/caller.ts";
import { formatUsd } from "../money.ts";
import type { HeaderList } from "./http.ts";

/** LiteLLM's names of the scopes; the gateway's and the model's own ceilings show in OpenAI's family alone. */
const SCOPES: ReadonlyMap<string, string> = new Map([
  ["key", "api_key"],
  ["user", "user"],
  ["team", "team"],
  ["team_member", "team_member"],
  ["end_user", "end_user"],
]);

const MODEL_SCOPES: ReadonlyMap<string, string> = new Map([["key", "model_per_key"]]);
const MINUTE_MS = 60_000;

const METRICS = { requests: "requests", tokens: "tokens", parallel: "max_parallel_requests" } as const;

/** @param modelGroup for `x-litellm-key-remaining-*-{model}` */
export function addVerdictHeaders(
  headers: HeaderList,
  caller: Caller,
  states: readonly RuleState[],
  modelGroup: string,
): void {
  let requests: RuleState | null = null;
  let tokens: RuleState | null = null;
  for (const state of states) {
    const { rule } = state;
    if (!isVisible(caller, rule)) continue;
    const ofKey = rule.subject.kind === "key" && rule.model === null;
    if (rule.metric === "budget") {
      if (rule.id !== "key_budget") continue;
      headers.push("x-litellm-key-spend", formatUsd(BigInt(state.used)));
      headers.push("x-litellm-key-max-budget", formatUsd(rule.ceilingNanoUsd));
      continue;
    }
    const remaining = String(state.remaining);
    const limit = String(rule.ceiling);
    const scope = rule.model === null ? SCOPES.get(rule.subject.kind) : MODEL_SCOPES.get(rule.subject.kind);
    // Headers name no span: the minute's figures stand there, an hour's and a day's in `GET /v1/usage`.
    const ofMinute = rule.metric === "parallel" || rule.spanMs === MINUTE_MS;
    if (scope !== undefined && ofMinute) {
      headers.push(`x-ratelimit-${scope}-remaining-${METRICS[rule.metric]}`, remaining);
      headers.push(`x-ratelimit-${scope}-limit-${METRICS[rule.metric]}`, limit);
    }
    if (rule.metric === "requests") {
      if (requests === null || state.remaining < requests.remaining) requests = state;
      if (!ofKey || !ofMinute) continue;
      headers.push("x-litellm-key-rpm-limit", limit);
      headers.push(`x-litellm-key-remaining-requests-${safeName(modelGroup)}`, remaining);
    } else if (rule.metric === "tokens") {
      if (tokens === null || state.remaining < tokens.remaining) tokens = state;
      if (!ofKey || !ofMinute) continue;
      headers.push("x-litellm-key-tpm-limit", limit);
      headers.push(`x-litellm-key-remaining-tokens-${safeName(modelGroup)}`, remaining);
    }
  }
  if (requests) addOpenAi(headers, "requests", requests);
  if (tokens) addOpenAi(headers, "tokens", tokens);
}

function addOpenAi(headers: HeaderList, metric: string, state: RuleState): void {
  if (state.rule.metric === "budget") return;
  headers.push(`x-ratelimit-limit-${metric}`, String(state.rule.ceiling));
  headers.push(`x-ratelimit-remaining-${metric}`, String(state.remaining));
  headers.push(`x-ratelimit-reset-${metric}`, `${Math.ceil((state.resetMs ?? 0) / 1000)}s`);
}

const safeNames = new Map<string, string>();

/** Model names may hold characters that a header name may not. */
function safeName(model: string): string {
  const known = safeNames.get(model);
  if (known !== undefined) return known;
  const safe = model.replace(/[^A-Za-z0-9_.-]/g, "-");
  if (safeNames.size > 1000) safeNames.clear();
  safeNames.set(model, safe);
  return safe;
}
