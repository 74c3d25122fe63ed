/** Bodies of the tag API, LiteLLM's `/tag/*`. */
import { z } from "zod";
import { name as readableName, text } from "#lib/api-fields.ts";
import { tieredFields } from "#lib/budgets/tiered-fields.ts";

/** As long as a tag of a key may be. */
const name = text(128).min(1, "must not be empty");

const fields = {
  ...tieredFields,
  name,
  description: text(1000).nullish(),
};

export const newTagSchema = z.object({ ...fields, name: readableName(128).min(1, "must not be empty") });
export type NewTagBody = z.infer<typeof newTagSchema>;

export const updateTagSchema = z.object(fields);
export type UpdateTagBody = z.infer<typeof updateTagSchema>;

export const tagNamesSchema = z.object({
  names: z
    .array(name, "must be a list of tag names")
    .min(1, "must hold at least one name")
    .max(1000, "must hold at most 1000 names"),
});
export const oneTagSchema = z.object({ name });

/** Known from LiteLLM, acted on by nothing here: refused when they carry a value. */
export const TAG_FIELDS_NOT_ACTED_ON = ["model_info", "spend"];
