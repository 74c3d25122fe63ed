/** Bodies of the break-glass API. */
import { z } from "zod";
import { text } from "../api-fields.ts";

export const LEAST_REASON = 10;

export const unlockSchema = z.strictObject({
  reason: text(2000)
    .trim()
    .min(LEAST_REASON, `must say why, in ${LEAST_REASON} characters or more`)
    .describe("stored with your name in the audit log"),
});

export const approveUnlockSchema = z.strictObject({
  unlock: text(64).min(1, "must not be empty").describe("the id of what waits for a second person"),
});

export type UnlockBody = z.infer<typeof unlockSchema>;
