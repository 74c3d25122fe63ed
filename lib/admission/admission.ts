/**
 * The admission port: every window, lease and budget of a call is checked and taken in one atomic step, all or nothing,
 * and settled to the true figures when the call ends. Stores (`memory.ts`, `redis.ts`) implement `AdmissionStore`, with
 * the same behaviour to the letter: test/admission/contract runs one suite on each of them.
 */

/** Whose ceiling it is. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
  /** As people know it; shown in refusals. */
  readonly name: string;
}

export type SubjectKind =
  | "gateway"
  /** A model group. */
  | "model"
  | "deployment"
  | "provider"
  | "key"
  | "user"
  | "team"
  | "team_member"
  | "end_user"
  | "tag";

interface RuleBase {
  /** `key_rpm`, `team_budget`, `key_model_tpm`, ...: the `reason` of a refusal. */
  readonly id: string;
  readonly subject: Subject;
  /** The counter's key in the store: one counter for each subject, metric and span. */
  readonly counter: string;
  /** Set where the ceiling holds for this model group alone. */
  readonly model: string | null;
}

export interface WindowRule extends RuleBase {
  readonly metric: "requests" | "tokens";
  readonly spanMs: number;
  readonly ceiling: number;
}

export interface ParallelRule extends RuleBase {
  readonly metric: "parallel";
  readonly ceiling: number;
}

export interface BudgetRule extends RuleBase {
  readonly metric: "budget";
  readonly ceilingNanoUsd: bigint;
  /** A soft budget never refuses; `settle` tells when it is crossed. It has a counter of its own. */
  readonly soft: boolean;
  /** `1d`, `30d`, ...; null: for life. */
  readonly duration: string | null;
  readonly periodStartMs: number | null;
  /** Exclusive; null: never resets. */
  readonly periodEndMs: number | null;
  /** Where the ledger keeps what was spent; absent: in the owner's own row, or for the gateway in all records. */
  readonly charge?: Charge;
}

/** A row of `budget_spend` that a call's cost moves. */
export interface Charge {
  readonly kind: SubjectKind;
  readonly subjectId: string;
  readonly budget: string;
  /** 0 for a budget without periods. */
  readonly periodStartMs: number;
}

export type Rule = WindowRule | ParallelRule | BudgetRule;

export interface TakeRequest {
  readonly rules: readonly Rule[];
  /** Unique; names the lease in `settle`. */
  readonly leaseId: string;
  readonly nowMs: number;
  /**
   * A lease that is neither renewed nor settled until then (a crash) is over: slots and reserved money come back, tokens
   * stay counted. If it is settled after all, what it spent still counts.
   */
  readonly leaseTtlMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  /** Takes what is left rather than be refused, down to this: calls that do not bound their output, and `strict` ones. */
  readonly least?: { readonly tokens: number; readonly costNanoUsd: bigint };
  /** Spend by counter, as the ledger has it: answers an earlier `unprimed`. */
  readonly primed?: ReadonlyMap<string, bigint>;
}

/** Where a rule stands after the step. `resetMs`: until it is whole again (windows) or starts anew (budgets); null: unknown. */
export interface RuleState {
  readonly rule: Rule;
  readonly used: number | bigint;
  readonly remaining: number | bigint;
  readonly resetMs: number | null;
}

export interface Refusal extends RuleState {
  /** When a retry may pass; null: not by waiting. */
  readonly retryAfterMs: number | null;
}

export type Verdict = Admitted | Refused | Unprimed;

export interface Admitted {
  readonly kind: "admitted";
  readonly states: readonly RuleState[];
  readonly lease: Lease;
  /** Decided by this process alone, with its share of each ceiling, because the shared store does not answer. */
  readonly local?: true;
}

export interface Refused {
  readonly kind: "refused";
  readonly states: readonly RuleState[];
  /** The rule that frees last stands first. */
  readonly refusals: readonly Refusal[];
  readonly local?: true;
}

/**
 * Nothing was taken: the store does not know what was spent of these budgets (first use, eviction, a changed duration).
 * Ask the ledger and take again with `primed`.
 */
export interface Unprimed {
  readonly kind: "unprimed";
  readonly budgets: readonly BudgetRule[];
}

/** What was taken; opaque to the caller, handed back to `settle`. */
export interface Lease {
  readonly id: string;
  readonly rules: readonly Rule[];
  readonly takenAtMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  /** Taken from this process's memory while the shared store did not answer; settled there. */
  readonly local?: true;
}

export interface Settlement {
  readonly nowMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  /** What of the cost is on the candidate's own budgets (deployment, provider), if another one served the call; else all. */
  readonly candidateCostNanoUsd?: bigint;
}

/** How long a lease holds without a sign of life, and how often the runtime gives one. */
export const LEASE_MS = 60_000;
export const RENEW_MS = 20_000;

export interface AdmissionStore {
  take(request: TakeRequest): Verdict | Promise<Verdict>;
  /**
   * Trues up tokens, turns the reservation into spend, frees the slot. Twice is once.
   * @returns soft budgets that this settlement crossed
   */
  settle(lease: Lease, actual: Settlement): readonly BudgetRule[] | Promise<readonly BudgetRule[]>;
  /** Says that the calls which took their leases here still run: each of them is good for so long from now. */
  renew(nowMs: number, leaseTtlMs: number): void | Promise<void>;
  /** Where rules stand, without taking anything; null where nothing is counted yet (an unprimed budget). */
  look(
    rules: readonly Rule[],
    nowMs: number,
  ): readonly (RuleState | null)[] | Promise<readonly (RuleState | null)[]>;
  /** Sets a budget counter after an operator changed spend; null makes it unprimed. Reservations stay. */
  setSpend(counter: string, spentNanoUsd: bigint | null): void | Promise<void>;
  /**
   * Removes every counter of a subject: windows, slots and budgets, its members' and models' too. Calls that run settle what
   * they took all the same. @returns how many there were
   */
  erase(kind: string, id: string): number | Promise<number>;
  /** What a budget's counter says now; null when nothing was counted here yet. */
  spent(counter: string): bigint | null | Promise<bigint | null>;
}
