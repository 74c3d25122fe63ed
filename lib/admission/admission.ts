/**
 * The admission port: every window, lease and budget of a call is checked and taken in one atomic step, all or nothing,
 * and settled to the true figures when the call ends. Stores (memory here, Redis later) implement `AdmissionStore`.
 */

/** Whose ceiling it is. */
export interface Subject {
  readonly kind: "gateway" | "model" | "deployment" | "key" | "user" | "team";
  readonly id: string;
  /** As people know it; shown in refusals. */
  readonly name: string;
}

interface RuleBase {
  /** `key_rpm`, `team_budget`, ...: the `reason` of a refusal. */
  readonly id: string;
  readonly subject: Subject;
  /** The counter's key in the store. */
  readonly counter: string;
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
  /** `1d`, `30d`, ...; null: for life. */
  readonly duration: string | null;
  readonly periodStartMs: number | null;
  /** Exclusive; null: never resets. */
  readonly periodEndMs: number | null;
  /** Spend of this period as the ledger had it when the rule was built; primes a counter that does not exist yet. */
  readonly primedNanoUsd: bigint;
}

export type Rule = WindowRule | ParallelRule | BudgetRule;

export interface TakeRequest {
  readonly rules: readonly Rule[];
  /** Unique; names the lease in `settle`. */
  readonly leaseId: string;
  readonly nowMs: number;
  /** A lease that is never settled (a crash) frees itself then. */
  readonly leaseTtlMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  /** A call that bounds its output itself has none. One that does not takes what is left rather than be refused, down to this. */
  readonly least?: { readonly tokens: number; readonly costNanoUsd: bigint };
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

export type Verdict =
  | { readonly allowed: true; readonly states: readonly RuleState[]; readonly lease: Lease }
  /** The rule that frees last stands first. */
  | { readonly allowed: false; readonly states: readonly RuleState[]; readonly refusals: readonly Refusal[] };

/** What was taken; opaque to the caller, handed back to `settle`. */
export interface Lease {
  readonly id: string;
  readonly rules: readonly Rule[];
  readonly takenAtMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
}

export interface Settlement {
  readonly nowMs: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
}

export interface AdmissionStore {
  take(request: TakeRequest): Verdict | Promise<Verdict>;
  /** Trues up tokens, turns the reservation into spend, frees the slot. Twice is once. */
  settle(lease: Lease, actual: Settlement): void | Promise<void>;
  /** Sets a budget counter after an operator changed spend; null drops it, to be primed again. */
  setSpend(counter: string, spentNanoUsd: bigint | null): void | Promise<void>;
  /** What a budget's counter says now; null when nothing was counted here yet. */
  spent(counter: string): bigint | null | Promise<bigint | null>;
}
