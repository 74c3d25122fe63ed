/** Text that Postgres cannot hold (NUL, half a surrogate pair) is the sender's fault and named as such, before a query fails on it. */
import { GatewayError } from "../errors.ts";

/**
 * Checks every string in a JSON value, names included.
 * @param path where `value` stands, for the message
 * @throws GatewayError invalid_request
 */
export function requireStorable(value: unknown, path = ""): void {
  if (typeof value === "string") {
    if (!isStorable(value)) {
      throw new GatewayError("invalid_request", `${path || "the request body"} holds a character that cannot be stored (NUL or half a surrogate pair)`, {
        param: path || null,
      });
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      requireStorable(name, path);
      requireStorable(item, path === "" ? name : `${path}.${name}`);
    }
  }
}

/** True when Postgres can hold the text. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
