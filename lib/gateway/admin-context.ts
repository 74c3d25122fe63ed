/** What admin routes need of a request: its JSON body, who acts, and the operations' tools. */
import type { Actor } from "#lib/audit/audit.ts";
import { GatewayError } from "../errors.ts";
import type { AuthenticatedContext } from "./context.ts";
import { invalidJson } from "./json-fault.ts";

/** What the body of an admin request may be. */
export const MOST_BYTES = 1024 * 1024;

/**
 * The body as JSON, whatever its content type says: `curl -d` sends none that fits, and a key in a header cannot be sent
 * by a form on another site. An absent body is `{}`.
 */
export async function readJson(context: AuthenticatedContext): Promise<unknown> {
  return parseJson(await context.request.bytes(MOST_BYTES));
}

/** @throws GatewayError invalid_request with the place of the fault */
export function parseJson(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidJson(error, bytes);
  }
}

export function actorOf(context: AuthenticatedContext): Actor {
  const claimed = context.request.headers.get("litellm-changed-by");
  const { session } = context;
  if (session)
    return {
      kind: "user",
      id: session.userId,
      claimedBy: null,
      ip: context.ip,
      requestId: context.requestId,
    };
  return {
    kind: context.caller.kind === "master" ? "master_key" : "key",
    id: context.caller.kind === "master" ? "default_user_id" : context.caller.keyId,
    claimedBy: claimed === null ? null : claimed.slice(0, 256),
    ip: context.ip,
    requestId: context.requestId,
  };
}

/** True for callers that see everybody's things. */
export function seesAll(context: AuthenticatedContext): boolean {
  return context.caller.role !== "user";
}

/** A whole number from the query, within bounds. @throws GatewayError invalid_request */
export function queryNumber(
  context: AuthenticatedContext,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const raw = context.query.get(name);
  if (raw === null || raw === "") return fallback;
  const value = Number(raw);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new GatewayError("invalid_request", `${name} must be a whole number from ${least} to ${most}`, {
      param: name,
    });
  }
  return value;
}

/** One of a few words from the query. @throws GatewayError invalid_request */
export function queryWord<const W extends string>(
  context: AuthenticatedContext,
  name: string,
  words: readonly W[],
): W | undefined {
  const raw = context.query.get(name);
  if (raw === null || raw === "") return undefined;
  const word = words.find((candidate) => candidate === raw);
  if (word === undefined)
    throw new GatewayError("invalid_request", `${name} must be one of ${words.join(", ")}`, { param: name });
  return word;
}
