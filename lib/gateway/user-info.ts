/** What is known of one user: to itself, and to admins. */

import { totalOf } from "#db/queries/spend.ts";
import { findTeams, membersOf } from "#db/queries/teams.ts";
import { findUser, keysOfUser, teamIdsOf } from "#db/queries/users.ts";
import { keyView } from "#lib/keys/view.ts";
import { WHOLE_GATEWAY } from "#lib/people/user-operations.ts";
import { teamView, userView } from "#lib/people/view.ts";
import { GatewayError } from "../errors.ts";
import { nanoToUsd } from "../money.ts";
import { seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { globalSpend } from "./spend-global.ts";

type Run = KeyRoute["run"];

/** `GET /user/info`: the user with its keys and teams. */
export const userInfo: Run = async (deps, context) => {
  const id = askedUser(context);
  await deps.ledger.flush();
  if (id === WHOLE_GATEWAY)
    return json(200, { user_id: id, user_info: await wholeGateway(deps, context), keys: [], teams: [] });
  const nowMs = deps.clock.now();
  const { timezone } = context.policy.config;
  const keys = await keysOfUser(deps.db, id);
  const teamIds = (await teamIdsOf(deps.db, [id])).get(id) ?? [];
  const teams = await findTeams(deps.db, teamIds);
  const members = await membersOf(deps.db, teamIds);
  const info = await describeUser(deps, context, id, teamIds, keys.length > 0);
  return json(200, {
    user_id: id,
    user_info: info,
    keys: keys.map((key) => ({ token: key.secretHash, ...keyView(key, nowMs, timezone) })),
    teams: teams.map((team) => teamView(team, members.get(team.id) ?? [], nowMs, timezone)),
  });
};

/** `GET /v2/user/info`: the user alone. */
export const userInfoV2: Run = async (deps, context) => {
  const id = askedUser(context);
  await deps.ledger.flush();
  if (id === WHOLE_GATEWAY) return json(200, await wholeGateway(deps, context));
  const teamIds = (await teamIdsOf(deps.db, [id])).get(id) ?? [];
  const keys = await keysOfUser(deps.db, id);
  return json(200, await describeUser(deps, context, id, teamIds, keys.length > 0));
};

/** The user asked for, the caller's own without a parameter. Somebody else's id is refused before it is looked up: the answer tells nothing. */
function askedUser(context: AuthenticatedContext): string {
  const { caller } = context;
  const asked = queryText(context, "user_id");
  if (!seesAll(context) && asked !== undefined && asked !== caller.userId) {
    throw new GatewayError("not_allowed", "You may see your own user only.", { param: "user_id" });
  }
  const id = asked ?? caller.userId;
  if (id === null) throw new GatewayError("not_found", "This key belongs to no user.", { param: "user_id" });
  return id;
}

/** A user that keys or teams name need not have a row: then its spend is all there is to tell. */
async function describeUser(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  id: string,
  teamIds: readonly string[],
  ownsKeys: boolean,
): Promise<Record<string, unknown>> {
  const row = await findUser(deps.db, id);
  if (row) return userView(row, teamIds, deps.clock.now(), context.policy.config.timezone);
  if (!ownsKeys && teamIds.length === 0 && id !== context.caller.userId) {
    throw new GatewayError("not_found", "User not found in database", { param: "user_id" });
  }
  const spend = await totalOf(deps.sql, { fromMs: null, toMs: null }, { userId: id });
  return {
    user_id: id,
    user_email: null,
    user_alias: null,
    user_role: context.caller.kind === "master" && id === context.caller.userId ? "proxy_admin" : null,
    teams: teamIds,
    spend: nanoToUsd(spend),
    max_budget: null,
    budget_reset_at: null,
  };
}

async function wholeGateway(
  deps: GatewayDeps,
  context: AuthenticatedContext,
): Promise<Record<string, unknown>> {
  return { user_id: WHOLE_GATEWAY, ...(await globalSpend(deps, context)) };
}
