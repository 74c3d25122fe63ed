/** Bodies of the console's acts on many keys. */
import { z } from "zod";
import { duration, text, usd } from "#lib/api-fields.ts";

/** Sent in pieces of this many, so that a long list shows how far it is. */
export const MOST_KEYS_AT_ONCE = 100;

const bulkActSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["disable", "enable", "revoke"]) }),
  z.object({
    kind: z.literal("extend"),
    duration: duration.refine((value) => typeof value === "string", "must be a duration such as 30d"),
  }),
  z.object({ kind: z.literal("budget"), max_budget: usd, budget_duration: duration }),
  z.object({ kind: z.literal("team"), team_id: text(256).min(1, "must name a team") }),
  z.object({ kind: z.literal("tag"), tag: text(128).min(1, "must not be empty") }),
]);
export type BulkAct = z.infer<typeof bulkActSchema>;

export const bulkKeysSchema = z.object({
  keys: z.array(text(256), "must be a list of ids").min(1).max(MOST_KEYS_AT_ONCE),
  act: bulkActSchema,
});

/** The filters of the Keys page. */
export const matchingKeysSchema = z.object({
  q: text(200).nullish(),
  status: text(20).nullish(),
  team: text(256).nullish(),
});
