/**
 * Every rule that one owner (or the configuration) brings to a call, made by the gate's own functions: what the console
 * shows of budgets and limits cannot differ from what decides.
 */
import type { OwnerListRow } from "#db/queries/console-budgets.ts";
import type { Rule, Subject, SubjectKind } from "#lib/admission/admission.ts";
import { RuleList } from "#lib/admission/rule-list.ts";
import { type RuleBasis, rulesFor } from "#lib/admission/rules.ts";
import { isOfCandidate } from "#lib/admission/standing.ts";
import type { Config } from "#lib/config/config.ts";
import { MASTER, type SubjectPolicy } from "#lib/keys/caller.ts";
import { keyPolicy, memberPolicy, namedPolicy, toPolicy } from "#lib/keys/subject-policy.ts";
import { withDefaults } from "#lib/keys/subjects.ts";
import type { ModelGroups } from "#lib/routing/groups.ts";

export type OwnerKind = Exclude<SubjectKind, "gateway" | "model" | "deployment" | "provider">;

/** What holds for an owner as the database lists it. */
export function policyOf(
  kind: OwnerKind,
  row: OwnerListRow,
  config: Pick<Config, "endUserBudgetNanoUsd">,
): SubjectPolicy {
  const { member, own, tier } = row;
  if (kind === "key") return keyPolicy(own, tier);
  if (kind === "team_member") {
    const { member_defaults = {} } = own;
    return memberPolicy(row.user_name ?? row.user_id ?? "", { ...own, member_defaults }, member);
  }
  if (kind === "user" || kind === "team") return toPolicy(own);
  const policy = namedPolicy(row.id, { own, tier, restricted: false }) ?? toPolicy(own);
  return kind === "end_user" ? (withDefaults(row.id, policy, config) ?? policy) : policy;
}

/**
 * The owner's rules over all models.
 * @param id as rules and counters name the owner
 */
export function rulesOfOwner(
  kind: OwnerKind,
  id: string,
  policy: SubjectPolicy,
  nowMs: number,
  timezone: string,
): Rule[] {
  const { modelBudgets, modelRpm, modelTpm } = policy.finer;
  const models = [modelRpm, modelTpm, modelBudgets].flatMap((byModel) => Object.keys(byModel ?? {}));
  const main = kind === "key" || kind === "user" || kind === "team" ? "row" : "charged";
  const subject: Subject = { kind, id, name: policy.name };
  const rules = ["", ...new Set(models)].flatMap((model) => {
    const list = new RuleList(model, nowMs, timezone);
    list.addOwner(subject, policy, main);
    return list.rules;
  });
  return distinct(rules);
}

/** The rules of the gateway as a whole, of model groups, deployments and providers. */
export function rulesOfConfiguration(
  policy: RuleBasis & { readonly groups: ModelGroups },
  nowMs: number,
): Rule[] {
  const { config, groups } = policy;
  const names = new Set([...groups.all.map((group) => group.name), ...Object.keys(config.groupLimits)]);
  const rules = [...names].flatMap((name) =>
    (groups.find(name)?.deployments ?? []).flatMap(
      (deployment) => rulesFor(policy, MASTER, deployment, name, nowMs).rules,
    ),
  );
  return distinct(rules);
}

/** Where a limit of the configuration is set: the name of its setting, and its line where the file has one. */
export function sourceOf(rule: Rule, config: Config): string {
  const { kind, id } = rule.subject;
  if (isOfCandidate(rule) && kind === "deployment") {
    const deployment = config.deployments.find((one) => one.id === id);
    return deployment?.source === "stored" ? "the Models page" : (deployment?.source ?? "config.yaml");
  }
  const member =
    kind === "gateway" ? gatewayMember(rule) : kind === "model" ? "groupLimits" : "providerBudgets";
  return config.settingPlaces[member] ?? "config.yaml";
}

function gatewayMember(rule: Rule): string {
  if (rule.metric === "budget") return rule.soft ? "globalSoftBudgetNanoUsd" : "globalBudgetNanoUsd";
  if (rule.metric === "parallel") return "globalMaxParallelRequests";
  const name = rule.id.slice("gateway_".length);
  return `global${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function distinct(rules: readonly Rule[]): Rule[] {
  return [...new Map(rules.map((rule) => [`${rule.id} ${rule.counter}`, rule])).values()];
}
