/** Budgets in words, and as the sheets that change them take them. */

import { type BudgetTarget, periodWords } from "#components/budgets/target.ts";
import { moment, money } from "#components/format.ts";
import type { SubjectKind } from "#lib/admission/admission.ts";
import type { BudgetLine, RuledOwner } from "#lib/console/budget-list.ts";
import { formatUsd } from "#lib/money.ts";

export const KIND_WORDS: Readonly<Record<SubjectKind, string>> = {
  gateway: "Gateway",
  team: "Team",
  team_member: "Team member",
  user: "Person",
  key: "Key",
  end_user: "End user",
  tag: "Tag",
  model: "Model",
  deployment: "Deployment",
  provider: "Provider",
};

/** What of its owner's budgets it is; null: the main one. */
export function partWords({ duration, model, part, tierId }: BudgetLine): string | null {
  if (part === "model") return `for ${model}`;
  if (part === "tier") return `from tier ${tierId}`;
  if (part === "further") return `further, ${periodWords(duration)}`;
  return tierId === null ? null : `from tier ${tierId}`;
}

/** Where its owner is looked at; null: nowhere. */
export function ownerHref({
  kind,
  owner,
  subjectId,
}: Pick<BudgetLine, "kind" | "owner" | "subjectId">): string | null {
  if (kind === "key") return `/ui/keys/${subjectId}?view=limits`;
  if (kind === "user") return `/ui/people/users/${encodeURIComponent(subjectId)}`;
  if (kind === "team") return `/ui/people/teams/${encodeURIComponent(subjectId)}`;
  if (kind === "team_member") return `/ui/people/teams/${encodeURIComponent(owner?.row.team_id ?? "")}`;
  return kind === "gateway" || kind === "end_user" || kind === "tag" ? null : "/ui/models";
}

/** Null for what cannot be changed here: the configuration's, a tier's, and the finer budgets of single models and spans. */
export function targetOf(line: BudgetLine, timezone: string): BudgetTarget | null {
  const { owner, part } = line;
  if (owner === null || part !== "main") return null;
  return ownerTarget(owner, { spent: line.spentNanoUsd, raise: line.raise }, timezone);
}

/** An owner's main budget as its own row has it: a tier's amount is not the owner's to edit. */
export function ownerTarget(
  { kind, row }: Pick<RuledOwner, "kind" | "row">,
  { raise, spent }: { readonly spent: bigint | null; readonly raise: BudgetLine["raise"] },
  timezone: string,
): BudgetTarget {
  const own = kind === "team_member" ? row.member : row.own;
  const member = kind === "team_member";
  return {
    kind,
    id: member ? (row.team_id ?? "") : row.id,
    userId: member ? row.user_id : null,
    name: member ? `${row.user_name} in ${row.own.name ?? row.team_id}` : (row.own.name ?? row.id),
    max: dollars(own?.max_budget ?? null),
    soft: member ? "" : dollars(row.own.soft_budget),
    duration: own?.budget_duration === "1mo" ? "30d" : (own?.budget_duration ?? ""),
    spent: spent === null ? null : money(spent),
    raise: raise && `${money(raise.nanoUsd)} until ${moment(new Date(raise.untilMs), timezone)}`,
  };
}

function dollars(nanoUsd: string | null): string {
  return nanoUsd === null ? "" : formatUsd(BigInt(nanoUsd));
}

/** How full it is, for sorting: 1 is spent to the last. */
export function shareOf({ limitNanoUsd, softNanoUsd, spentNanoUsd }: BudgetLine): number {
  const of = limitNanoUsd ?? softNanoUsd ?? 0n;
  return of === 0n ? (spentNanoUsd > 0n ? 1 : 0) : Number((spentNanoUsd * 1_000_000n) / of) / 1_000_000;
}
