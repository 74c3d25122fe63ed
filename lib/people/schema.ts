/** Bodies of the user and team API (API.md 1.5). */
import { z } from "zod";
import { duration, limitFields, text, usd } from "#lib/api-fields.ts";
import { generateSchema } from "#lib/keys/schema.ts";

/** LiteLLM's roles that a user row can have. Its `org_admin`, `team` and `customer` would act on nothing here. */
export const USER_ROLES = [
  "proxy_admin",
  "proxy_admin_viewer",
  "internal_user",
  "internal_user_viewer",
] as const;
export const MEMBER_ROLES = ["admin", "user"] as const;

const id = text(256).min(1, "must not be empty");
const email = text(254)
  .transform((value) => value.trim().toLowerCase())
  .refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), "must be an e-mail address");
const alias = text(255).nullish();
const memberRole = z.enum(MEMBER_ROLES, `must be one of ${MEMBER_ROLES.join(", ")}`);

const userFields = {
  ...limitFields,
  user_alias: alias,
  user_role: z.enum(USER_ROLES, `must be one of ${USER_ROLES.join(", ")}`).nullish(),
  spend: usd,
};

const JOINED_TEAM = 'must be a team id or {"team_id": ..., "user_role": "admin" or "user"}';
/** A team by its id, or by LiteLLM's object. */
const joinedTeam = z.union(
  [id, z.strictObject({ team_id: id, user_role: memberRole.nullish() }, JOINED_TEAM)],
  JOINED_TEAM,
);

export const newUserSchema = z.object({
  ...userFields,
  user_id: id.nullish(),
  user_email: email.nullish(),
  teams: z.array(joinedTeam, "must be a list of teams").max(100, "must hold at most 100 teams").nullish(),
  auto_create_key: z.boolean("must be true or false").nullish(),
  /** Of the key that is made along with the user. */
  key_alias: generateSchema.shape.key_alias,
  duration,
  aliases: z.record(z.string(), z.string(), "must map names to names").nullish(),
});
export type NewUserBody = z.infer<typeof newUserSchema>;

export const updateUserSchema = z.object({
  ...userFields,
  user_id: id.nullish(),
  user_email: email.nullish(),
});
export type UpdateUserBody = z.infer<typeof updateUserSchema>;

const ids = z
  .array(id, "must be a list of ids")
  .min(1, "must hold at least one id")
  .max(1000, "must hold at most 1000 ids");
export const deleteUsersSchema = z.object({ user_ids: ids });
export const deleteTeamsSchema = z.object({ team_ids: ids });

const person = { user_id: id.nullish(), user_email: email.nullish() };
export const memberSchema = z.strictObject(
  { ...person, role: memberRole.nullish() },
  "must be an object with role and user_id or user_email",
);
export type MemberBody = z.infer<typeof memberSchema>;
const members = z
  .array(memberSchema, "must be a list of members")
  .max(1000, "must hold at most 1000 members");

const teamFields = { ...limitFields, team_alias: alias, spend: usd };

export const newTeamSchema = z.object({
  ...teamFields,
  team_id: id.nullish(),
  members_with_roles: members.nullish(),
});
export type NewTeamBody = z.infer<typeof newTeamSchema>;

export const updateTeamSchema = z.object({ ...teamFields, team_id: id });
export type UpdateTeamBody = z.infer<typeof updateTeamSchema>;

export const oneTeamSchema = z.object({ team_id: id });
export const addMembersSchema = z.object({
  team_id: id,
  member: z.union([memberSchema, members.min(1)], "must be a member or a list of members"),
});
export const removeMemberSchema = z.object({ team_id: id, ...person });

/** Known from LiteLLM, acted on by nothing here: refused when they carry a value, so that nobody trusts an idle limit. */
const IDLE_LIMITS = [
  "budget_id",
  "budget_limits",
  "model_max_budget",
  "model_rpm_limit",
  "model_tpm_limit",
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
  "team_member_budget",
  "team_member_budget_duration",
  "team_member_rpm_limit",
  "team_member_tpm_limit",
  "team_member_key_duration",
  "team_member_permissions",
  "allowed_passthrough_routes",
  "enforced_params",
];
export const MEMBER_FIELDS_NOT_ACTED_ON = ["max_budget_in_team", "budget_duration", "tpm_limit", "rpm_limit"];
