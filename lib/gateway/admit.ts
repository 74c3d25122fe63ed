/** The admission step of a call: what it takes, on which deployment, and what a refusal says. */
import type { Lease, TakeRequest } from "#lib/admission/admission.ts";
import { type RuleSet, rulesFor } from "#lib/admission/rules.ts";
import type { Deployment } from "#lib/config/config.ts";
import { costOf, NO_USAGE, priceFor, priceTable } from "#lib/models/cost.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayDeps } from "./context.ts";
import { outputBound } from "./outgoing.ts";
import { refusalError } from "./refusal.ts";
import type { RunningCall } from "./running-call.ts";

/**
 * Takes the rules of the first candidate that has room: all of them or none. A candidate's own ceiling lets the next one
 * try; any other rule refuses the call.
 * @returns the candidates from the admitted one on
 */
export async function admit(
  deps: GatewayDeps,
  running: RunningCall,
  candidates: readonly Deployment[],
): Promise<readonly Deployment[]> {
  const { config } = running.context.policy;
  let refused: GatewayError | null = null;
  for (const [index, deployment] of candidates.entries()) {
    const request = takeRequest(running, deployment, deps.clock.now());
    const verdict = await deps.admission.take(request.take);
    running.states = verdict.states;
    if (verdict.allowed) {
      running.admitted(deployment, verdict.lease, request.set, request.unpriced);
      return candidates.slice(index);
    }
    running.rule = verdict.refusals[0]?.rule.id ?? null;
    refused = refusalError({
      refusals: verdict.refusals,
      states: verdict.states,
      modelGroup: running.modelGroup,
      nowMs: request.take.nowMs,
      tokens: request.take.tokens,
      costNanoUsd: request.take.costNanoUsd,
      budgetStatus: config.budgetExceededStatus,
    });
    if (verdict.refusals.some((refusal) => refusal.rule.subject.kind !== "model")) break;
  }
  throw (
    refused ??
    new GatewayError("no_deployments", `No deployments available for selected model "${running.modelGroup}"`)
  );
}

interface Take {
  readonly take: TakeRequest;
  readonly set: RuleSet;
  readonly unpriced: boolean;
}

/** What a call takes on a deployment: its estimated prompt, the most it may produce, and what both may cost. */
function takeRequest(running: RunningCall, deployment: Deployment, nowMs: number): Take {
  const { call, context, endpoint } = running;
  const { config } = context.policy;
  const set = rulesFor(context.policy, context.caller, deployment, nowMs);
  const output = outputBound(config, endpoint, call);
  const table = priceTable(deployment);
  if (!table && config.unpriced === "deny") {
    throw new GatewayError(
      "invalid_request",
      `model "${running.modelGroup}" has no price and this gateway refuses unpriced models. Ask its operator to set one.`,
      {
        param: "model",
      },
    );
  }
  const costWith = (completionTokens: number) =>
    table
      ? costOf(priceFor(table, call.promptTokens), {
          ...NO_USAGE,
          promptTokens: call.promptTokens,
          completionTokens,
        })
      : 0n;
  const unbounded = endpoint.generates && call.maxTokens === null && config.maxTokens === null;
  return {
    set,
    unpriced: table === null,
    take: {
      rules: set.rules,
      leaseId: context.requestId,
      nowMs,
      leaseTtlMs: config.requestTimeoutMs + 60_000,
      tokens: call.promptTokens + output,
      costNanoUsd: costWith(output),
      ...(unbounded ? { least: { tokens: call.promptTokens, costNanoUsd: costWith(0) } } : {}),
    },
  };
}

/** A further candidate's own ceilings, taken before it is tried; null when it has no room. */
export async function admitNext(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
): Promise<Lease | null> {
  const { take } = takeRequest(running, deployment, deps.clock.now());
  const rules = take.rules.filter((rule) => rule.subject.kind === "model");
  const verdict = await deps.admission.take({ ...take, rules, leaseId: `${take.leaseId}:${deployment.id}` });
  return verdict.allowed ? verdict.lease : null;
}
