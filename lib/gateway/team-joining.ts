/** Teams that users may join by themselves: those that `available_teams` of the configuration names. */
import { findTeams } from "#db/queries/teams.ts";
import { findUser, teamIdsOf } from "#db/queries/users.ts";
import type { MemberBody, MemberLimitFields } from "#lib/people/member-schema.ts";
import { seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

/** True for a user that adds itself, as a plain member on the team's own terms, to a team that anybody may join. */
export async function joinsByItself(
  deps: GatewayDeps,
  { caller, policy }: AuthenticatedContext,
  teamId: string,
  member: MemberBody | readonly MemberBody[],
  limits: MemberLimitFields,
): Promise<boolean> {
  const [one, ...others] = [member].flat();
  const itself = caller.userId !== null && one?.user_id === caller.userId && others.length === 0;
  const plain = one?.role !== "admin" && Object.values(limits).every((value) => value === undefined);
  if (!itself || !plain || caller.role !== "user" || caller.teamId !== null) return false;
  if (!policy.config.userDefaults.available_teams?.includes(teamId)) return false;
  // Nobody has said who an id without a row is, and a viewer only reads.
  return (await findUser(deps.db, caller.userId))?.role === "internal_user";
}

/** `GET /team/available`: those the caller has not joined yet; admins and viewers see all. */
const available: KeyRoute["run"] = async (deps, context) => {
  const { userId } = context.caller;
  const teams = await findTeams(deps.db, context.policy.config.userDefaults.available_teams ?? []);
  const joined = userId === null ? [] : ((await teamIdsOf(deps.db, [userId])).get(userId) ?? []);
  const shown = teams.filter((team) => seesAll(context) || !joined.includes(team.id));
  // Outsiders read this: who is in a team and what it spends is not theirs to see.
  return json(
    200,
    shown.map((team) => ({ team_id: team.id, team_alias: team.alias, models: team.models })),
  );
};

export const TEAM_JOINING_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/team/available", access: "own", run: available },
];
