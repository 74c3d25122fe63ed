/** `GET /v1/usage`: what a key has spent, and where each limit and budget stands that its calls fall under. */
import { ownSpend } from "#db/queries/budget-spend.ts";
import { totalOf } from "#db/queries/spend.ts";
import type { BudgetRule, Rule } from "#lib/admission/admission.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { ledgerSpend } from "#lib/admission/prime.ts";
import { type Named, periodSpend, type RuleSet, rulesFor, withNamed } from "#lib/admission/rules.ts";
import { budgetState } from "#lib/admission/standing.ts";
import type { Deployment } from "#lib/config/config.ts";
import { accessibleDeployments } from "#lib/keys/access.ts";
import { type UsageStanding, usageOf } from "#lib/spend/usage.ts";
import { GatewayError } from "../errors.ts";
import { nanoToUsd } from "../money.ts";
import { readEndUser } from "./client-options.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { lookUp } from "./named.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";

const usage: KeyRoute["run"] = async (deps, context) => {
  const { caller } = context;
  const model = queryText(context, "model") ?? null;
  const nowMs = deps.clock.now();
  const sets = model === null ? ownSets(context, nowMs) : modelSets(context, model, nowMs);
  const rules = await withThoseNamed(deps, context, sets, model, nowMs);
  // The ledger's figures stand in for budgets that nobody has asked the store for yet.
  await deps.ledger.flush();
  const standings = await standingsOf(deps, rules, nowMs);
  return json(200, {
    object: "usage",
    at: new Date(nowMs).toISOString(),
    model,
    key: {
      key_id: caller.keyId,
      key_alias: caller.alias,
      user_id: caller.userId,
      team_id: caller.teamId,
      expires: caller.expiresAtMs === null ? null : new Date(caller.expiresAtMs).toISOString(),
      reservation: sets.some((set) => set.strict) ? "strict" : "estimate",
    },
    spend: await spendOf(deps, context, nowMs),
    ...usageOf(standings, caller, nowMs),
  });
};

/**
 * What holds for every call of this caller, and its ceilings for single models. Rules are made for a deployment, so any
 * one lends itself; what is its own is left out.
 */
function ownSets({ caller, policy }: AuthenticatedContext, nowMs: number): RuleSet[] {
  const deployment = policy.groups.all[0]?.deployments[0];
  if (!deployment) return [];
  const owners = [caller.key, caller.user, caller.team, caller.member].filter((owner) => owner !== null);
  const patterns = owners.flatMap(({ finer }) =>
    [finer.modelRpm, finer.modelTpm, finer.modelBudgets].flatMap((byModel) => Object.keys(byModel ?? {})),
  );
  return ["", ...new Set(patterns)].map((name) => {
    const set = rulesFor(policy, caller, deployment, name, nowMs);
    return { ...set, rules: set.rules.filter((rule) => !isOfModel(rule)) };
  });
}

/** What holds for a call of this model: of each of its deployments that the caller may use. @throws GatewayError not_found */
function modelSets(context: AuthenticatedContext, model: string, nowMs: number): RuleSet[] {
  const { caller, policy } = context;
  const name = caller.aliases[model] ?? model;
  const group = policy.groups.find(name);
  const usable: readonly Deployment[] | string = group
    ? accessibleDeployments(caller, group.name, group.deployments)
    : "unknown";
  if (!group || typeof usable === "string") {
    // A model the caller may not see and one that is not there get the same answer.
    throw new GatewayError("not_found", `model not found: "${model}". Call GET /v1/models.`, {
      param: "model",
    });
  }
  return usable.map((deployment) => rulesFor(policy, caller, deployment, group.name, nowMs));
}

function isOfModel({ subject: { kind } }: Rule): boolean {
  return kind === "model" || kind === "deployment" || kind === "provider";
}

/** Adds what holds for the key's own tags, which every call of it has, and for an end user, and names each rule once. */
async function withThoseNamed(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  sets: readonly RuleSet[],
  model: string | null,
  nowMs: number,
): Promise<Rule[]> {
  const { caller, policy, request } = context;
  const who: Pick<Named, "kind" | "id">[] = caller.tags.map((id) => ({ kind: "tag", id }));
  const endUser = queryText(context, "customer_id") ?? readEndUser(request.headers);
  if (endUser !== null) who.push({ kind: "end_user", id: endUser });
  const named = await lookUp(deps, policy.config, who);
  const rules = sets.flatMap((set) => withNamed(policy, set, named, model ?? "", nowMs).rules);
  return [...new Map(rules.map((rule) => [`${rule.id} ${rule.counter}`, rule])).values()];
}

/** As the store has it; a budget that it does not know, as the ledger has it. Of a limit nobody else knows. */
async function standingsOf(
  deps: GatewayDeps,
  rules: readonly Rule[],
  nowMs: number,
): Promise<UsageStanding[]> {
  const looked = await deps.admission.look(rules, nowMs);
  const unknown = rules.filter(
    (rule, place): rule is BudgetRule => rule.metric === "budget" && !looked[place],
  );
  const spent =
    unknown.length === 0
      ? new Map<string, bigint>()
      : await deps.health.run(() => ledgerSpend(deps.sql, unknown));
  return rules.map((rule, place) => {
    const state = looked[place] ?? null;
    if (state || rule.metric !== "budget") return { rule, state };
    return { rule, state: budgetState(rule, spent.get(rule.counter) ?? 0n, nowMs) };
  });
}

/** Of the running budget period, and of all time. An operator's reset empties the period; the records stay. */
async function spendOf(deps: GatewayDeps, { caller, policy }: AuthenticatedContext, nowMs: number) {
  const { keyId } = caller;
  const duration = caller.key.budgetDuration;
  const period = duration === null ? null : budgetPeriod(duration, nowMs, policy.config.timezone);
  const life = await totalOf(deps.sql, { fromMs: null, toMs: null }, { keyId });
  const [row] = await ownSpend(deps.sql, "key", [keyId]);
  const counted = row && {
    spendNanoUsd: row.spend,
    spendPeriodStartMs: row.period?.getTime() ?? null,
  };
  return {
    period_usd: nanoToUsd(counted ? periodSpend(counted, period?.startMs ?? null) : life),
    life_usd: nanoToUsd(life),
    duration,
    period_started_at: period && new Date(period.startMs).toISOString(),
    resets_at: period && new Date(period.endMs).toISOString(),
  };
}

export const USAGE_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/usage", access: "own", run: usage },
];
