/** What the Models page's form says before anything is sent: where a key may stand, and what a price looks like. */
import { z } from "zod";

const REFERENCE = /^os\.environ\/([A-Za-z_][A-Za-z0-9_]*)$/;

/** `os.environ/NAME`, and nothing that looks like the secret itself. */
export const environmentReference = z
  .string()
  .trim()
  .refine(
    (text) => REFERENCE.test(text),
    "Put the secret in the environment and refer to it as os.environ/OPENAI_API_KEY, or seal it here.",
  );

/** Dollars for a million tokens; empty: not said. */
export const pricePerMillion = z
  .string()
  .trim()
  .refine(
    (text) => text === "" || /^\d{1,6}(\.\d{1,9})?$/.test(text),
    "Write dollars, such as 2.50; empty for none.",
  );

export const positiveWhole = z
  .string()
  .trim()
  .refine(
    (text) => text === "" || /^[1-9]\d{0,14}$/.test(text),
    "Whole number of 1 or more; empty means no limit.",
  );

export const modelFormSchema = z.object({
  model_name: z.string().trim().min(1, "Give it the name that callers use."),
  provider: z.string().min(1, "Choose a provider."),
  upstream: z.string().trim().min(1, "The provider's own name for the model."),
  reference: z.union([z.literal(""), environmentReference]),
  input_price: pricePerMillion,
  output_price: pricePerMillion,
  rpm: positiveWhole,
  tpm: positiveWhole,
  order: positiveWhole,
});

/** Dollars a token from dollars a million, digit by digit: `2.5` -> `2.5e-6`. */
export function perToken(perMillion: string): number {
  return Number(`${perMillion}e-6`);
}
