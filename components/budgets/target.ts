/** A budget as the sheets that change it need it: plain text, for it travels to the browser. */
import type { BudgetedKind } from "#lib/console/budget-schema.ts";

export interface BudgetTarget {
  readonly kind: BudgetedKind;
  readonly id: string;
  /** Of a member of a team. */
  readonly userId: string | null;
  readonly name: string;
  /** Dollars; empty: none. Without the raise that runs. */
  readonly max: string;
  readonly soft: string;
  /** Empty: for life. */
  readonly duration: string;
  /** `$61.20`, in the running period; null: not looked up, for there is no budget yet. */
  readonly spent: string | null;
  /** `$20.00 until 27 Nov`, or null. */
  readonly raise: string | null;
}

/** What members, end users and tags lack. */
export const hasRow = ({ kind }: BudgetTarget): boolean =>
  kind === "key" || kind === "user" || kind === "team";

/** The start of a body of `/console/budgets/update`. */
export function named(target: BudgetTarget): Record<string, unknown> {
  return {
    kind: target.kind,
    id: target.id,
    ...(target.userId === null ? {} : { user_id: target.userId }),
  };
}

export const PERIODS: readonly (readonly [duration: string, words: string])[] = [
  ["1d", "every day"],
  ["7d", "every week, on Monday"],
  ["30d", "every month, on the 1st"],
  ["", "never: it is for life"],
];

/** `30d` and `1mo` are one to the calendar; what is none of the usual ones is kept as it is. */
export function periodWords(duration: string | null): string {
  const known = PERIODS.find(([name]) => name === (duration === "1mo" ? "30d" : (duration ?? "")));
  return known ? known[1] : `every ${duration}`;
}
