/** A refusal told to the caller: which rule, whose, how much, and until when; without figures where they are not its to see. */
import type { BudgetRule, Refusal, Rule, RuleState, SubjectKind } from "#lib/admission/admission.ts";
import { isVisible } from "#lib/admission/visible.ts";
import type { Caller } from "#lib/keys/caller.ts";
import { GatewayError } from "../errors.ts";
import { formatUsd, nanoToUsd } from "../money.ts";
import type { HeaderList, Headers } from "./http.ts";
import { addVerdictHeaders } from "./verdict-headers.ts";

export interface RefusedCall {
  readonly refusals: readonly Refusal[];
  readonly states: readonly RuleState[];
  readonly caller: Caller;
  readonly modelGroup: string;
  readonly nowMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  readonly budgetStatus: number;
}

const METRICS = { requests: "requests", tokens: "tokens", parallel: "parallel requests" } as const;
const SPANS: ReadonlyMap<number, string> = new Map([
  [60_000, "per minute"],
  [3_600_000, "per hour"],
  [86_400_000, "per day"],
]);
const KINDS: Readonly<Record<SubjectKind, string>> = {
  gateway: "gateway",
  model: "model",
  deployment: "deployment",
  provider: "provider",
  key: "key",
  user: "user",
  team: "team",
  team_member: "team member",
  end_user: "end user",
  tag: "tag",
};

/** The error for a refused call; the first refusal is the one that frees last. */
export function refusalError(refused: RefusedCall): GatewayError {
  const [first, ...others] = refused.refusals;
  if (!first) throw new RangeError("a refusal without a rule");
  const { caller } = refused;
  const list: HeaderList = [];
  addVerdictHeaders(list, caller, refused.states, refused.modelGroup);
  const headers = toRecord(list);
  const { rule } = first;
  const shown = isVisible(caller, rule);
  const resetAt = resetOf(first, refused.nowMs);
  const extra = {
    reason: rule.id,
    scope: shown ? { ...rule.subject, model: rule.model ?? undefined } : { kind: rule.subject.kind },
    also: others.length > 0 ? others.map((refusal) => refusal.rule.id) : undefined,
    reset_at: resetAt,
  };
  if (rule.metric === "budget") return budgetError(first, rule, refused, headers, extra, shown);
  const retryAfterMs = first.retryAfterMs;
  if (retryAfterMs !== null) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    headers["retry-after-ms"] = String(Math.max(1, Math.ceil(retryAfterMs)));
  } else headers["x-should-retry"] = "false";
  headers["rate_limit_type"] = rule.metric;
  if (resetAt) headers["reset_at"] = resetAt;
  return new GatewayError("rate_limit_exceeded", windowSentence(first, rule, refused, shown), {
    headers,
    extra: {
      ...extra,
      limit: shown ? rule.ceiling : null,
      used: shown ? Number(first.used) : null,
      retry_after: retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000),
    },
  });
}

/** A period ends when the calendar says, whatever clock the store goes by. */
function resetOf({ resetMs, rule }: Refusal, nowMs: number): string | null {
  const atMs = rule.metric === "budget" ? rule.periodEndMs : resetMs === null ? null : nowMs + resetMs;
  return atMs === null ? null : new Date(atMs).toISOString();
}

function windowSentence(
  refusal: Refusal,
  rule: Exclude<Rule, BudgetRule>,
  refused: RefusedCall,
  shown: boolean,
): string {
  const { retryAfterMs } = refusal;
  const standing = shown
    ? `${owner(rule)} has used ${refusal.used} of ${rule.ceiling} ${METRICS[rule.metric]} ${spanOf(rule)}`
    : `a ${KINDS[rule.subject.kind]} limit is reached`;
  if (retryAfterMs === null) {
    const needs =
      rule.metric === "tokens"
        ? ` This call needs about ${refused.tokens} tokens: shorten it or set a smaller max_tokens.`
        : "";
    return `Rate limit exceeded: ${standing}.${needs} Waiting will not help.`;
  }
  return `Rate limit exceeded: ${standing}. Retry in ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s.`;
}

function spanOf(rule: Exclude<Rule, BudgetRule>): string {
  if (rule.metric === "parallel") return "at a time";
  return SPANS.get(rule.spanMs) ?? `in ${rule.spanMs / 1000} s`;
}

/** `team "search"`, `key "mobile-app" with model "gpt-4"`. */
function owner({ model, subject: { kind, name } }: Rule): string {
  if (kind === "gateway") return "the gateway";
  const whose = kind === "deployment" ? `a deployment of model "${name}"` : `${KINDS[kind]} "${name}"`;
  return model === null ? whose : `${whose} with model "${model}"`;
}

function budgetError(
  refusal: Refusal,
  rule: BudgetRule,
  refused: RefusedCall,
  headers: Headers,
  extra: { readonly reset_at: string | null },
  shown: boolean,
): GatewayError {
  const ceiling = rule.ceilingNanoUsd;
  const used = BigInt(refusal.used);
  const when = extra.reset_at ? `it resets at ${extra.reset_at}` : "it does not reset";
  // OpenAI's SDKs obey this before they look at the status: a spent budget is not mended by trying again.
  headers["x-should-retry"] = "false";
  const figures = shown ? { limit: nanoToUsd(ceiling), used: nanoToUsd(used) } : { limit: null, used: null };
  const message = shown
    ? `Budget has been exceeded! Current cost: ${formatUsd(used)}, Max budget: ${formatUsd(ceiling)}. This is ${describe(rule)}; ${when}.${reserve(used, ceiling, refused)}`
    : `Budget has been exceeded! This is a ${KINDS[rule.subject.kind]} budget; ${when}.`;
  return new GatewayError("budget_exceeded", message, {
    status: refused.budgetStatus,
    headers,
    extra: { ...extra, ...figures },
  });
}

function describe({ duration, model, subject: { kind, name } }: BudgetRule): string {
  const span = duration === null ? "" : ` of ${duration}`;
  const whose = kind === "gateway" ? "the gateway's budget" : `the ${KINDS[kind]} budget${span} of "${name}"`;
  return model === null ? whose : `${whose} for model "${model}"`;
}

/** Not spent yet, but this call could cost more than is left: said, or the figures would look like a fault. */
function reserve(used: bigint, ceiling: bigint, { costNanoUsd }: RefusedCall): string {
  if (used >= ceiling) return "";
  return ` This call may cost up to ${formatUsd(costNanoUsd)} and what is left is ${formatUsd(ceiling - used)}, less what running calls have reserved; a smaller max_tokens costs less.`;
}

function toRecord(list: HeaderList): Headers {
  const headers: Headers = {};
  for (let i = 0; i < list.length; i += 2) headers[list[i] ?? ""] = list[i + 1] ?? "";
  return headers;
}
