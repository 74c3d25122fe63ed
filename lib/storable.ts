/** Text that Postgres cannot hold (NUL, half a surrogate pair) is the sender's fault and named as such, before a query fails on it. */
import { GatewayError } from "./errors.ts";

/** Deeper than any settings are, and shallower than what a database's parser gives up on. */
const DEEPEST = 100;

/**
 * Checks every string in a JSON value, names included.
 * @param path where `value` stands, for the message
 * @throws GatewayError invalid_request
 */
export function requireStorable(value: unknown, path = "", depth = 0): void {
  if (typeof value === "string" && !isStorable(value))
    refuse("holds a character that cannot be stored (NUL or half a surrogate pair)", path);
  if (typeof value !== "object" || value === null) return;
  if (depth > DEEPEST) refuse(`is nested more than ${DEEPEST} levels deep`, path.slice(0, 100));
  for (const [name, item] of Object.entries(value)) {
    requireStorable(name, path, depth);
    requireStorable(item, path === "" ? name : `${path}.${name}`, depth + 1);
  }
}

function refuse(complaint: string, path: string): never {
  throw new GatewayError("invalid_request", `${path || "the request body"} ${complaint}`, {
    param: path || null,
  });
}

/** True when Postgres can hold the text. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

/** The text without what no column can hold, so that records, counters and look-ups all name the same thing. */
export function toStorable(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll("\u0000", "");
}
