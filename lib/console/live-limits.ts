/**
 * The windows and slots that calls are counted in right now, as the gate's store has them. Many pages ask every two seconds,
 * each on its own beat: which rules there are is kept for some seconds, and where they stand is asked once a second.
 */
import { type RefusedRow, refusedByRule } from "#db/queries/console-budgets.ts";
import type { ParallelRule, Rule, RuleState, SubjectKind, WindowRule } from "#lib/admission/admission.ts";
import { SharedReads } from "#lib/shared-reads.ts";
import { matchesWildcard } from "#lib/wildcard.ts";
import { type BudgetDeps, type RuledOwner, ruledOwners } from "./budget-list.ts";
import type { LiveLimit, LiveLimits } from "./live-limits-schema.ts";
import { rulesOfConfiguration, sourceOf } from "./owner-rules.ts";

type Counted = WindowRule | ParallelRule;

interface Ground {
  readonly rules: readonly { readonly rule: Counted; readonly source: string }[];
  readonly refused: readonly RefusedRow[];
}

interface Standings {
  readonly askedMs: number;
  readonly ground: Ground;
  /** Of the ground's rules, in their order. */
  readonly states: readonly (RuleState | null)[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Of each kind of owner. */
const MOST = 500;
/** Rules that the gate is asked about at once: calls go on between one question and the next. */
const AT_ONCE = 100;

const grounds = new SharedReads<Ground>(10_000);
const standings = new SharedReads<Standings>(1_000);
/** As JSON, of standings that never change. */
const texts = new SharedReads<string>(Number.POSITIVE_INFINITY);

/** @param userId whose alone are shown, beside what the gateway and its models can take; null: everybody's */
export async function liveLimits(
  deps: BudgetDeps,
  userId: string | null,
  idle: boolean,
  nowMs: number,
): Promise<LiveLimits> {
  return listed(await standingsFor(deps, userId, nowMs), idle);
}

/** The same as JSON, written once for everybody who may see the same. */
export async function liveLimitsText(
  deps: BudgetDeps,
  userId: string | null,
  idle: boolean,
  nowMs: number,
): Promise<string> {
  const standing = await standingsFor(deps, userId, nowMs);
  const write = async () => JSON.stringify(listed(standing, idle));
  return texts.read(standing, idle ? "all" : "in use", nowMs, write);
}

/** What one person may see is asked apart from what another may: `null` is everybody's, and no id in quotes reads like it. */
async function standingsFor(deps: BudgetDeps, userId: string | null, nowMs: number): Promise<Standings> {
  const scope = JSON.stringify(userId);
  const ground = await grounds.read(deps.admission, scope, nowMs, () => readGround(deps, userId, nowMs));
  return standings.read(ground, scope, nowMs, async () => ({
    askedMs: nowMs,
    ground,
    states: await askStates(deps, ground, nowMs),
  }));
}

function listed({ askedMs, ground, states }: Standings, idle: boolean): LiveLimits {
  const byRule = Map.groupBy(ground.refused, (row) => row.rule);
  const rows: LiveLimit[] = [];
  let idleCount = 0;
  for (const [place, state] of states.entries()) {
    const limit = ground.rules[place];
    if (limit === undefined) continue;
    const { rule, source } = limit;
    const used = Number(state?.used ?? 0);
    const calls = refusedBy(rule, byRule.get(rule.id) ?? []);
    if (used === 0 && calls === 0) {
      idleCount += 1;
      if (!idle) continue;
    }
    rows.push({
      id: `${rule.id} ${rule.counter}`,
      kind: rule.subject.kind,
      subjectId: rule.subject.id,
      name: rule.subject.name,
      model: rule.model,
      metric: rule.metric,
      spanMs: rule.metric === "parallel" ? null : rule.spanMs,
      used,
      ceiling: rule.ceiling,
      resetMs: used === 0 ? null : (state?.resetMs ?? null),
      refused: calls,
      source,
    });
  }
  rows.sort((a, b) => shareOf(b) - shareOf(a) || b.refused - a.refused || a.id.localeCompare(b.id));
  const refusals = [...byRule].map(([rule, all]) => ({
    rule,
    calls: all.reduce((sum, row) => sum + row.calls, 0),
  }));
  refusals.sort((a, b) => b.calls - a.calls);
  return { atMs: askedMs, rows, idle: idleCount, refusals };
}

async function askStates(deps: BudgetDeps, { rules }: Ground, nowMs: number): Promise<(RuleState | null)[]> {
  const states: (RuleState | null)[] = [];
  for (let first = 0; first < rules.length; first += AT_ONCE) {
    const some = rules.slice(first, first + AT_ONCE).map(({ rule }) => rule);
    states.push(...(await deps.admission.look(some, nowMs)));
  }
  return states;
}

async function readGround(deps: BudgetDeps, userId: string | null, nowMs: number): Promise<Ground> {
  const policy = deps.policy();
  const refused = await refusedByRule(deps.sql, nowMs - HOUR_MS, userId);
  const owners = await ruledOwners(
    deps,
    { what: "limits", most: MOST, usedSinceMs: nowMs - DAY_MS, ...(userId === null ? {} : { userId }) },
    nowMs,
  );
  const configured = rulesOfConfiguration(policy, nowMs).filter(isCounted);
  const rules = [
    ...configured.map((rule) => ({ rule, source: sourceOf(rule, policy.config) })),
    ...owners.flatMap((owner) =>
      owner.rules.filter(isCounted).map((rule) => ({ rule, source: ownerSource(owner, rule) })),
    ),
  ];
  return { rules, refused };
}

function isCounted(rule: Rule): rule is Counted {
  return rule.metric !== "budget";
}

const OWN = {
  key: "this key",
  user: "this person",
  team: "this team",
  team_member: "this member",
  end_user: "this end user",
  tag: "this tag",
} as const;

/** The owner's own row beats its tier, and a member's beats the team's default. */
function ownerSource({ kind, row }: RuledOwner, rule: Counted): string {
  const tier = kind === "team_member" ? (row.member?.tier ?? null) : row.tier;
  const own = kind === "team_member" ? row.member : row.own;
  const limits = kind === "team_member" ? {} : row.own.limits;
  if (rule.model !== null) {
    const mine = rule.metric === "tokens" ? limits.modelTpm : limits.modelRpm;
    return mine && Object.hasOwn(mine, rule.model) ? OWN[kind] : `tier ${tier?.id}`;
  }
  const name = rule.id.slice(kind.length + 1);
  const value =
    name === "rpm"
      ? own?.rpm_limit
      : name === "tpm"
        ? own?.tpm_limit
        : name === "parallel"
          ? row.own.max_parallel_requests
          : limits[name as "rph" | "rpd" | "tph" | "tpd"];
  if (value !== null && value !== undefined) return OWN[kind];
  return tier ? `tier ${tier.id}` : kind === "team_member" ? "the team's default for members" : OWN[kind];
}

function refusedBy({ model, subject }: Counted, rows: readonly RefusedRow[]): number {
  return rows.reduce((sum, row) => {
    const here =
      model === null ||
      model === row.model_group ||
      (model.includes("*") && matchesWildcard(model, row.model_group));
    return here && idOf(subject.kind, row) === subject.id ? sum + row.calls : sum;
  }, 0);
}

/** Whose rule it was, as the record tells; null: it does not. */
function idOf(kind: SubjectKind, row: RefusedRow): string | null {
  switch (kind) {
    case "gateway":
      return "gateway";
    case "key":
      return row.key_id;
    case "user":
      return row.user_id;
    case "team":
      return row.team_id;
    case "team_member":
      return `${row.team_id}/${row.user_id}`;
    case "end_user":
      return row.end_user;
    case "model":
      return row.model_group;
    case "deployment":
      return row.deployment_id;
    case "provider":
      return row.provider;
    case "tag":
      return null;
  }
}

function shareOf({ ceiling, used }: LiveLimit): number {
  return ceiling === 0 ? 1 : used / ceiling;
}
