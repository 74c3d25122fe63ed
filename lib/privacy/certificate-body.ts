/** What is sent to have a certificate checked. */
import { z } from "zod";

export const certificateBody = z.strictObject({
  certificate: z.record(z.string(), z.unknown()).describe("as it was handed out"),
  trusted_key: z
    .string()
    .max(200)
    .optional()
    .describe("id or public key (base64) that must have signed it; without it this gateway's own"),
});
