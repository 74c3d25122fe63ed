/** A body's fields as a table for people: names, kinds and bounds in words. */
import { resolved } from "./examples.ts";
import type { Json } from "./schemas.ts";

export interface Field {
  readonly name: string;
  readonly kind: string;
  readonly required: boolean;
  readonly doc: string;
}

/** The required fields first. */
export function fieldsOf(schema: Json, schemas: Readonly<Record<string, Json>>): Field[] {
  const whole = resolved(schema, schemas);
  const required = new Set(Array.isArray(whole["required"]) ? whole["required"].map(String) : []);
  const properties = (whole["properties"] ?? {}) as Readonly<Record<string, Json>>;
  const fields = Object.entries(properties).map(([name, one]) => ({
    name,
    kind: kindOf(one),
    required: required.has(name),
    doc: [typeof one["description"] === "string" ? one["description"] : "", boundsOf(one)]
      .filter((text) => text !== "")
      .join("; "),
  }));
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)];
}

const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  object: "object",
  array: "list",
};

function kindOf(schema: Json): string {
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices))
    return unique((choices as Json[]).filter((one) => one["type"] !== "null").map(kindOf));
  if (Array.isArray(schema["enum"]))
    return unique(schema["enum"].filter((one) => one !== null).map((one) => JSON.stringify(one)));
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const types = [schema["type"]].flat().filter((type) => type !== "null" && type !== undefined);
  if (types.length === 1 && types[0] === "array" && typeof schema["items"] === "object")
    return `list of ${plural(kindOf(schema["items"] as Json))}`;
  return types.length === 0 ? "anything" : unique(types.map((type) => WORDS[String(type)] ?? String(type)));
}

function unique(words: readonly string[]): string {
  return [...new Set(words)].join(" or ");
}

function plural(kind: string): string {
  return kind === "text" || kind.includes(" or ") ? kind : kind.endsWith("object") ? `${kind}s` : kind;
}

function boundsOf(schema: Json): string {
  const bound = (name: string) => (typeof schema[name] === "number" ? schema[name] : undefined);
  const [least, most, longest, items] = [
    bound("minimum"),
    bound("maximum"),
    bound("maxLength"),
    bound("maxItems"),
  ];
  const parts = [
    least !== undefined && most !== undefined
      ? `${least} to ${most}`
      : least === undefined
        ? ""
        : `${least} or more`,
    least === undefined && most !== undefined ? `at most ${most}` : "",
    longest === undefined ? "" : `at most ${longest} characters`,
    items === undefined ? "" : `at most ${items} entries`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
