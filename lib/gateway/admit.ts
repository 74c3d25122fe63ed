/** The admission step of a call: which candidate has room, and what a refusal says. */
import type { Lease, Refusal, RuleState } from "#lib/admission/admission.ts";
import { isOfCandidate } from "#lib/admission/standing.ts";
import type { Deployment } from "#lib/config/config.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayDeps } from "./context.ts";
import { refusalError } from "./refusal.ts";
import { type Reservation, reservationFor } from "./reserve.ts";
import type { RunningCall } from "./running-call.ts";
import { take } from "./take.ts";

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
  let refused: Refused | null = null;
  for (const [index, deployment] of candidates.entries()) {
    const reservation = reservationFor(running, deployment, deps.clock.now());
    const verdict = await take(deps, reservation.take);
    running.states = verdict.states;
    running.local = verdict.local === true;
    if (verdict.kind === "admitted") {
      running.admitted(deployment, verdict.lease, reservation);
      return candidates.slice(index);
    }
    const { refusals, states } = verdict;
    const final = refusals.some(({ rule }) => !isOfCandidate(rule));
    // Of several full candidates the one that frees first tells when to come back.
    if (final || refused === null || waitOf(refusals) < waitOf(refused.refusals))
      refused = { reservation, refusals, states };
    if (final) break;
  }
  if (refused === null)
    throw new GatewayError(
      "no_deployments",
      `No deployments available for selected model "${running.modelGroup}"`,
    );
  running.states = refused.states;
  running.rule = refused.refusals[0]?.rule.id ?? null;
  throw tell(running, refused);
}

interface Refused {
  readonly reservation: Reservation;
  readonly refusals: readonly Refusal[];
  readonly states: readonly RuleState[];
}

function waitOf([first]: readonly Refusal[]): number {
  return first?.retryAfterMs ?? Infinity;
}

function tell(running: RunningCall, { refusals, reservation, states }: Refused): GatewayError {
  const { caller, policy } = running.context;
  const { costNanoUsd, nowMs, tokens } = reservation.take;
  return refusalError({
    refusals,
    states,
    caller,
    modelGroup: running.modelGroup,
    nowMs,
    tokens,
    costNanoUsd,
    budgetStatus: policy.config.budgetExceededStatus,
  });
}

/** A further candidate's own ceilings, taken before it is tried; null when it has no room. */
export async function admitNext(
  deps: GatewayDeps,
  running: RunningCall,
  deployment: Deployment,
): Promise<{ lease: Lease; reservation: Reservation } | null> {
  const reservation = reservationFor(running, deployment, deps.clock.now());
  const { affords } = reservation;
  // A dearer candidate whose price the strict reservation does not cover would pass the budget.
  if (affords && affords(running.costNanoUsd) < running.call.answers) return null;
  const rules = reservation.take.rules.filter(isOfCandidate);
  const leaseId = `${reservation.take.leaseId}:${deployment.id}`;
  const verdict = await take(deps, { ...reservation.take, rules, leaseId });
  return verdict.kind === "admitted" ? { lease: verdict.lease, reservation } : null;
}
