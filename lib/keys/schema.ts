/** Bodies of the key API (API.md 1.3 and 1.4). */
import { z } from "zod";
import { duration, limitFields, names, record, text, usd } from "#lib/api-fields.ts";
import { finerFields } from "#lib/budgets/finer-fields.ts";

const secret = text(512).regex(/^sk-\S{17,}$/, "must start with sk- and have at least 20 characters");

const fields = {
  ...limitFields,
  ...finerFields,
  /** The shared tier whose values fill what the key leaves open. */
  budget_id: text(256).min(1, "must not be empty").nullish(),
  key_alias: text(255)
    .regex(
      /^[A-Za-z0-9]([\w\-/.@: ]*[A-Za-z0-9])?$/,
      "may hold letters, digits and _-/.@: and must begin and end with a letter or digit",
    )
    .nullish(),
  user_id: text(256).nullish(),
  team_id: text(256).nullish(),
  organization_id: text(256).nullish(),
  duration,
  aliases: z.record(z.string(), z.string(), "must map names to names").nullish(),
  allowed_routes: names,
  key_type: z.enum(["default", "llm_api", "management", "read_only"]).nullish(),
  tags: z.array(text(128), "must be a list of names").max(32).nullish(),
  permissions: record,
  spend: usd,
};

export const generateSchema = z.object({
  ...fields,
  key: secret.nullish(),
  /** The guide's name for the alias. */
  key_name: text(255).nullish(),
});
export type GenerateBody = z.infer<typeof generateSchema>;
/** What sets columns of a key, whichever body carries it. */
export type KeyFields = Omit<GenerateBody, "key">;

/** What `upperbound_key_generate_params` may bound. */
export const upperBoundSchema = generateSchema.pick({
  max_budget: true,
  budget_duration: true,
  duration: true,
  rpm_limit: true,
  tpm_limit: true,
  rph_limit: true,
  rpd_limit: true,
  tph_limit: true,
  tpd_limit: true,
  max_parallel_requests: true,
});
export type UpperBounds = Partial<z.infer<typeof upperBoundSchema>>;

/** What `default_key_generate_params` may fill: all that several keys can share. */
export const defaultsSchema = generateSchema.omit({
  key: true,
  key_name: true,
  key_alias: true,
  spend: true,
  temp_budget_increase: true,
  temp_budget_expiry: true,
});

export const updateSchema = z.object({
  ...fields,
  key: text(512),
  /** `updated_at` as the caller saw it: refused with 409 when the key has changed since. */
  if_updated_at: z.iso.datetime("must be an instant such as 2026-11-23T10:00:00.000Z").nullish(),
});
export type UpdateBody = z.infer<typeof updateSchema>;

export const regenerateSchema = z.object({
  ...fields,
  key: text(512).nullish(),
  new_key: secret.nullish(),
  grace_period: duration,
});
export type RegenerateBody = z.infer<typeof regenerateSchema>;

export const deleteSchema = z.object({
  key: text(512).nullish(),
  keys: z.array(text(512), "must be a list of keys").max(1000).nullish(),
  key_aliases: z.array(text(255), "must be a list of names").max(1000).nullish(),
});

export const oneKeySchema = z.object({ key: text(512) });
export const manyKeysSchema = z.object({ keys: z.array(text(512), "must be a list of keys").max(1000) });
export const resetSpendSchema = z.object({ reset_to: usd });
export const bulkUpdateSchema = z.object({
  keys: z.array(record, "must be a list of objects").min(1, "must hold at least one key").max(500),
});
export const revokeAllSchema = z.object({ confirm: z.int("must be the number of live keys") });

/** Known from LiteLLM, acted on by nothing here: refused when they carry a value, so that nobody trusts an idle limit. */
export const KEY_FIELDS_NOT_ACTED_ON = [
  "config",
  "tpm_limit_type",
  "rpm_limit_type",
  "guardrails",
  "policies",
  "prompts",
  "enforced_params",
  "project_id",
  "agent_id",
  "allowed_passthrough_routes",
  "allowed_cache_controls",
  "allowed_vector_store_indexes",
  "object_permission",
  "access_group_ids",
  "router_settings",
  "auto_rotate",
  "rotation_interval",
  "send_invite_email",
];
