/** Reading teams. Admins and viewers see all; everyone else the teams they belong to, and another is simply not there. */
import { findTeam, keysOfTeam, listTeams, membersOf, type TeamFilter } from "#db/queries/teams.ts";
import { teamIdsOf } from "#db/queries/users.ts";
import { keyView } from "#lib/keys/view.ts";
import { noTeam } from "#lib/people/team-operations.ts";
import { teamView } from "#lib/people/view.ts";
import { GatewayError } from "../errors.ts";
import { seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { type Page, pageFields, pageHeaders, queryPage, queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { requireTeamReader } from "./team-access.ts";
import { viewMemberships } from "./team-views.ts";

type Run = KeyRoute["run"];

/** The teams of the caller's user, and its key's own. */
async function ownTeamIds(deps: GatewayDeps, { caller }: AuthenticatedContext): Promise<string[]> {
  const ofUser =
    caller.userId === null ? [] : ((await teamIdsOf(deps.db, [caller.userId])).get(caller.userId) ?? []);
  return [...new Set([...ofUser, ...(caller.teamId === null ? [] : [caller.teamId])])];
}

const info: Run = async (deps, context) => {
  const id = queryText(context, "team_id") ?? context.caller.teamId;
  if (id === null)
    throw new GatewayError("invalid_request", "team_id is missing: which team?", { param: "team_id" });
  await deps.ledger.flush();
  await requireTeamReader(deps, context, id);
  const row = await findTeam(deps.db, id);
  if (!row) throw noTeam();
  const nowMs = deps.clock.now();
  const { timezone } = context.policy.config;
  const members = (await membersOf(deps.db, [id])).get(id) ?? [];
  const keys = await keysOfTeam(deps.db, id);
  return json(200, {
    team_id: id,
    team_info: teamView(row, members, nowMs, timezone),
    keys: keys.map((key) => ({ token: key.secretHash, ...keyView(key, nowMs, timezone) })),
    team_memberships: await viewMemberships(deps, row, members),
  });
};

async function find(deps: GatewayDeps, context: AuthenticatedContext, { page, size }: Page) {
  await deps.ledger.flush();
  const { rows, total } = await listTeams(deps.db, await filterOf(deps, context), page, size);
  const members = await membersOf(
    deps.db,
    rows.map((row) => row.id),
  );
  const nowMs = deps.clock.now();
  const { timezone } = context.policy.config;
  return { teams: rows.map((row) => teamView(row, members.get(row.id) ?? [], nowMs, timezone)), total };
}

async function filterOf(deps: GatewayDeps, context: AuthenticatedContext): Promise<TeamFilter> {
  const userId = queryText(context, "user_id");
  const asked = queryText(context, "team_id");
  const alias = queryText(context, "team_alias");
  const rest = { ...(alias === undefined ? {} : { alias }) };
  if (seesAll(context))
    return {
      ...rest,
      ...(userId === undefined ? {} : { userId }),
      ...(asked === undefined ? {} : { ids: [asked] }),
    };
  if (userId !== undefined && userId !== context.caller.userId) {
    throw new GatewayError("not_allowed", "You may list your own teams only.", { param: "user_id" });
  }
  const own = await ownTeamIds(deps, context);
  return { ...rest, ids: asked === undefined ? own : own.filter((id) => id === asked) };
}

const list: Run = async (deps, context) => {
  const page = queryPage(context, 500, 1000);
  const { teams, total } = await find(deps, context, page);
  return json(200, teams, pageHeaders(page, total));
};

const listV2: Run = async (deps, context) => {
  const page = queryPage(context, 10, 100);
  const { teams, total } = await find(deps, context, page);
  return json(200, { teams, ...pageFields(page, total) });
};

export const TEAM_READ_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/team/info", access: "own", run: info },
  { method: "GET", path: "/team/list", access: "own", run: list },
  { method: "GET", path: "/v2/team/list", access: "own", run: listV2 },
];
