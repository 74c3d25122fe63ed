/** Where each limit and budget of a key stands, by the very rules that its calls fall under. */
import type { Sql } from "#db/client.ts";
import type { AdmissionStore, BudgetRule, Rule } from "#lib/admission/admission.ts";
import { ledgerSpend } from "#lib/admission/prime.ts";
import { type RuleBasis, rulesFor } from "#lib/admission/rules.ts";
import type { Caller } from "#lib/keys/caller.ts";
import type { CallerLookup } from "#lib/keys/lookup.ts";
import type { ModelGroups } from "#lib/routing/groups.ts";

export interface KeyLimit {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Set where it holds for this model alone. */
  readonly model: string | null;
  readonly metric: Rule["metric"];
  readonly spanMs: number | null;
  /** Warns and never refuses. */
  readonly soft: boolean;
  /** Calls, tokens or nano-dollars. */
  readonly used: bigint;
  readonly ceiling: bigint;
  readonly resetsAtMs: number | null;
}

export interface KeyLimitsDeps {
  readonly sql: Sql;
  readonly lookup: Pick<CallerLookup, "find">;
  readonly admission: Pick<AdmissionStore, "look">;
  readonly policy: () => RuleBasis & { readonly groups: ModelGroups };
}

/** @returns null for a key that works no more */
export async function keyLimits(
  deps: KeyLimitsDeps,
  secretHash: string,
  nowMs: number,
): Promise<KeyLimit[] | null> {
  const caller = await deps.lookup.find(secretHash);
  if (!caller) return null;
  const rules = rulesOf(deps.policy(), caller, nowMs);
  const states = await deps.admission.look(rules, nowMs);
  const unknown = rules.filter(
    (rule, place): rule is BudgetRule => rule.metric === "budget" && !states[place],
  );
  const spent = unknown.length === 0 ? new Map<string, bigint>() : await ledgerSpend(deps.sql, unknown);
  return rules.map((rule, place) => {
    const state = states[place] ?? null;
    const budget = rule.metric === "budget";
    return {
      id: `${rule.id} ${rule.counter}`,
      kind: rule.subject.kind,
      name: rule.subject.name,
      model: rule.model,
      metric: rule.metric,
      spanMs: "spanMs" in rule ? rule.spanMs : null,
      soft: budget && rule.soft,
      used: BigInt(state?.used ?? spent.get(rule.counter) ?? 0),
      ceiling: budget ? rule.ceilingNanoUsd : BigInt(rule.ceiling),
      resetsAtMs: budget ? rule.periodEndMs : resetOf(state?.resetMs ?? null, nowMs),
    };
  });
}

/** What holds for every call and for single models. Rules are made for a deployment: any one lends itself, and what is its own is left out. */
function rulesOf(policy: ReturnType<KeyLimitsDeps["policy"]>, caller: Caller, nowMs: number): Rule[] {
  const deployment = policy.groups.all[0]?.deployments[0];
  if (!deployment) return [];
  const owners = [caller.key, caller.user, caller.team, caller.member].filter((owner) => owner !== null);
  const models = owners.flatMap(({ finer }) =>
    [finer.modelRpm, finer.modelTpm, finer.modelBudgets].flatMap((byModel) => Object.keys(byModel ?? {})),
  );
  const rules = ["", ...new Set(models)].flatMap((model) => [
    ...rulesFor(policy, caller, deployment, model, nowMs).rules,
  ]);
  const own = rules.filter(
    ({ subject: { kind } }) => kind !== "model" && kind !== "deployment" && kind !== "provider",
  );
  return [...new Map(own.map((rule) => [`${rule.id} ${rule.counter}`, rule])).values()];
}

function resetOf(resetMs: number | null, nowMs: number): number | null {
  return resetMs === null || resetMs <= 0 ? null : nowMs + resetMs;
}
