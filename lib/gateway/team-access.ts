/** What a caller may do with a team. Its admins manage its members; its members read it; to all others it is not there. */
import { findMembership } from "#db/queries/teams.ts";
import { noTeam } from "#lib/people/team-operations.ts";
import { GatewayError } from "../errors.ts";
import { seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";

export type TeamAccess = "manage" | "read" | "none";

/** A key without a user is no member of anything: an absent user equals no other absent one. */
export async function teamAccess(
  deps: GatewayDeps,
  { caller }: AuthenticatedContext,
  teamId: string,
): Promise<TeamAccess> {
  if (caller.role === "admin") return "manage";
  const member = caller.userId === null ? null : await findMembership(deps.db, teamId, caller.userId);
  // A viewer reads, whatever a team has made of it.
  const viewer = caller.role === "viewer" || member?.userRole === "internal_user_viewer";
  // A key that was made for one team speaks for that team alone.
  const here = caller.teamId === null || caller.teamId === teamId;
  if (member?.role === "admin" && !viewer && here) return "manage";
  const inside = member !== null || caller.role === "viewer" || caller.teamId === teamId;
  return inside ? "read" : "none";
}

/** @throws GatewayError not_allowed for who may only read the team; not_found for who may not know of it */
export async function requireTeamManager(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  teamId: string,
): Promise<void> {
  const access = await teamAccess(deps, context, teamId);
  if (access === "manage") return;
  if (access === "none") throw noTeam();
  throw new GatewayError("not_allowed", "Only an admin, or an admin of this team, may change its members.", {
    param: "team_id",
  });
}

/** @throws GatewayError not_found */
export async function requireTeamReader(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  teamId: string,
): Promise<void> {
  if (seesAll(context)) return;
  if ((await teamAccess(deps, context, teamId)) === "none") throw noTeam();
}
