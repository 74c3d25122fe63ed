/**
 * Who may make and change keys. Admins all; a person keys of its own; members of a team what the team allows them, its
 * admins all of the team's. An absent owner is nobody's and equals no other absent one.
 */
import type { Db, Tx } from "#db/client.ts";
import { findMembership, findTeam } from "#db/queries/teams.ts";
import { findUser } from "#db/queries/users.ts";
import { GatewayError } from "../errors.ts";
import type { Caller } from "./caller.ts";
import { isMissing, type KeyRules } from "./generation.ts";
import type { GenerateBody, KeyFields } from "./schema.ts";
import type { KeyRow } from "./view.ts";

/** The routes that a team can open to its members (`team_member_permissions`), and the one that its admins have besides. */
export type KeyAction =
  | "/key/generate"
  | "/key/update"
  | "/key/delete"
  | "/key/regenerate"
  | "/key/block"
  | "/key/unblock"
  | "reset_spend";

/** What the owner of a personal key may do with it: nothing that an admin's limits would not survive. */
const OWN_ACTIONS: readonly KeyAction[] = ["/key/delete", "/key/regenerate"];

/** They change whose the key is, what was spent, or what an operator decided. */
const ADMIN_ONLY = [
  "organization_id",
  "permissions",
  "reservation",
  "spend",
  "temp_budget_increase",
  "temp_budget_expiry",
] as const satisfies readonly (keyof KeyFields)[];
const OWNERS = ["user_id", "team_id"] as const;

/** True for the master key and admins' keys; their bodies are held to the configuration's rules alone. */
export function isAdmin(caller: Caller): boolean {
  return caller.role === "admin";
}

/**
 * The owners of a key that `caller` may make with this body.
 * @throws GatewayError not_allowed
 */
export async function ownersOfNewKey(
  tx: Tx,
  caller: Caller,
  sent: Partial<GenerateBody>,
  rules: KeyRules,
): Promise<{ readonly user_id: string; readonly team_id: string | null; readonly longest: string | null }> {
  const userId = requirePerson(caller);
  refuseField(ADMIN_ONLY.find((name) => !isMissing(sent[name])));
  const teamId = sent.team_id ?? caller.teamId ?? rules.defaults.team_id ?? null;
  const owner = sent.user_id ?? userId;
  if (caller.teamId !== null && teamId !== caller.teamId)
    throw refused("This key belongs to a team, so it makes keys for that team only", "team_id");
  if (teamId === null) {
    await requireMaker(tx, userId, rules);
    if (owner !== userId) throw refused("You may make keys for yourself only", "user_id");
    return { user_id: owner, team_id: null, longest: null };
  }
  const { role, keyDuration } = await requireMember(tx, userId, teamId, "/key/generate");
  const allowed = rules.team.allowedRoles;
  if (allowed !== null && !allowed.includes(role))
    throw refused(
      `In this gateway only team members with role ${allowed.join(" or ")} may make keys`,
      "team_id",
    );
  if (owner !== userId) {
    if (role !== "admin") throw refused("You may make keys for yourself only", "user_id");
    await refuseAdminsKey(tx, owner, userId);
    if (!(await findMembership(tx, teamId, owner)))
      throw refused(`"${owner}" is no member of this team`, "user_id");
  }
  return { user_id: owner, team_id: teamId, longest: role === "admin" ? null : keyDuration };
}

/**
 * @param fields what the change sets; none for a change without a body
 * @throws GatewayError not_allowed; not_found where the caller may not know of the key
 */
export async function requireKeyAccess(
  tx: Tx,
  caller: Caller,
  row: KeyRow,
  action: KeyAction,
  fields: Partial<KeyFields> = {},
): Promise<void> {
  if (isAdmin(caller)) return;
  requirePerson(caller);
  const changed = Object.values(fields).some((value) => value !== undefined);
  if (!(await mayChange(tx, caller, row, action, changed))) {
    const visible = row.id === caller.keyId || (row.userId !== null && row.userId === caller.userId);
    if (!visible) throw noKey();
    throw refused(`You may not use ${action === "reset_spend" ? "reset_spend" : action} on this key`, "key");
  }
  // Null and {} take something away here, which is a change like any other.
  refuseField([...ADMIN_ONLY, ...OWNERS].find((name) => fields[name] !== undefined));
  if (caller.userId !== null && row.userId !== null) await refuseAdminsKey(tx, row.userId, caller.userId);
}

async function mayChange(
  tx: Tx,
  { userId, teamId }: Caller,
  row: KeyRow,
  action: KeyAction,
  changed: boolean,
): Promise<boolean> {
  if (userId === null || (teamId !== null && row.teamId !== teamId)) return false;
  if (row.teamId !== null) {
    const place = await placeIn(tx, userId, row.teamId);
    return place !== null && (place.role === "admin" || place.permissions.includes(action));
  }
  if (row.userId !== userId || changed || !OWN_ACTIONS.includes(action)) return false;
  return (await findUser(tx, userId))?.role !== "internal_user_viewer";
}

interface Place {
  readonly role: "admin" | "user";
  readonly permissions: readonly string[];
  readonly keyDuration: string | null;
}

/** A person's place in a team; null for whoever may only read, or is no member. */
export async function placeIn(tx: Db | Tx, userId: string, teamId: string): Promise<Place | null> {
  const member = await findMembership(tx, teamId, userId);
  const team = member && (await findTeam(tx, teamId));
  if (!team || member.userRole === "internal_user_viewer") return null;
  return {
    role: member.role === "admin" ? "admin" : "user",
    permissions: team.memberPermissions,
    keyDuration: team.memberDefaults.keyDuration ?? null,
  };
}

async function requireMember(tx: Tx, userId: string, teamId: string, action: KeyAction): Promise<Place> {
  const place = await placeIn(tx, userId, teamId);
  if (place === null) throw refused("You are no member of this team who may make keys", "team_id");
  if (place.role !== "admin" && !place.permissions.includes(action))
    throw refused(
      `This team does not let its members use ${action}: an admin can allow it with /team/permissions_update`,
      "team_id",
    );
  return place;
}

async function requireMaker(tx: Tx, userId: string, { personal }: KeyRules): Promise<void> {
  const role = (await findUser(tx, userId))?.role;
  const allowed = personal.allowedRoles ?? ["internal_user"];
  if (role === undefined || !allowed.includes(role))
    throw refused(
      role === undefined
        ? "Your user is not registered here, so it may not make keys: an admin can add it with /user/new"
        : `Your role is ${role}; personal keys are made by ${[...new Set(["proxy_admin", ...allowed])].join(", ")} only`,
      "user_id",
    );
}

/** A key has the role of its user: whoever got hold of an admin's key would be one. */
async function refuseAdminsKey(tx: Tx, ownerId: string, userId: string): Promise<void> {
  if (ownerId === userId) return;
  const role = (await findUser(tx, ownerId))?.role;
  if (role === "proxy_admin" || role === "proxy_admin_viewer")
    throw refused("Only an admin may make or change the keys of an admin", "user_id");
}

/** Whoever can change no key at all is told so before its body is read. @throws GatewayError not_allowed */
export function requireChanger(caller: Caller): void {
  if (!isAdmin(caller)) requirePerson(caller);
}

/** @throws GatewayError not_allowed for a viewer, and for a key that belongs to nobody */
function requirePerson({ role, userId }: Caller): string {
  if (role === "viewer")
    throw refused("Your role is viewer: you may read keys, not make or change them", "None");
  if (userId === null)
    throw refused("This key belongs to no user, so it may not make or change keys", "None");
  return userId;
}

function refuseField(name: keyof KeyFields | undefined): void {
  if (name !== undefined) throw refused(`Only an admin may set ${name} of a key`, name);
}

function refused(message: string, param: string): GatewayError {
  return new GatewayError("not_allowed", `${message}.`, { param });
}

export function noKey(): GatewayError {
  return new GatewayError("not_found", "Key not found in database", { param: "key" });
}
