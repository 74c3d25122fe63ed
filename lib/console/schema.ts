/** Bodies of the console's own routes. */
import { z } from "zod";
import { text } from "#lib/api-fields.ts";

const email = text(320)
  .trim()
  .regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address");
const password = text(1024);

export const setUpSchema = z.object({ code: text(64), email, password });
export const changePasswordSchema = z.object({ current_password: password, new_password: password });
export const codeSchema = z.object({ code: text(64) });
export const passwordSchema = z.object({ password });
