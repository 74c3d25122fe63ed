/** Bodies of the tier API (API.md 1.5): `/budget/*`. */
import { z } from "zod";
import { limitFields, text } from "#lib/api-fields.ts";
import { finerFields } from "./finer-fields.ts";

const id = text(256).min(1, "must not be empty");

const { rpm_limit, tpm_limit, max_parallel_requests, max_budget, soft_budget, budget_duration } = limitFields;
/** A raise is for one owner: a tier's whole budget is changed instead. */
const { temp_budget_increase: _increase, temp_budget_expiry: _expiry, ...finer } = finerFields;

const fields = {
  rpm_limit,
  tpm_limit,
  max_parallel_requests,
  max_budget,
  soft_budget,
  budget_duration,
  ...finer,
};

export const newBudgetSchema = z.object({ ...fields, budget_id: id.nullish() });
export type NewBudgetBody = z.infer<typeof newBudgetSchema>;

export const updateBudgetSchema = z.object({ ...fields, budget_id: id });
export type UpdateBudgetBody = z.infer<typeof updateBudgetSchema>;

export const budgetInfoSchema = z.object({
  budgets: z.array(id, "must be a list of budget ids").min(1, "must name a budget").max(1000),
});
export const deleteBudgetSchema = z.object({ id });

/** LiteLLM sends it along; a tier has no period of its own, each owner's begins by the calendar. */
export const BUDGET_FIELDS_NOT_ACTED_ON = ["budget_reset_at"];

/** What `/budget/settings` tells about each field. */
export const BUDGET_SETTINGS: readonly {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}[] = [
  { name: "max_budget", type: "Float", doc: "Dollars that each owner of the tier may spend in a period." },
  { name: "soft_budget", type: "Float", doc: "Dollars after which an alert is raised; nothing is refused." },
  {
    name: "budget_duration",
    type: "String",
    doc: "Length of the period, such as 1d or 30d; none: for life.",
  },
  { name: "rpm_limit", type: "Integer", doc: "Requests a minute." },
  { name: "tpm_limit", type: "Integer", doc: "Tokens a minute." },
  { name: "rph_limit", type: "Integer", doc: "Requests an hour." },
  { name: "tph_limit", type: "Integer", doc: "Tokens an hour." },
  { name: "rpd_limit", type: "Integer", doc: "Requests a day." },
  { name: "tpd_limit", type: "Integer", doc: "Tokens a day." },
  { name: "max_parallel_requests", type: "Integer", doc: "Calls at the same time." },
  { name: "model_max_budget", type: "Object", doc: "Budgets of single models." },
  { name: "model_rpm_limit", type: "Object", doc: "Requests a minute of single models." },
  { name: "model_tpm_limit", type: "Object", doc: "Tokens a minute of single models." },
  { name: "budget_limits", type: "List", doc: "Further budgets, each with its own duration." },
  { name: "reservation", type: "String", doc: "strict: an answer is bounded by what the budget affords." },
];
