/** Bodies of the access reviews' API, for the console's forms as well. */
import { z } from "zod";
import { text } from "../api-fields.ts";

export const decideSchema = z.object({
  user_id: text(256).min(1, "is missing"),
  /** null takes a decision back. */
  decision: z.enum(["keep", "remove"], "must be keep or remove").nullable(),
  note: text(1000).nullish(),
});

export const finishSchema = z.object({
  /** `REMOVE 3`: how many are removed, typed by whoever finishes; not needed when nobody is. */
  confirm: text(40).nullish(),
});
