/**
 * The one form in which records of the audit log are hashed and signed: JSON as RFC 8785 (JCS) has it. No spaces, members
 * in the order of their names' UTF-16 units, strings and numbers as JSON.stringify writes them, UTF-8.
 */
import { createHash } from "node:crypto";

/** Names of members come again and again: a million records have a few hundred. */
const quotedNames = new Map<string, string>();
const MOST_NAMES = 2_000;

/** @throws TypeError for what JSON does not have: undefined, functions, bigint */
export function canonicalJson(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return JSON.stringify(value);
  if (typeof value !== "object") throw new TypeError(`${typeof value} has no place in canonical JSON`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  let text = "";
  for (const name of Object.keys(value).sort())
    text += `${text === "" ? "" : ","}${quoted(name)}:${canonicalJson(Reflect.get(value, name))}`;
  return `{${text}}`;
}

function quoted(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (quotedNames.size < MOST_NAMES) quotedNames.set(name, text);
  return text;
}

/** SHA-256 of a text's UTF-8, as 64 hex digits. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** What the first record names as the one before it. @param startedAfter the last event older than the chain, or 0 */
export function genesisHash(startedAfter: number): string {
  return sha256Hex(`shin audit chain, started after ${startedAfter}`);
}
