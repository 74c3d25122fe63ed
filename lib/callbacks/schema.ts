/** The bodies of callbacks' routes. */
import { z } from "zod";
import { CALLBACK_KINDS } from "../config/callbacks.ts";

export const testCallbackSchema = z.object({
  destination: z.enum(CALLBACK_KINDS, `must be one of ${CALLBACK_KINDS.join(", ")}`),
});
