/** The team API (API.md 1.5): thin over the operations in lib/people. */

import { operationsOf } from "#lib/operations.ts";
import {
  deleteTeamsSchema,
  newTeamSchema,
  oneTeamSchema,
  TEAM_FIELDS_NOT_ACTED_ON,
  updateTeamSchema,
} from "#lib/people/schema.ts";
import { createTeam, deleteTeams, setTeamBlocked, updateTeam } from "#lib/people/team-operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";
import { TEAM_JOINING_ROUTES } from "./team-joining.ts";
import { TEAM_MEMBER_ROUTES } from "./team-member-routes.ts";
import { TEAM_READ_ROUTES } from "./team-read-routes.ts";
import { viewTeam } from "./team-views.ts";

type Run = KeyRoute["run"];

const create: Run = async (deps, context) => {
  const body = await readBody(context, newTeamSchema, TEAM_FIELDS_NOT_ACTED_ON);
  return json(200, await viewTeam(deps, await createTeam(operationsOf(deps), actorOf(context), body)));
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateTeamSchema, TEAM_FIELDS_NOT_ACTED_ON);
  const data = await viewTeam(deps, await updateTeam(operationsOf(deps), actorOf(context), body));
  return json(200, { ...data, data });
};

const remove: Run = async (deps, context) => {
  const { team_ids } = await readBody(context, deleteTeamsSchema);
  const { teamIds, keys } = await deleteTeams(operationsOf(deps), actorOf(context), team_ids);
  if (teamIds.length === 0)
    throw new GatewayError("not_found", "No such team. It may be deleted already.", { param: "team_ids" });
  return json(200, { deleted_teams: teamIds, deleted_keys: keys });
};

const block =
  (blocked: boolean): Run =>
  async (deps, context) => {
    const { team_id } = await readBody(context, oneTeamSchema);
    return json(
      200,
      await viewTeam(deps, await setTeamBlocked(operationsOf(deps), actorOf(context), team_id, blocked)),
    );
  };

const post = (path: string, run: Run): KeyRoute => ({ method: "POST", path, access: "admin", run });

export const TEAM_ROUTES: readonly KeyRoute[] = [
  post("/team/new", create),
  post("/team/update", update),
  post("/team/delete", remove),
  post("/team/block", block(true)),
  post("/team/unblock", block(false)),
  ...TEAM_JOINING_ROUTES,
  ...TEAM_MEMBER_ROUTES,
  ...TEAM_READ_ROUTES,
];
