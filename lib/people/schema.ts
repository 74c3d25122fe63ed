/** Bodies of the user and team API (API.md 1.5); those about members stand in member-schema.ts. */
import { z } from "zod";
import { duration, limitFields, name, record, usd } from "#lib/api-fields.ts";
import { finerFields } from "#lib/budgets/finer-fields.ts";
import { generateSchema } from "#lib/keys/schema.ts";
import { email, id, ids, memberDefaultFields, memberRole, members, newId } from "./member-schema.ts";

/**
 * LiteLLM's roles that a user row can have, and two of our own that count in the console. Its `org_admin`, `team` and
 * `customer` would act on nothing here.
 */
export const USER_ROLES = [
  "proxy_admin",
  "proxy_admin_viewer",
  "internal_user",
  "internal_user_viewer",
  "finance",
  "dpo",
] as const;

const alias = name(255).nullish();

const userFields = {
  ...limitFields,
  ...finerFields,
  user_alias: alias,
  user_role: z.enum(USER_ROLES, `must be one of ${USER_ROLES.join(", ")}`).nullish(),
  spend: usd,
};

const JOINED_TEAM =
  'must be a team id or {"team_id": ..., "user_role": "admin" or "user", "max_budget_in_team": dollars}';
/** A team by its id, or by LiteLLM's object. */
const joinedTeam = z.union(
  [
    id,
    z.strictObject({ team_id: id, user_role: memberRole.nullish(), max_budget_in_team: usd }, JOINED_TEAM),
  ],
  JOINED_TEAM,
);

export const newUserSchema = z.object({
  ...userFields,
  user_id: newId.nullish(),
  user_email: email.nullish(),
  /** service: an account for programs, which nobody signs in to; `metadata.owner_user_id` names who answers for it. */
  kind: z.enum(["person", "service"], "must be person or service").nullish(),
  teams: z.array(joinedTeam, "must be a list of teams").max(100, "must hold at most 100 teams").nullish(),
  auto_create_key: z.boolean("must be true or false").nullish(),
  /** Of the key that is made along with the user. */
  key_alias: generateSchema.shape.key_alias,
  duration,
  aliases: z.record(z.string(), z.string(), "must map names to names").nullish(),
});
export type NewUserBody = z.infer<typeof newUserSchema>;

/** What the configuration may say for users whose body leaves it out, and the teams that anybody may join. */
export const userDefaultsSchema = z.object({
  ...limitFields,
  ...finerFields,
  user_role: userFields.user_role,
  teams: newUserSchema.shape.teams,
  available_teams: z.array(id, "must be a list of team ids").max(1000).nullish(),
});
export type UserDefaults = Partial<z.infer<typeof userDefaultsSchema>>;

export const updateUserSchema = z.object({
  ...userFields,
  user_id: id.nullish(),
  user_email: email.nullish(),
});
export type UpdateUserBody = z.infer<typeof updateUserSchema>;

export const MOST_BULK_USERS = 500;
/** LiteLLM's two forms: each user with its own changes, or the same changes for all. */
export const bulkUpdateUsersSchema = z.object({
  users: z
    .array(record, "must be a list of objects")
    .min(1, "must hold at least one user")
    .max(MOST_BULK_USERS, `must hold at most ${MOST_BULK_USERS} users`)
    .nullish(),
  all_users: z.boolean("must be true or false").nullish(),
  user_updates: record,
});

export const deleteUsersSchema = z.object({ user_ids: ids });
export const deleteTeamsSchema = z.object({ team_ids: ids });

const teamFields = { ...limitFields, ...finerFields, ...memberDefaultFields, team_alias: alias, spend: usd };

export const newTeamSchema = z.object({
  ...teamFields,
  team_id: newId.nullish(),
  members_with_roles: members.nullish(),
});
export type NewTeamBody = z.infer<typeof newTeamSchema>;

export const updateTeamSchema = z.object({ ...teamFields, team_id: id });
export type UpdateTeamBody = z.infer<typeof updateTeamSchema>;

export const oneTeamSchema = z.object({ team_id: id });

/** Known from LiteLLM, acted on by nothing here: refused when they carry a value, so that nobody trusts an idle limit. */
const IDLE_LIMITS = [
  "budget_id",
  "tpm_limit_type",
  "rpm_limit_type",
  "guardrails",
  "policies",
  "prompts",
  "organization_id",
  "object_permission",
  "router_settings",
  "tags",
];

export const USER_FIELDS_NOT_ACTED_ON = [
  ...IDLE_LIMITS,
  "organizations",
  "password",
  "send_invite_email",
  "sso_user_id",
  "team_id",
  "config",
  "permissions",
  "allowed_cache_controls",
];
/** An update changes no membership: `/team/member_add` and `/team/member_delete` do. */
export const USER_UPDATE_NOT_ACTED_ON = [...USER_FIELDS_NOT_ACTED_ON, "teams"];

export const TEAM_FIELDS_NOT_ACTED_ON = [
  ...IDLE_LIMITS,
  "admins",
  "members",
  "model_aliases",
  "allowed_passthrough_routes",
  "enforced_params",
];
