/** Gathers the rules of a call, owner by owner, with the rows of `budget_spend` that their budgets are kept in. */
import type { FinerLimits } from "#db/schema/columns.ts";
import type { Limits } from "#lib/config/config.ts";
import type { SubjectPolicy } from "#lib/keys/caller.ts";
import { matchesWildcard } from "#lib/wildcard.ts";
import type { Charge, Rule, Subject } from "./admission.ts";
import { budgetPeriod } from "./period.ts";

const SPANS = [
  ["rpm", "requests", 60_000],
  ["tpm", "tokens", 60_000],
  ["rph", "requests", 3_600_000],
  ["tph", "tokens", 3_600_000],
  ["rpd", "requests", 86_400_000],
  ["tpd", "tokens", 86_400_000],
] as const;

export interface BudgetTerms {
  readonly maxNanoUsd: bigint | null;
  readonly softNanoUsd: bigint | null;
  readonly duration: string | null;
  /** Names the rows of `budget_spend` that keep it; null: the owner's own row does. */
  readonly charged: string | null;
}

export class RuleList {
  readonly rules: Rule[] = [];
  readonly charges: Charge[] = [];
  /** When a period or a raise ends and the list must be made anew. */
  validUntilMs = Infinity;
  strict = false;
  readonly #model: string;
  readonly #nowMs: number;
  readonly #timezone: string;

  /** @param model the model group that is called */
  constructor(model: string, nowMs: number, timezone: string) {
    this.#model = model;
    this.#nowMs = nowMs;
    this.#timezone = timezone;
  }

  /** @param pattern set where the ceilings hold for these models alone */
  addLimits(subject: Subject, limits: Partial<Limits>, pattern: string | null = null): void {
    const id = pattern === null ? subject.kind : `${subject.kind}_model`;
    const counter = counterOf(subject, pattern);
    for (const [name, metric, spanMs] of SPANS) {
      const ceiling = limits[name] ?? null;
      if (ceiling === null) continue;
      const base = { id: `${id}_${name}`, subject, counter: `${counter}:${name}`, model: pattern };
      this.rules.push({ ...base, metric, spanMs, ceiling });
    }
    const ceiling = limits.maxParallelRequests ?? null;
    if (ceiling === null) return;
    const base = { id: `${id}_parallel`, subject, counter: `${counter}:parallel`, model: pattern };
    this.rules.push({ ...base, metric: "parallel", ceiling });
  }

  /** Adds a budget, hard, soft or both. @returns the start of its running period */
  addBudget(subject: Subject, terms: BudgetTerms, id: string, pattern: string | null = null): number | null {
    const { charged, duration } = terms;
    const period = duration === null ? null : budgetPeriod(duration, this.#nowMs, this.#timezone);
    const periodStartMs = period?.startMs ?? null;
    const ceilings = [
      { soft: false, ceilingNanoUsd: terms.maxNanoUsd },
      { soft: true, ceilingNanoUsd: terms.softNanoUsd },
    ];
    if (period) this.validUntilMs = Math.min(this.validUntilMs, period.endMs);
    const charge = charged === null ? null : this.charge(subject, charged, periodStartMs);
    for (const { soft, ceilingNanoUsd } of ceilings) {
      if (ceilingNanoUsd === null) continue;
      this.rules.push({
        id: soft ? `${id}_soft` : id,
        subject,
        counter: budgetCounter(subject, soft, charged),
        model: pattern,
        metric: "budget",
        ceilingNanoUsd,
        soft,
        duration,
        periodStartMs,
        periodEndMs: period?.endMs ?? null,
        ...(charge ? { charge } : {}),
      });
    }
    return periodStartMs;
  }

  /** Says that the call's cost moves this row of `budget_spend`. */
  charge({ id: subjectId, kind }: Subject, budget: string, periodStartMs: number | null): Charge {
    const charge = { kind, subjectId, budget, periodStartMs: periodStartMs ?? 0 };
    const moved = this.charges.some(
      (known) => known.kind === kind && known.subjectId === subjectId && known.budget === budget,
    );
    if (!moved) this.charges.push(charge);
    return charge;
  }

  /**
   * Everything that holds for one owner.
   * @param main where its main budget is kept: in its own row, in `budget_spend`, or `none` when another owner pays
   * @returns the start of the main budget's running period
   */
  addOwner(subject: Subject, policy: SubjectPolicy, main: "row" | "charged" | "none"): number | null {
    this.addLimits(subject, policy);
    this.#addModels(subject, policy.finer, main !== "none");
    if (main === "none") {
      const { budgetDuration } = policy;
      return budgetDuration === null
        ? null
        : budgetPeriod(budgetDuration, this.#nowMs, this.#timezone).startMs;
    }
    const terms: BudgetTerms = {
      maxNanoUsd: this.#raised(policy.maxBudgetNanoUsd, policy.finer),
      softNanoUsd: policy.softBudgetNanoUsd,
      duration: policy.budgetDuration,
      charged: main === "row" ? null : mainOf(subject, policy),
    };
    const counted = main === "row" || terms.maxNanoUsd !== null || terms.softNanoUsd !== null;
    const startMs = counted ? this.addBudget(subject, terms, `${subject.kind}_budget`) : null;
    if (policy.tierBudget) {
      const maxNanoUsd = this.#raised(policy.tierBudget.maxNanoUsd, policy.finer);
      const tier: BudgetTerms = { ...policy.tierBudget, maxNanoUsd, charged: "tier" };
      this.addBudget(subject, tier, `${subject.kind}_tier_budget`);
    }
    for (const { duration, maxNanoUsd } of policy.finer.budgets ?? []) {
      const name = duration ?? "life";
      const further = {
        maxNanoUsd: BigInt(maxNanoUsd),
        softNanoUsd: null,
        duration,
        charged: `limit ${name}`,
      };
      this.addBudget(subject, further, `${subject.kind}_budget_${name}`);
    }
    this.strict ||= policy.finer.reservation === "strict";
    return startMs;
  }

  /** The main ceiling with what was put on top of it for a while. */
  #raised(maxNanoUsd: bigint | null, { raise }: FinerLimits): bigint | null {
    if (maxNanoUsd === null || !raise || raise.untilMs <= this.#nowMs) return maxNanoUsd;
    this.validUntilMs = Math.min(this.validUntilMs, raise.untilMs);
    return maxNanoUsd + BigInt(raise.nanoUsd);
  }

  #addModels(subject: Subject, finer: FinerLimits, withBudgets: boolean): void {
    for (const [pattern, rpm] of this.#here(finer.modelRpm)) this.addLimits(subject, { rpm }, pattern);
    for (const [pattern, tpm] of this.#here(finer.modelTpm)) this.addLimits(subject, { tpm }, pattern);
    if (!withBudgets) return;
    for (const [pattern, { duration, maxNanoUsd }] of this.#here(finer.modelBudgets)) {
      const charged = `model ${duration ?? "life"} ${pattern}`;
      const terms = { maxNanoUsd: BigInt(maxNanoUsd), softNanoUsd: null, duration, charged };
      this.addBudget(subject, terms, `${subject.kind}_model_budget`, pattern);
    }
  }

  /** The entries that hold for the called model: by its name, or by a pattern such as `openai/*`. */
  #here<T>(byModel: Readonly<Record<string, T>> | undefined): [string, T][] {
    if (!byModel) return [];
    return Object.entries(byModel).filter(
      ([pattern]) =>
        pattern === this.#model || (pattern.includes("*") && matchesWildcard(pattern, this.#model)),
    );
  }
}

/**
 * The row of `budget_spend` for the main budget of a subject without a row of its own. The whole spend of end users and
 * tags is counted anyway: their budget for life is held against that, so that it counts what was spent before it was set.
 */
export function mainOf(
  { kind }: Pick<Subject, "kind">,
  { budgetDuration }: { budgetDuration: string | null },
): string {
  return budgetDuration === null && (kind === "end_user" || kind === "tag") ? "life" : "main";
}

function counterOf(subject: Subject, pattern: string | null): string {
  const owner = ownerOf(subject.kind, subject.id);
  return pattern === null ? owner : `${owner}:model:${pattern}`;
}

/** How the counters of a subject begin. An id's colons are written otherwise: where it ends must be plain. */
export function ownerOf(kind: string, id: string): string {
  return `${kind}:${id.replace(/[%:]/g, encodeURIComponent)}`;
}

/** Whether a counter is that subject's, in a team too: `user:ID:...`, `team_member:TEAM/ID:...`. */
export function isOf(counter: string, kind: string, id: string): boolean {
  const owner = ownerOf(kind, id);
  if (counter.startsWith(`${owner}:`)) return true;
  const inTeam = `/${owner.slice(kind.length + 1)}:`;
  return kind === "user" && counter.startsWith("team_member:") && counter.includes(inTeam);
}

/** The counter of a budget in the store. @param charged the budget's name in `budget_spend`; null: the owner's row keeps it */
export function budgetCounter(
  { kind, id }: { readonly kind: string; readonly id: string },
  soft: boolean,
  charged: string | null,
): string {
  return `${ownerOf(kind, id)}:${soft ? "soft" : "budget"}${charged === null ? "" : `:${charged}`}`;
}
