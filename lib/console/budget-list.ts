/** Every budget that calls are held against, with what is spent of it: the rules are the gate's, and so are the figures. */

import type { Sql } from "#db/client.ts";
import {
  limitedOwners,
  OWNER_KINDS,
  type OwnerListRow,
  type OwnersAsked,
} from "#db/queries/console-budgets.ts";
import type { AdmissionStore, BudgetRule, Rule, SubjectKind } from "#lib/admission/admission.ts";
import { ledgerSpend } from "#lib/admission/prime.ts";
import type { RuleBasis } from "#lib/admission/rules.ts";
import type { SubjectPolicy } from "#lib/keys/caller.ts";
import { pseudonym } from "#lib/privacy/anonymise.ts";
import type { ModelGroups } from "#lib/routing/groups.ts";
import { type OwnerKind, policyOf, rulesOfConfiguration, rulesOfOwner, sourceOf } from "./owner-rules.ts";

export interface BudgetDeps {
  readonly sql: Sql;
  readonly admission: Pick<AdmissionStore, "look">;
  readonly policy: () => RuleBasis & { readonly groups: ModelGroups };
  readonly pseudonymKey: string;
}

/** An owner with the rules that it brings. */
export interface RuledOwner {
  readonly kind: OwnerKind;
  /** As rules and counters name it. */
  readonly id: string;
  readonly row: OwnerListRow;
  readonly policy: SubjectPolicy;
  readonly rules: readonly Rule[];
}

export type BudgetPart = "main" | "tier" | "model" | "further";

export interface BudgetLine {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly subjectId: string;
  readonly name: string;
  readonly part: BudgetPart;
  /** Set where it holds for this model alone. */
  readonly model: string | null;
  /** Null: nothing is refused, a warning is all. */
  readonly limitNanoUsd: bigint | null;
  readonly softNanoUsd: bigint | null;
  readonly spentNanoUsd: bigint;
  /** Null: for life. */
  readonly duration: string | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly raise: { readonly nanoUsd: bigint; readonly untilMs: number } | null;
  /** Null for what the configuration sets. */
  readonly owner: RuledOwner | null;
  /** The tier that the amount comes from. */
  readonly tierId: string | null;
  /** `config.yaml:14`, for what the configuration sets. */
  readonly source: string | null;
}

export interface BudgetsAsked extends Pick<OwnersAsked, "search" | "userId" | "most"> {
  /** Absent: all. */
  readonly kind?: SubjectKind;
}

/** Reads owners of one kind or of all, each with its rules. */
export async function ruledOwners(
  deps: BudgetDeps,
  asked: Omit<OwnersAsked, "endUserTier"> & { readonly kind?: SubjectKind },
  nowMs: number,
): Promise<RuledOwner[]> {
  const { config } = deps.policy();
  const { kind: only, ...rest } = asked;
  const kinds = OWNER_KINDS.filter((kind) => only === undefined || only === kind);
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const rows = await limitedOwners(deps.sql, kind, { ...rest, endUserTier: config.endUserBudgetId });
      return rows.map((row): RuledOwner => {
        const policy = policyOf(kind, row, config);
        const recorded = kind === "end_user" && config.anonymizeLogs;
        const id = recorded ? pseudonym(row.id, deps.pseudonymKey) : row.id;
        return { kind, id, row, policy, rules: rulesOfOwner(kind, id, policy, nowMs, config.timezone) };
      });
    }),
  );
  return lists.flat();
}

/** All budgets with what is spent of each. Flush the ledger first. */
export async function readBudgets(
  deps: BudgetDeps,
  asked: BudgetsAsked,
  nowMs: number,
): Promise<BudgetLine[]> {
  const owners = await ruledOwners(deps, { ...asked, what: "budgets" }, nowMs);
  const ofOwners = owners.flatMap((owner) => linesOf(owner.rules, owner, () => null));
  const configured = asked.userId === undefined ? configuredLines(deps, asked, nowMs) : [];
  const lines = [...configured, ...ofOwners];
  const spent = await spentOf(
    deps,
    lines.map((line) => line.rule),
    nowMs,
  );
  return lines.map(({ rule, ...line }) => ({ ...line, spentNanoUsd: spent.get(rule.counter) ?? 0n }));
}

type Unspent = Omit<BudgetLine, "spentNanoUsd"> & { readonly rule: BudgetRule };

function configuredLines(deps: BudgetDeps, { kind, search }: BudgetsAsked, nowMs: number): Unspent[] {
  const policy = deps.policy();
  const words = search?.toLowerCase();
  return linesOf(rulesOfConfiguration(policy, nowMs), null, (rule) => sourceOf(rule, policy.config)).filter(
    (line) =>
      (kind === undefined || line.kind === kind) &&
      (words === undefined || line.name.toLowerCase().includes(words)),
  );
}

/** A hard budget and the soft one beside it are one line. */
function linesOf(
  rules: readonly Rule[],
  owner: RuledOwner | null,
  source: (rule: BudgetRule) => string | null,
): Unspent[] {
  const lines = new Map<string, Unspent>();
  for (const rule of rules) {
    if (rule.metric !== "budget") continue;
    const name = rule.soft ? rule.id.replace(/_soft$/, "") : rule.id;
    const id = [rule.subject.kind, rule.subject.id, name, rule.model ?? ""].join("|");
    const known = lines.get(id);
    const amount = rule.soft ? { softNanoUsd: rule.ceilingNanoUsd } : { limitNanoUsd: rule.ceilingNanoUsd };
    if (known) {
      lines.set(id, { ...known, ...amount });
      continue;
    }
    const part = partOf(rule, name);
    const { raise } = owner?.policy.finer ?? {};
    const raised = part === "main" && !rule.soft && raise !== undefined && ceilingIsRaised(rule, owner);
    lines.set(id, {
      id,
      kind: rule.subject.kind,
      subjectId: rule.subject.id,
      name: rule.subject.name,
      part,
      model: rule.model,
      limitNanoUsd: null,
      softNanoUsd: null,
      ...amount,
      duration: rule.duration,
      startMs: rule.periodStartMs,
      endMs: rule.periodEndMs,
      raise: raised ? { nanoUsd: BigInt(raise.nanoUsd), untilMs: raise.untilMs } : null,
      owner,
      tierId: tierOf(part, owner),
      source: source(rule),
      rule,
    });
  }
  return [...lines.values()];
}

function ceilingIsRaised(rule: BudgetRule, owner: RuledOwner | null): boolean {
  return rule.ceilingNanoUsd !== owner?.policy.maxBudgetNanoUsd;
}

function partOf({ model, subject }: BudgetRule, name: string): BudgetPart {
  if (name === `${subject.kind}_budget`) return "main";
  if (name === `${subject.kind}_tier_budget`) return "tier";
  return model === null ? "further" : "model";
}

/** The tier whose amount holds because the owner has none of its own. */
function tierOf(part: BudgetPart, owner: RuledOwner | null): string | null {
  if (owner === null) return null;
  const { member, own, tier } = owner.row;
  if (part === "tier") return tier?.id ?? null;
  if (part !== "main") return null;
  if (owner.kind === "team_member")
    return member?.max_budget === null && member.tier?.max_budget != null ? member.tier.id : null;
  return own.max_budget === null && tier?.max_budget != null ? tier.id : null;
}

const AT_ONCE = 500;

/** Counter -> spend, as the gate counts it, or as the ledger has it where the gate counts nothing yet. */
export async function spentOf(
  deps: Pick<BudgetDeps, "admission" | "sql">,
  rules: readonly BudgetRule[],
  nowMs: number,
): Promise<Map<string, bigint>> {
  const spent = new Map<string, bigint>();
  const unknown: BudgetRule[] = [];
  for (let first = 0; first < rules.length; first += AT_ONCE) {
    const some = rules.slice(first, first + AT_ONCE);
    const states = await deps.admission.look(some, nowMs);
    for (const [place, rule] of some.entries()) {
      const state = states[place];
      if (state) spent.set(rule.counter, BigInt(state.used));
      else unknown.push(rule);
    }
  }
  if (unknown.length > 0)
    for (const [counter, amount] of await ledgerSpend(deps.sql, unknown)) spent.set(counter, amount);
  return spent;
}
