/** Bodies of the requests API: what people ask about their data, and the steps that answer it. */
import { z } from "zod";
import { record, text } from "../../api-fields.ts";
import { CLOSE_OUTCOMES, REQUEST_TYPES } from "./names.ts";

const needed = (longest: number) => text(longest).trim().min(1, "must not be empty");
const reason = needed(2000);

export const newRequestSchema = z.strictObject({
  type: z.enum(REQUEST_TYPES, `must be one of ${REQUEST_TYPES.join(", ")}`),
  subject: needed(256).describe("a user's id or whole e-mail address, or an end user's id; exactly as held"),
  subject_kind: z
    .enum(["user", "end_user"], "must be user or end_user")
    .nullish()
    .describe("whom the subject names; when absent a user of that name, else an end user"),
  received_at: z.iso
    .datetime({ offset: true, error: "must be a time such as 2026-11-23T10:00:00Z" })
    .nullish()
    .describe("when it arrived; the month to answer runs from there"),
  note: text(2000).nullish(),
});

export const identifySchema = z.strictObject({
  how: reason.describe("how the person was identified, such as by a call back"),
});

export const decideSchema = z.strictObject({
  grant: z.boolean("must be true or false"),
  ground: text(2000).nullish().describe("the legal ground; a refusal needs one"),
  rectify: z
    .strictObject({
      email: text(320).nullish(),
      alias: text(255).nullish(),
      metadata: record,
    })
    .nullish()
    .describe("what a rectification writes"),
});

export const extendSchema = z.strictObject({
  reason: reason.describe("told to the person: why a month is not enough"),
});

export const closeSchema = z.strictObject({
  outcome: z.enum(CLOSE_OUTCOMES, `must be one of ${CLOSE_OUTCOMES.join(", ")}`),
  reason: text(2000).nullish(),
});

export const holdSchema = z.strictObject({
  kind: z.enum(["hold", "restriction"], "must be hold or restriction"),
  subject: needed(256).describe("a user's id or whole e-mail address, or an end user's id"),
  subject_kind: z.enum(["user", "end_user"], "must be user or end_user").nullish(),
  reason,
});
export const placeHoldSchema = holdSchema.extend({
  until: z.iso
    .datetime({ offset: true, error: "must be a time such as 2026-11-23T10:00:00Z" })
    .nullish()
    .describe(
      "of a legal hold: when it is to be reviewed, in 180 days at most and when absent; it ends only by hand",
    ),
});

export const withdrawSchema = z.strictObject({ reason: text(2000).nullish() });
export const noFieldsSchema = z.strictObject({});
export const downloadSchema = z.strictObject({
  link: needed(200).describe("what stands after # in the link"),
});
export const verifySchema = z.strictObject({
  certificate: z.record(z.string(), z.unknown(), "must be a certificate's JSON object"),
  key: text(400)
    .nullish()
    .describe("the public key or its id that must have signed it; this gateway's own when absent"),
});

export type NewRequestBody = z.infer<typeof newRequestSchema>;
export type DecideBody = z.infer<typeof decideSchema>;
