/** Bodies of the console's routes about people. */
import { z } from "zod";
import { name as readableName, text } from "#lib/api-fields.ts";
import { email, id } from "#lib/people/member-schema.ts";
import { ROLES } from "./roles.ts";

export const invitationSchema = z.object({
  email,
  role: z.enum(ROLES, `must be one of ${ROLES.join(", ")}`),
  name: readableName(255).nullish(),
  team_id: id.nullish(),
});
export const oneUserSchema = z.object({ user_id: id });
export const acceptSchema = z.object({ code: text(128), password: text(1024) });
