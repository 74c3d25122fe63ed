/** Bodies of the spend API. */
import { z } from "zod";
import { record, text } from "#lib/api-fields.ts";

export const calculateSchema = z.object({
  model: text(256).nullish(),
  messages: z.array(z.unknown(), "must be a list of messages").nullish(),
  completion_response: record,
});

export const endUserSpendSchema = z.object({
  startTime: text(40).nullish(),
  endTime: text(40).nullish(),
  api_key: text(512).nullish(),
});
