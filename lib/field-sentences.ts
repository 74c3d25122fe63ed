/** What a schema says of a field it refuses, where the field's own schema has no sentence: read after the field's name. */
import type { z } from "zod";

type Complaint = Parameters<z.core.$ZodErrorMap>[0];

const NAMES: Readonly<Record<string, string>> = {
  object: "a JSON object",
  record: "a JSON object",
  array: "a list",
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/**
 * An error map for `safeParse`, so that nobody reads "received undefined".
 * @returns a predicate such as "is required"; undefined leaves zod's own words
 */
export function fieldSentence(complaint: Complaint): string | undefined {
  if (complaint.code === "invalid_type") {
    if (complaint.input === undefined) return "is required";
    return `must be ${NAMES[complaint.expected] ?? `of type ${complaint.expected}`}`;
  }
  if (complaint.code === "invalid_value") {
    if (complaint.input === undefined) return "is required";
    return `must be ${complaint.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  }
  if (complaint.code === "unrecognized_keys")
    return `has an unknown field "${String(complaint.keys[0]).slice(0, 100)}"`;
  if (complaint.code === "invalid_union")
    return complaint.input === undefined ? "is required" : "is not valid";
  return undefined;
}
