/** Field shapes shared by the key, user and team schemas, and the translation of a schema's complaint into one sentence. */
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { DURATION_FORMS, readDuration } from "./config/duration.ts";
import { GatewayError } from "./errors.ts";
import { fieldSentence } from "./field-sentences.ts";
import { usdToNano } from "./money.ts";
import { unreadable } from "./readable-name.ts";

/** Dollars in, nano-dollars out. `""` is null, as LiteLLM's console sends it. */
export const usd = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value, context) => {
    if (value === null || value === undefined || value === "") return value === undefined ? undefined : null;
    try {
      return usdToNano(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({
        code: "custom",
        message: `must be a number of dollars from 0 up (${error.message})`,
      });
      return z.NEVER;
    }
  });

/** `30d`, `12h`, `1mo`; `"-1"` and null take it away. */
export const duration = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value, context) => {
    if (value === undefined) return undefined;
    if (value === null || String(value) === "-1" || value === "") return null;
    if (readDuration(value) === null) {
      context.addIssue({ code: "custom", message: `must be a duration such as ${DURATION_FORMS}` });
      return z.NEVER;
    }
    return String(value).trim();
  });

/** A ceiling: a whole number from 0 up; 0 refuses every call. */
export const ceiling = z
  .int("must be a whole number")
  .min(0, "must be 0 or more")
  .max(1e15, "is too large")
  .nullish();

export const text = (longest: number) =>
  z.string("must be text").max(longest, `must have at most ${longest} characters`);
/** Text that names something for people to read. */
export const name = (longest: number) =>
  text(longest).superRefine((value, context) => {
    const message = unreadable(value);
    if (message !== null) context.addIssue({ code: "custom", message });
  });
export const names = z.array(text(256), "must be a list of names").max(1000).nullish();
export const record = z.record(z.string(), z.unknown(), "must be an object").nullish();

/** Limits and budgets, in the guide's spelling and LiteLLM's. */
export const limitFields = {
  models: names,
  rpm_limit: ceiling,
  tpm_limit: ceiling,
  max_parallel_requests: ceiling.refine((value) => (value ?? 0) < 2 ** 31, "is too large"),
  max_budget: usd,
  soft_budget: usd,
  budget_duration: duration,
  metadata: record,
  blocked: z.boolean("must be true or false").nullish(),
};

const ALIASES: Readonly<Record<string, string>> = {
  rpm: "rpm_limit",
  tpm: "tpm_limit",
  rph: "rph_limit",
  rpd: "rpd_limit",
  tph: "tph_limit",
  tpd: "tpd_limit",
};

/**
 * Parses a body against a schema that names every field: an unknown one is refused with the likely meant name, since a
 * limit that is silently ignored is worse than an error.
 * @param notActedOn LiteLLM's fields that this gateway does not act on: empty is fine, a value is refused
 * @throws GatewayError invalid_request
 */
export function parseBody<S extends z.ZodObject>(
  schema: S,
  body: unknown,
  notActedOn: readonly string[] = [],
): z.infer<S> {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid("the request body must be a JSON object", null);
  const fields: Record<string, unknown> = { ...body };
  for (const [alias, name] of Object.entries(ALIASES)) {
    if (!(alias in fields) || !(name in schema.shape)) continue;
    const same = fields[name] === undefined || fields[name] === fields[alias];
    if (!same) throw invalid(`${alias} and ${name} mean the same and differ: send one of them`, alias);
    fields[name] = fields[alias];
    delete fields[alias];
  }
  for (const name of notActedOn) {
    if (name in fields && !isEmpty(fields[name]))
      throw invalid(`${name} is not supported by this gateway: leave it out, nothing would enforce it`, name);
    delete fields[name];
  }
  refuseUnknown(schema, fields, notActedOn);
  const result = schema.safeParse(fields, { error: fieldSentence });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw invalid(
    `${path === "" ? "the request body" : path} ${issue?.message ?? "is not valid"}`,
    path || null,
  );
}

function refuseUnknown(
  schema: z.ZodObject,
  fields: Record<string, unknown>,
  notActedOn: readonly string[],
): void {
  const known = Object.keys(schema.shape);
  for (const name of Object.keys(fields)) {
    if (Object.hasOwn(schema.shape, name)) continue;
    const near = closest(name, [...known, ...Object.keys(ALIASES), ...notActedOn]);
    const hint = distance(name, near) <= 3 ? `; did you mean "${near}"?` : "";
    throw invalid(`unknown field "${name.slice(0, 100)}"${hint}`, name.slice(0, 100));
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function invalid(message: string, param: string | null): GatewayError {
  return new GatewayError("invalid_request", message, { param });
}
