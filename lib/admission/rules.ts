/** Which rules a call falls under: built from the configuration, the caller and the deployment; cached until a period ends. */
import type { Config, Deployment, Limits } from "#lib/config/config.ts";
import type { Caller, SubjectPolicy } from "#lib/keys/caller.ts";
import type { BudgetRule, Rule, Subject } from "./admission.ts";
import { budgetPeriod } from "./period.ts";

const MINUTE_MS = 60_000;

export interface RuleSet {
  readonly rules: readonly Rule[];
  /** Budget periods of the three owners, for the spend record. */
  readonly keyPeriodStartMs: number | null;
  readonly userPeriodStartMs: number | null;
  readonly teamPeriodStartMs: number | null;
  /** When a budget period ends and the set must be built anew. */
  readonly validUntilMs: number;
}

/** What rules are built from besides caller and deployment. */
export interface RuleBasis {
  readonly config: Config;
  /** What the whole gateway had spent, in the period that began then, when this configuration came into force. */
  readonly gatewaySpend: Pick<SubjectPolicy, "spendNanoUsd" | "spendPeriodStartMs">;
}

const cache = new WeakMap<RuleBasis, WeakMap<Caller, Map<string, RuleSet>>>();

/** The rules of a call by this caller on this deployment. */
export function rulesFor(basis: RuleBasis, caller: Caller, deployment: Deployment, nowMs: number): RuleSet {
  const sets = cachedSets(basis, caller);
  const known = sets.get(deployment.id);
  if (known && nowMs < known.validUntilMs) return known;
  const built = build(basis, caller, deployment, nowMs);
  sets.set(deployment.id, built);
  return built;
}

function cachedSets(basis: RuleBasis, caller: Caller): Map<string, RuleSet> {
  const callers = cache.get(basis) ?? new WeakMap<Caller, Map<string, RuleSet>>();
  cache.set(basis, callers);
  const sets = callers.get(caller) ?? new Map<string, RuleSet>();
  callers.set(caller, sets);
  return sets;
}

function build(basis: RuleBasis, caller: Caller, deployment: Deployment, nowMs: number): RuleSet {
  const { config } = basis;
  const rules: Rule[] = [];
  const gateway = owner(rules, "gateway", gatewayPolicy(basis), config.timezone, nowMs);
  if (!deployment.routingHint) {
    const model: Subject = { kind: "model", id: deployment.id, name: deployment.modelGroup };
    addLimits(rules, "model", model, deployment.limits);
  }
  const key = owner(rules, "key", caller.key, config.timezone, nowMs);
  const team = caller.team && owner(rules, "team", caller.team, config.timezone, nowMs);
  const user = caller.user && owner(rules, "user", caller.user, config.timezone, nowMs, caller.team !== null);
  const budgets = [gateway, key, team, user].filter((rule) => rule !== null);
  return {
    rules,
    keyPeriodStartMs: key?.periodStartMs ?? null,
    userPeriodStartMs: user?.periodStartMs ?? null,
    teamPeriodStartMs: team?.periodStartMs ?? null,
    validUntilMs: Math.min(Infinity, ...budgets.map((rule) => rule.periodEndMs ?? Infinity)),
  };
}

function addLimits(rules: Rule[], prefix: string, subject: Subject, limits: Limits): void {
  const counter = `${subject.kind}:${subject.id}`;
  if (limits.rpm !== null)
    rules.push({
      id: `${prefix}_rpm`,
      subject,
      counter: `${counter}:rpm`,
      metric: "requests",
      spanMs: MINUTE_MS,
      ceiling: limits.rpm,
    });
  if (limits.tpm !== null)
    rules.push({
      id: `${prefix}_tpm`,
      subject,
      counter: `${counter}:tpm`,
      metric: "tokens",
      spanMs: MINUTE_MS,
      ceiling: limits.tpm,
    });
  if (limits.maxParallelRequests !== null)
    rules.push({
      id: `${prefix}_parallel`,
      subject,
      counter: `${counter}:parallel`,
      metric: "parallel",
      ceiling: limits.maxParallelRequests,
    });
}

/** Adds an owner's rules and returns its budget period. A key inside a team is charged to the team's budget, not to its user's. */
function owner(
  rules: Rule[],
  kind: BudgetOwner,
  policy: SubjectPolicy,
  timezone: string,
  nowMs: number,
  budgetElsewhere = false,
): Pick<BudgetRule, "periodStartMs" | "periodEndMs"> | null {
  const subject: Subject = { kind, id: policy.id, name: policy.name };
  addLimits(rules, kind, subject, policy);
  const period = policy.budgetDuration === null ? null : budgetPeriod(policy.budgetDuration, nowMs, timezone);
  const periodStartMs = period?.startMs ?? null;
  const periodEndMs = period?.endMs ?? null;
  if (policy.maxBudgetNanoUsd !== null && !budgetElsewhere) {
    rules.push({
      id: `${kind}_budget`,
      subject,
      counter: budgetCounter(kind, policy.id),
      metric: "budget",
      ceilingNanoUsd: policy.maxBudgetNanoUsd,
      duration: policy.budgetDuration,
      periodStartMs,
      periodEndMs,
      primedNanoUsd: periodSpend(policy, periodStartMs),
    });
  }
  return { periodStartMs, periodEndMs };
}

type BudgetOwner = "gateway" | "key" | "user" | "team";

/** The gateway's own ceilings (`litellm_settings`), in the shape of any other owner's. */
function gatewayPolicy({ config, gatewaySpend }: RuleBasis): SubjectPolicy {
  return {
    id: "gateway",
    name: "gateway",
    models: [],
    ...config.globalLimits,
    maxBudgetNanoUsd: config.globalBudgetNanoUsd,
    budgetDuration: config.globalBudgetDuration,
    ...gatewaySpend,
    blocked: false,
  };
}

/** The counter of an owner's budget in the store. */
export function budgetCounter(kind: BudgetOwner, id: string): string {
  return `${kind}:${id}:budget`;
}

/** Spend of the running period: what an earlier one left behind counts as nothing (the reset needs no timer). */
export function periodSpend(
  policy: Pick<SubjectPolicy, "spendNanoUsd" | "spendPeriodStartMs">,
  periodStartMs: number | null,
): bigint {
  const stale = periodStartMs !== null && (policy.spendPeriodStartMs ?? -Infinity) < periodStartMs;
  return stale ? 0n : policy.spendNanoUsd;
}
