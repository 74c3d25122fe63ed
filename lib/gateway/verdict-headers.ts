/** A verdict told in headers: OpenAI's family (the tightest rule of each metric) and LiteLLM's (one a scope). */
import type { RuleState } from "#lib/admission/admission.ts";
import { isVisible } from "#lib/admission/visible.ts";
import type { Caller } from "#lib/keys/caller.ts";
import { formatUsd } from "../money.ts";
import type { HeaderList } from "./http.ts";

type Metric = "requests" | "tokens" | "parallel";
type Names = Readonly<Record<Metric, { readonly remaining: string; readonly limit: string }>>;

/** Header names are made once: there may be thirty of them an answer. */
function namesOf(scope: string): Names {
  const pair = (metric: string) => ({
    remaining: `x-ratelimit-${scope}-remaining-${metric}`,
    limit: `x-ratelimit-${scope}-limit-${metric}`,
  });
  return {
    requests: pair("requests"),
    tokens: pair("tokens"),
    parallel: pair("max_parallel_requests"),
  };
}

/** LiteLLM's names of the scopes; the gateway's and the model's own ceilings show in OpenAI's family alone. */
const SCOPES: ReadonlyMap<string, Names> = new Map([
  ["key", namesOf("api_key")],
  ["user", namesOf("user")],
  ["team", namesOf("team")],
  ["team_member", namesOf("team_member")],
  ["end_user", namesOf("end_user")],
]);

const MODEL_SCOPES: ReadonlyMap<string, Names> = new Map([["key", namesOf("model_per_key")]]);
const MINUTE_MS = 60_000;

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
    const names = (rule.model === null ? SCOPES : MODEL_SCOPES).get(rule.subject.kind)?.[rule.metric];
    // Headers name no span: the minute's figures stand there, an hour's and a day's in `GET /v1/usage`.
    const ofMinute = rule.metric === "parallel" || rule.spanMs === MINUTE_MS;
    if (names !== undefined && ofMinute) headers.push(names.remaining, remaining, names.limit, limit);
    if (rule.metric === "requests") {
      if (requests === null || state.remaining < requests.remaining) requests = state;
      if (!ofKey || !ofMinute) continue;
      headers.push("x-litellm-key-rpm-limit", limit);
      headers.push(remainingNames(modelGroup).requests, remaining);
    } else if (rule.metric === "tokens") {
      if (tokens === null || state.remaining < tokens.remaining) tokens = state;
      if (!ofKey || !ofMinute) continue;
      headers.push("x-litellm-key-tpm-limit", limit);
      headers.push(remainingNames(modelGroup).tokens, remaining);
    }
  }
  if (requests) addOpenAi(headers, "requests", requests);
  if (tokens) addOpenAi(headers, "tokens", tokens);
}

const openAiNames = (metric: string) => ({
  limit: `x-ratelimit-limit-${metric}`,
  remaining: `x-ratelimit-remaining-${metric}`,
  reset: `x-ratelimit-reset-${metric}`,
});
const OPENAI = { requests: openAiNames("requests"), tokens: openAiNames("tokens") };

function addOpenAi(headers: HeaderList, metric: "requests" | "tokens", state: RuleState): void {
  if (state.rule.metric === "budget") return;
  const names = OPENAI[metric];
  headers.push(names.limit, String(state.rule.ceiling), names.remaining, String(state.remaining));
  headers.push(names.reset, `${Math.ceil((state.resetMs ?? 0) / 1000)}s`);
}

const MOST_NAMES = 1000;
const knownNames = new Map<string, { readonly requests: string; readonly tokens: string }>();

function remainingNames(modelGroup: string): { readonly requests: string; readonly tokens: string } {
  const known = knownNames.get(modelGroup);
  if (known !== undefined) return known;
  // Model names may hold characters that a header name may not.
  const safe = modelGroup.replace(/[^A-Za-z0-9_.-]/g, "-");
  const names = {
    requests: `x-litellm-key-remaining-requests-${safe}`,
    tokens: `x-litellm-key-remaining-tokens-${safe}`,
  };
  if (knownNames.size >= MOST_NAMES) knownNames.clear();
  knownNames.set(modelGroup, names);
  return names;
}
