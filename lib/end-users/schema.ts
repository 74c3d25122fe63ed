/** Bodies of the end-user API, LiteLLM's `/customer/*` and `/end_user/*` (API.md 1.5). */
import { z } from "zod";
import { name, text } from "#lib/api-fields.ts";
import { tieredFields } from "#lib/budgets/tiered-fields.ts";

/** What a call may name in `user` or in a header; longer names are no name of anybody. */
const id = text(256).min(1, "must not be empty");

const fields = {
  ...tieredFields,
  user_id: id,
  alias: name(255).nullish(),
};

export const newEndUserSchema = z.object({ ...fields, user_id: name(256).min(1, "must not be empty") });
export type NewEndUserBody = z.infer<typeof newEndUserSchema>;

export const updateEndUserSchema = z.object(fields);
export type UpdateEndUserBody = z.infer<typeof updateEndUserSchema>;

export const endUserIdsSchema = z.object({
  user_ids: z
    .array(id, "must be a list of ids")
    .min(1, "must hold at least one id")
    .max(1000, "must hold at most 1000 ids")
    .transform((ids) => [...new Set(ids)]),
});

/** Known from LiteLLM, acted on by nothing here: refused when they carry a value. */
export const END_USER_FIELDS_NOT_ACTED_ON = [
  "allowed_model_region",
  "default_model",
  "spend",
  "object_permission",
  "guardrails",
  "policies",
];
