/** The team API (API.md 1.5): thin over the operations in lib/people. */
import { membersOf } from "#db/queries/teams.ts";
import { addMembers, removeMember } from "#lib/people/member-operations.ts";
import {
  addMembersSchema,
  deleteTeamsSchema,
  MEMBER_FIELDS_NOT_ACTED_ON,
  newTeamSchema,
  oneTeamSchema,
  removeMemberSchema,
  TEAM_FIELDS_NOT_ACTED_ON,
  updateTeamSchema,
} from "#lib/people/schema.ts";
import { createTeam, deleteTeams, setTeamBlocked, updateTeam } from "#lib/people/team-operations.ts";
import { type MemberRow, membershipView, type TeamRow, teamView } from "#lib/people/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, operationsOf } from "./admin-context.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";
import { TEAM_READ_ROUTES } from "./team-read-routes.ts";

type Run = KeyRoute["run"];

async function view(
  deps: GatewayDeps,
  row: TeamRow,
  members?: readonly MemberRow[],
): Promise<Record<string, unknown>> {
  const shown = members ?? (await membersOf(deps.db, [row.id])).get(row.id) ?? [];
  return teamView(row, shown, deps.clock.now(), deps.policy().config.timezone);
}

const create: Run = async (deps, context) => {
  const body = await readBody(context, newTeamSchema, TEAM_FIELDS_NOT_ACTED_ON);
  return json(200, await view(deps, await createTeam(operationsOf(deps), actorOf(context), body)));
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateTeamSchema, TEAM_FIELDS_NOT_ACTED_ON);
  const data = await view(deps, await updateTeam(operationsOf(deps), actorOf(context), body));
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
      await view(deps, await setTeamBlocked(operationsOf(deps), actorOf(context), team_id, blocked)),
    );
  };

const addMember: Run = async (deps, context) => {
  const { team_id, member } = await readBody(context, addMembersSchema, MEMBER_FIELDS_NOT_ACTED_ON);
  const { row, members, changed } = await addMembers(
    operationsOf(deps),
    actorOf(context),
    team_id,
    [member].flat(),
  );
  return json(200, {
    ...(await view(deps, row, members)),
    updated_team_memberships: changed.map(membershipView),
  });
};

const deleteMember: Run = async (deps, context) => {
  const { team_id, ...person } = await readBody(context, removeMemberSchema);
  const { row, members, keys } = await removeMember(operationsOf(deps), actorOf(context), team_id, person);
  return json(200, { ...(await view(deps, row, members)), deleted_keys: keys });
};

const post = (path: string, run: Run): KeyRoute => ({ method: "POST", path, access: "admin", run });

export const TEAM_ROUTES: readonly KeyRoute[] = [
  post("/team/new", create),
  post("/team/update", update),
  post("/team/delete", remove),
  post("/team/block", block(true)),
  post("/team/unblock", block(false)),
  post("/team/member_add", addMember),
  post("/team/member_delete", deleteMember),
  ...TEAM_READ_ROUTES,
];
