/** Members of teams: they come, change and go by the word of an admin of the gateway or of the team. */

import { findTeam } from "#db/queries/teams.ts";
import { operationsOf } from "#lib/operations.ts";
import { addMembers, type ChangedTeam, removeMember, updateMember } from "#lib/people/member-operations.ts";
import {
  addMembersSchema,
  MEMBER_PERMISSIONS,
  permissionsSchema,
  removeMemberSchema,
  updateMemberSchema,
} from "#lib/people/member-schema.ts";
import { noTeam, setMemberPermissions } from "#lib/people/team-operations.ts";
import type { TeamRow } from "#lib/people/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { requireTeamManager, requireTeamReader } from "./team-access.ts";
import { joinsByItself } from "./team-joining.ts";
import { viewMemberships, viewTeam } from "./team-views.ts";

type Run = KeyRoute["run"];

async function withMemberships(deps: GatewayDeps, { row, members, changed }: ChangedTeam) {
  await deps.ledger.flush();
  return {
    ...(await viewTeam(deps, row, members)),
    updated_team_memberships: await viewMemberships(deps, row, changed),
  };
}

const add: Run = async (deps, context) => {
  const { team_id, member, ...limits } = await readBody(context, addMembersSchema);
  if (!(await joinsByItself(deps, context, team_id, member, limits)))
    await requireTeamManager(deps, context, team_id);
  const joined = await addMembers(operationsOf(deps), actorOf(context), team_id, [member].flat(), limits);
  return json(200, await withMemberships(deps, joined));
};

/** LiteLLM's answer is the member alone. */
const update: Run = async (deps, context) => {
  const body = await readBody(context, updateMemberSchema);
  await requireTeamManager(deps, context, body.team_id);
  const { row, changed } = await updateMember(operationsOf(deps), actorOf(context), body);
  await deps.ledger.flush();
  const [membership] = await viewMemberships(deps, row, changed);
  return json(200, membership);
};

const remove: Run = async (deps, context) => {
  const { team_id, ...person } = await readBody(context, removeMemberSchema);
  await requireTeamManager(deps, context, team_id);
  const { row, members, keys } = await removeMember(operationsOf(deps), actorOf(context), team_id, person);
  return json(200, { ...(await viewTeam(deps, row, members)), deleted_keys: keys });
};

const listPermissions: Run = async (deps, context) => {
  const id = queryText(context, "team_id") ?? context.caller.teamId;
  if (id === null)
    throw new GatewayError("invalid_request", "team_id is missing: which team?", { param: "team_id" });
  await requireTeamReader(deps, context, id);
  const team = await findTeam(deps.db, id);
  if (!team) throw noTeam();
  return json(200, permissionsView(team));
};

const updatePermissions: Run = async (deps, context) => {
  const { team_id, team_member_permissions } = await readBody(context, permissionsSchema);
  await requireTeamManager(deps, context, team_id);
  const row = await setMemberPermissions(
    operationsOf(deps),
    actorOf(context),
    team_id,
    team_member_permissions,
  );
  return json(200, { ...(await viewTeam(deps, row)), ...permissionsView(row) });
};

function permissionsView(team: TeamRow) {
  return {
    team_id: team.id,
    team_member_permissions: team.memberPermissions,
    all_available_permissions: MEMBER_PERMISSIONS,
  };
}

const manage = (path: string, run: Run): KeyRoute => ({ method: "POST", path, access: "manage", run });

export const TEAM_MEMBER_ROUTES: readonly KeyRoute[] = [
  manage("/team/member_add", add),
  manage("/team/member_update", update),
  manage("/team/member_delete", remove),
  manage("/team/permissions_update", updatePermissions),
  { method: "GET", path: "/team/permissions_list", access: "own", run: listPermissions },
];
