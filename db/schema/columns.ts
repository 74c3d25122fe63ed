/** Column shapes that several tables share. */
import { bigint, jsonb, timestamp } from "drizzle-orm/pg-core";

/** An instant in UTC. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** Integer nano-dollars. */
export const nanoUsd = (name: string) => bigint(name, { mode: "bigint" });

/** A count that may pass 2^31. */
export const count = (name: string) => bigint(name, { mode: "number" });

/**
 * Limits that few owners have: windows of an hour and a day, ceilings for single models, further budgets, a raise for a
 * while. Money is text: nano-dollars may pass what a JSON number holds.
 */
export interface FinerLimits {
  readonly rph?: number;
  readonly rpd?: number;
  readonly tph?: number;
  readonly tpd?: number;
  /** Model group -> requests or tokens a minute. */
  readonly modelRpm?: Readonly<Record<string, number>>;
  readonly modelTpm?: Readonly<Record<string, number>>;
  readonly modelBudgets?: Readonly<Record<string, StoredBudget>>;
  /** Beside the owner's main budget; each holds. */
  readonly budgets?: readonly StoredBudget[];
  /** `strict`: `max_tokens` is lowered to what the budget affords, so that no answer passes it. */
  readonly reservation?: "strict" | "estimate";
  /** On top of the main budget until then. */
  readonly raise?: { readonly nanoUsd: string; readonly untilMs: number };
}

export interface StoredBudget {
  readonly maxNanoUsd: string;
  /** Null: for life. */
  readonly duration: string | null;
}

export const finerLimits = () => jsonb("limits").$type<FinerLimits>().notNull().default({});
