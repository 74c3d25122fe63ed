/** Whose spend a caller may see, and whose it asked for. */

import type { SpendFilter, SpendRange } from "#db/queries/spend.ts";
import { findKeyId } from "#db/queries/spend-records.ts";
import { MASTER } from "#lib/keys/caller.ts";
import { hashSecret, sameHash, toHash } from "#lib/keys/secret.ts";
import { readRange } from "#lib/spend/calendar.ts";
import { GatewayError } from "../errors.ts";
import { seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { queryText } from "./query-text.ts";

/** Everybody's for admins and viewers; a user's own for its keys; a key without a user sees itself alone. */
export function ownSpend(context: AuthenticatedContext): { keyId?: string; userId?: string } {
  if (seesAll(context)) return {};
  const { keyId, userId } = context.caller;
  return userId === null ? { keyId } : { userId };
}

/**
 * What `api_key`, `user_id` and `model` ask for, within what the caller may see.
 * @throws GatewayError not_allowed for another's user_id, before anything is looked up
 */
export async function askedSpend(deps: GatewayDeps, context: AuthenticatedContext): Promise<SpendFilter> {
  const own = ownSpend(context);
  const userId = queryText(context, "user_id");
  const key = queryText(context, "api_key");
  const model = queryText(context, "model");
  if (userId !== undefined && !seesAll(context) && userId !== context.caller.userId) {
    throw new GatewayError("not_allowed", "You may see your own spend only.", { param: "user_id" });
  }
  const keyId = key === undefined ? undefined : await keyIdOf(deps, context, key);
  if (keyId !== undefined && own.keyId !== undefined && keyId !== own.keyId) {
    throw new GatewayError("not_allowed", "You may see your own spend only.", { param: "api_key" });
  }
  return {
    ...own,
    ...(userId === undefined ? {} : { userId }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(model === undefined ? {} : { model }),
  };
}

/** A key named by secret, hash or id; one that nobody knows has spent nothing, so it matches no record. */
export async function keyIdOf(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  name: string,
): Promise<string> {
  const { masterKey } = context.policy.config;
  if (name === MASTER.keyId || (masterKey !== null && sameHash(hashSecret(name), hashSecret(masterKey))))
    return MASTER.keyId;
  return (await findKeyId(deps.sql, toHash(name))) ?? "unknown";
}

/** `start_date` and `end_date`, both included. @throws GatewayError invalid_request */
export function askedRange(context: AuthenticatedContext): SpendRange {
  return readRange(
    queryText(context, "start_date"),
    queryText(context, "end_date"),
    context.policy.config.timezone,
  );
}
