/** The body of `POST /console/budgets/update`: what the sheets of the Budgets page send, checked here and in the browser. */
import { z } from "zod";
import { duration, text, usd } from "#lib/api-fields.ts";
import { finerFields } from "#lib/budgets/finer-fields.ts";

export const BUDGETED_KINDS = ["key", "user", "team", "team_member", "end_user", "tag"] as const;
export type BudgetedKind = (typeof BUDGETED_KINDS)[number];

export const budgetChangeSchema = z.object({
  kind: z.enum(BUDGETED_KINDS, `must be one of ${BUDGETED_KINDS.join(", ")}`),
  /** Of a member, the team's. */
  id: text(512).min(1, "must not be empty"),
  /** Of a member. */
  user_id: text(256).min(1, "must not be empty").nullish(),
  max_budget: usd,
  soft_budget: usd,
  budget_duration: duration,
  temp_budget_increase: usd,
  temp_budget_expiry: finerFields.temp_budget_expiry,
  /** Forgets what the running period has spent. */
  start_anew: z.boolean("must be true or false").nullish(),
});
export type BudgetChange = z.infer<typeof budgetChangeSchema>;
