/** A refusal told to the caller: which rule, whose, how much, and until when. */
import type { Refusal, RuleState } from "#lib/admission/admission.ts";
import { GatewayError } from "../errors.ts";
import { formatUsd, nanoToUsd } from "../money.ts";
import type { HeaderList, Headers } from "./http.ts";
import { addVerdictHeaders } from "./verdict-headers.ts";

export interface RefusedCall {
  readonly refusals: readonly Refusal[];
  readonly states: readonly RuleState[];
  readonly modelGroup: string;
  readonly nowMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  readonly budgetStatus: number;
}

const METRICS = { requests: "requests", tokens: "tokens", parallel: "parallel requests" } as const;

/** The error for a refused call; the first refusal is the one that frees last. */
export function refusalError(refused: RefusedCall): GatewayError {
  const [first, ...others] = refused.refusals;
  if (!first) throw new RangeError("a refusal without a rule");
  const list: HeaderList = [];
  addVerdictHeaders(list, refused.states, refused.modelGroup);
  const headers = toRecord(list);
  const resetAt = first.resetMs === null ? null : new Date(refused.nowMs + first.resetMs).toISOString();
  const extra = {
    reason: first.rule.id,
    scope: first.rule.subject,
    also: others.length > 0 ? others.map((refusal) => refusal.rule.id) : undefined,
    reset_at: resetAt,
  };
  if (first.rule.metric === "budget") return budgetError(first, refused, headers, extra, resetAt);
  const retryAfterMs = first.retryAfterMs;
  if (retryAfterMs !== null) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    headers["retry-after-ms"] = String(Math.max(1, Math.ceil(retryAfterMs)));
  } else headers["x-should-retry"] = "false";
  headers["rate_limit_type"] = first.rule.metric;
  if (resetAt) headers["reset_at"] = resetAt;
  return new GatewayError("rate_limit_exceeded", windowSentence(first, refused), {
    headers,
    extra: {
      ...extra,
      limit: first.rule.ceiling,
      used: Number(first.used),
      retry_after: retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000),
    },
  });
}

function windowSentence(refusal: Refusal, refused: RefusedCall): string {
  const { rule } = refusal;
  if (rule.metric === "budget") return "Rate limit exceeded";
  const whose = `${rule.subject.kind === "gateway" ? "the gateway" : `${rule.subject.kind} "${rule.subject.name}"`}`;
  const span = rule.metric === "parallel" ? "at a time" : "per minute";
  const standing = `${whose} has used ${refusal.used} of ${rule.ceiling} ${METRICS[rule.metric]} ${span}`;
  if (refusal.retryAfterMs === null) {
    const needs =
      rule.metric === "tokens"
        ? ` This call needs about ${refused.tokens} tokens: shorten it or set a smaller max_tokens.`
        : "";
    return `Rate limit exceeded: ${standing}.${needs} Waiting will not help.`;
  }
  return `Rate limit exceeded: ${standing}. Retry in ${Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))} s.`;
}

function budgetError(
  refusal: Refusal,
  refused: RefusedCall,
  headers: Headers,
  extra: Record<string, unknown>,
  resetAt: string | null,
): GatewayError {
  const { rule } = refusal;
  const ceiling = rule.metric === "budget" ? rule.ceilingNanoUsd : 0n;
  const used = BigInt(refusal.used);
  const whose = `This is the ${rule.subject.kind} budget of "${rule.subject.name}"`;
  const when = resetAt ? `it resets at ${resetAt}` : "it does not reset";
  // Not spent yet, but this call could cost more than is left: say so, or the figures look like a fault.
  const reserve =
    used < ceiling
      ? ` This call may cost up to ${formatUsd(refused.costNanoUsd)} and what is left is ${formatUsd(ceiling - used)}, less what running calls have reserved; a smaller max_tokens costs less.`
      : "";
  const message = `Budget has been exceeded! Current cost: ${formatUsd(used)}, Max budget: ${formatUsd(ceiling)}. ${whose}; ${when}.${reserve}`;
  // OpenAI's SDKs obey this before they look at the status: a spent budget is not mended by trying again.
  headers["x-should-retry"] = "false";
  return new GatewayError("budget_exceeded", message, {
    status: refused.budgetStatus,
    headers,
    extra: { ...extra, limit: nanoToUsd(ceiling), used: nanoToUsd(used) },
  });
}

function toRecord(list: HeaderList): Headers {
  const headers: Headers = {};
  for (let i = 0; i < list.length; i += 2) headers[list[i] ?? ""] = list[i + 1] ?? "";
  return headers;
}
