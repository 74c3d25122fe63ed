/** Which rules a call falls under: built from the configuration, the caller and the deployment; cached until a period ends. */
import type { Config, Deployment } from "#lib/config/config.ts";
import type { Caller, SubjectPolicy } from "#lib/keys/caller.ts";
import type { Charge, Rule, Subject, SubjectKind } from "./admission.ts";
import { RuleList } from "./rule-list.ts";

export interface RuleSet {
  readonly rules: readonly Rule[];
  /** Rows of `budget_spend` that the call's cost moves. */
  readonly charges: readonly Charge[];
  /** Budget periods of the three owners whose row keeps their spend, for the spend record. */
  readonly keyPeriodStartMs: number | null;
  readonly userPeriodStartMs: number | null;
  readonly teamPeriodStartMs: number | null;
  /** The call may produce no more than its budgets afford. */
  readonly strict: boolean;
  /** When a budget period ends and the set must be built anew. */
  readonly validUntilMs: number;
}

/** What rules are built from besides caller and deployment. */
export interface RuleBasis {
  readonly config: Config;
}

/** Someone or something that the call itself names. */
export interface Named {
  readonly kind: "end_user" | "tag";
  /** As it stands in the records: a pseudonym where logs are anonymous. */
  readonly id: string;
  /** Null: nobody gave it any limit. */
  readonly policy: SubjectPolicy | null;
}

const cache = new WeakMap<RuleBasis, WeakMap<Caller, Map<string, RuleSet>>>();

/**
 * The rules of a call by this caller on this deployment.
 * @param modelGroup the group's public name: that of a wildcard's deployment differs from call to call
 */
export function rulesFor(
  basis: RuleBasis,
  caller: Caller,
  deployment: Deployment,
  modelGroup: string,
  nowMs: number,
): RuleSet {
  const sets = cachedSets(basis, caller);
  const name = `${deployment.id} ${modelGroup}`;
  const known = sets.get(name);
  if (known && nowMs < known.validUntilMs) return known;
  const built = build(basis, caller, deployment, modelGroup, nowMs);
  // Names of a wildcard are the clients' to make up.
  if (sets.size >= MOST_SETS) sets.clear();
  sets.set(name, built);
  return built;
}

const MOST_SETS = 1_000;

function cachedSets(basis: RuleBasis, caller: Caller): Map<string, RuleSet> {
  const callers = cache.get(basis) ?? new WeakMap<Caller, Map<string, RuleSet>>();
  cache.set(basis, callers);
  const sets = callers.get(caller) ?? new Map<string, RuleSet>();
  callers.set(caller, sets);
  return sets;
}

function build(
  { config }: RuleBasis,
  caller: Caller,
  deployment: Deployment,
  modelGroup: string,
  nowMs: number,
): RuleSet {
  const list = new RuleList(modelGroup, nowMs, config.timezone);
  addGateway(list, config);
  addModel(list, config, deployment, modelGroup);
  const { key, member, team, user } = caller;
  const keyPeriodStartMs = list.addOwner(subject("key", key), key, "row");
  const teamPeriodStartMs = team && list.addOwner(subject("team", team), team, "row");
  // A key inside a team is charged to the team's budget and not to its user's.
  const userPeriodStartMs = user && list.addOwner(subject("user", user), user, team ? "none" : "row");
  if (member) list.addOwner(subject("team_member", member), member, "charged");
  return {
    rules: list.rules,
    charges: list.charges,
    keyPeriodStartMs,
    userPeriodStartMs,
    teamPeriodStartMs,
    strict: list.strict || config.reservation === "strict",
    validUntilMs: list.validUntilMs,
  };
}

function addGateway(list: RuleList, config: Config): void {
  list.addLimits(GATEWAY, config.globalLimits);
  const terms = {
    maxNanoUsd: config.globalBudgetNanoUsd,
    softNanoUsd: config.globalSoftBudgetNanoUsd,
    duration: config.globalBudgetDuration,
    charged: null,
  };
  if (terms.maxNanoUsd !== null || terms.softNanoUsd !== null)
    list.addBudget(GATEWAY, terms, "gateway_budget");
}

const GATEWAY: Subject = { kind: "gateway", id: "gateway", name: "gateway" };

/** The model group, the deployment that was chosen in it, and its provider. */
function addModel(list: RuleList, config: Config, deployment: Deployment, modelGroup: string): void {
  const { budget, limits, provider, routingHint } = deployment;
  const group = config.groupLimits[modelGroup];
  if (group) {
    const model: Subject = { kind: "model", id: modelGroup, name: modelGroup };
    list.addLimits(model, group.limits);
    if (group.budget)
      list.addBudget(model, { ...group.budget, softNanoUsd: null, charged: "main" }, "model_budget");
  }
  const own: Subject = { kind: "deployment", id: deployment.id, name: deployment.modelGroup };
  list.addLimits(own, routingHint ? { maxParallelRequests: limits.maxParallelRequests } : limits);
  if (budget) list.addBudget(own, { ...budget, softNanoUsd: null, charged: "main" }, "deployment_budget");
  const ofProvider = config.providerBudgets[provider];
  if (!ofProvider) return;
  const payee: Subject = { kind: "provider", id: provider, name: provider };
  list.addBudget(payee, { ...ofProvider, softNanoUsd: null, charged: "main" }, "provider_budget");
}

function subject(kind: SubjectKind, { id, name }: SubjectPolicy): Subject {
  return { kind, id, name };
}

/**
 * Adds the rules of what the call names itself. Each of them has its whole spend counted, limited or not. Calls that name
 * the same get the same set: what is made from its lists need not be made for each of them.
 */
export function withNamed(
  basis: RuleBasis,
  set: RuleSet,
  named: readonly Named[],
  modelGroup: string,
  nowMs: number,
): RuleSet {
  if (named.length === 0) return set;
  const lists = named.map((one) => ownOf(basis, one, modelGroup, nowMs));
  const last = lastNamed.get(set);
  if (last?.lists.length === lists.length && last.lists.every((list, index) => list === lists[index]))
    return last.set;
  const joined = {
    ...set,
    rules: set.rules.concat(...lists.map((list) => list.rules)),
    charges: set.charges.concat(...lists.map((list) => list.charges)),
    strict: set.strict || lists.some((list) => list.strict),
  };
  lastNamed.set(set, { lists, set: joined });
  return joined;
}

/** What was made last of a caller's set. */
const lastNamed = new WeakMap<RuleSet, { readonly lists: readonly RuleList[]; readonly set: RuleSet }>();

interface OwnRules {
  readonly basis: RuleBasis;
  readonly named: Named;
  readonly modelGroup: string;
  readonly list: RuleList;
}

/** What was made last of a policy: calls that name it mostly call the same model. */
const ownRules = new WeakMap<SubjectPolicy, OwnRules>();

function ownOf(basis: RuleBasis, named: Named, modelGroup: string, nowMs: number): RuleList {
  const { id, kind, policy } = named;
  const known = policy && ownRules.get(policy);
  if (
    known &&
    known.basis === basis &&
    known.modelGroup === modelGroup &&
    known.named.kind === kind &&
    known.named.id === id &&
    nowMs < known.list.validUntilMs
  )
    return known.list;
  const list = new RuleList(modelGroup, nowMs, basis.config.timezone);
  // Any key may name any end user and is told what holds for it; what people call them is not every key's to read.
  const who: Subject = { kind, id, name: kind === "end_user" ? id : (policy?.name ?? id) };
  list.charge(who, "life", null);
  if (!policy) return list;
  list.addOwner(who, policy, "charged");
  ownRules.set(policy, { basis, named, modelGroup, list });
  return list;
}

/** Spend of the running period: what an earlier one left behind counts as nothing (the reset needs no timer). */
export function periodSpend(
  spent: { readonly spendNanoUsd: bigint; readonly spendPeriodStartMs: number | null },
  periodStartMs: number | null,
): bigint {
  const stale = periodStartMs !== null && (spent.spendPeriodStartMs ?? -Infinity) < periodStartMs;
  return stale ? 0n : spent.spendNanoUsd;
}
