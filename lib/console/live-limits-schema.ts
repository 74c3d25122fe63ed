/** What the page of live limits is told. */
import type { SubjectKind } from "#lib/admission/admission.ts";

export interface LiveLimit {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly subjectId: string;
  readonly name: string;
  /** Set where it holds for this model alone. */
  readonly model: string | null;
  readonly metric: "requests" | "tokens" | "parallel";
  readonly spanMs: number | null;
  readonly used: number;
  readonly ceiling: number;
  /** When the window is empty if nothing more comes; null: nothing in it, or slots. */
  readonly resetMs: number | null;
  /** Calls that this rule refused in the last hour. */
  readonly refused: number;
  /** Where it is set: a line of the configuration, a tier, or the owner itself. */
  readonly source: string;
}

export interface LiveLimits {
  readonly atMs: number;
  readonly rows: readonly LiveLimit[];
  /** Limits that nothing is counted in now. */
  readonly idle: number;
  /** Every rule that refused in the last hour, budgets too. */
  readonly refusals: readonly { readonly rule: string; readonly calls: number }[];
}
