/** Bodies about the members of a team (API.md 1.5), and the ids and addresses that all people are named by. */
import { z } from "zod";
import { ceiling, duration, name, text, usd } from "#lib/api-fields.ts";

export const MEMBER_ROLES = ["admin", "user"] as const;

/** What a team can let its members do: the key routes, by LiteLLM's names. */
export const MEMBER_PERMISSIONS = [
  "/key/generate",
  "/key/update",
  "/key/delete",
  "/key/info",
  "/key/list",
  "/key/regenerate",
  "/key/block",
  "/key/unblock",
] as const;

export const id = text(256).min(1, "must not be empty");
/** Of somebody or something that is made now. */
export const newId = name(256).min(1, "must not be empty");
export const ids = z
  .array(id, "must be a list of ids")
  .min(1, "must hold at least one id")
  .max(1000, "must hold at most 1000 ids");
export const email = text(254)
  .transform((value) => value.trim().toLowerCase())
  .pipe(name(254))
  .refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), "must be an e-mail address");
export const memberRole = z.enum(MEMBER_ROLES, `must be one of ${MEMBER_ROLES.join(", ")}`);

const person = { user_id: id.nullish(), user_email: email.nullish() };
export const memberSchema = z.strictObject(
  { ...person, role: memberRole.nullish() },
  "must be an object with role and user_id or user_email",
);
export type MemberBody = z.infer<typeof memberSchema>;
export const members = z
  .array(memberSchema, "must be a list of members")
  .max(1000, "must hold at most 1000 members");

/** A member's own limits within the team; null takes one away, and the team's default for members holds again. */
export const memberLimitFields = {
  max_budget_in_team: usd,
  budget_duration: duration,
  rpm_limit: ceiling,
  tpm_limit: ceiling,
  budget_id: id.nullish(),
};
export type MemberLimitFields = Partial<z.infer<z.ZodObject<typeof memberLimitFields>>>;

export const addMembersSchema = z.object({
  ...memberLimitFields,
  team_id: id,
  member: z.union([memberSchema, members.min(1)], "must be a member or a list of members"),
});
export const updateMemberSchema = z.object({
  ...memberLimitFields,
  ...person,
  team_id: id,
  role: memberRole.nullish(),
});
export type UpdateMemberBody = z.infer<typeof updateMemberSchema>;
export const removeMemberSchema = z.object({ team_id: id, ...person });

export const permissions = z
  .array(
    z.enum(MEMBER_PERMISSIONS, `must be one of ${MEMBER_PERMISSIONS.join(", ")}`),
    "must be a list of key routes",
  )
  .max(100, "must hold at most 100 routes")
  .transform((routes) => [...new Set(routes)]);
export const permissionsSchema = z.object({ team_id: id, team_member_permissions: permissions });

/** What members get that have no limits of their own. */
export const memberDefaultFields = {
  team_member_budget: usd,
  team_member_budget_duration: duration,
  team_member_rpm_limit: ceiling,
  team_member_tpm_limit: ceiling,
  team_member_key_duration: duration,
  team_member_permissions: permissions.nullish(),
};
export type MemberDefaultFields = Partial<z.infer<z.ZodObject<typeof memberDefaultFields>>>;
