/** Bodies of /model/new, /model/update and /model/delete. What stands inside litellm_params is checked by the tables of config.yaml. */
import { z } from "zod";
import { record, text } from "../api-fields.ts";

/** It is written into every log line and header of a call. */
const id = text(128).regex(/^[A-Za-z0-9._:-]+$/, "must consist of letters, digits and . _ : -");
const name = text(256);

const modelInfo = z
  .looseObject({ id: id.nullish() }, "must be an object")
  .nullish()
  .transform((value) => value ?? {});

export const newModelSchema = z.object({
  model_name: name.min(1, "must not be empty"),
  litellm_params: z.record(z.string(), z.unknown(), "must be an object with at least model"),
  model_info: modelInfo,
});
export type NewModelBody = z.infer<typeof newModelSchema>;

/** Only what is sent changes; null takes a member away. */
export const updateModelSchema = z.object({
  model_name: name.min(1, "must not be empty").nullish(),
  litellm_params: record,
  model_info: modelInfo,
});
export type UpdateModelBody = z.infer<typeof updateModelSchema>;

/** A deployment that is there, one as it would be, or one that is there as it would be changed. */
export const testModelSchema = z.object({
  id: id.nullish(),
  litellm_params: record,
  mode: z.enum(["chat", "embedding"], "must be chat or embedding").nullish(),
});

export const deleteModelSchema = z.object({ id });

/** Sent by LiteLLM's console, set by the gateway itself. */
export const MODEL_FIELDS_NOT_ACTED_ON = ["model_id", "created_at", "created_by", "updated_at", "updated_by"];
