/** What the console's pages about people and budgets ask of the gateway: invitations, sessions, and budgets of any owner. */
import { endSessionsOf, findAccount, upsertAccount } from "#db/queries/console-access.ts";
import { findUser } from "#db/queries/users.ts";
import { parseBody } from "#lib/api-fields.ts";
import { writeAudit } from "#lib/audit/audit.ts";
import { changeBudget } from "#lib/console/budget-change.ts";
import { budgetChangeSchema } from "#lib/console/budget-schema.ts";
import { acceptInvitation, type Invited, invite, renewLink } from "#lib/console/invitations.ts";
import { acceptSchema, invitationSchema, oneUserSchema } from "#lib/console/people-schema.ts";
import { mayBudget } from "#lib/console/roles.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { requireAddress } from "./address.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, parseJson } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute, PublicRoute, Route } from "./routes.ts";
import { networkOf, throttled } from "./throttle-step.ts";

const MOST_BYTES = 16 * 1024;

const inviteOne: KeyRoute["run"] = async (deps, context) => {
  const { email, name, role, team_id } = await readBody(context, invitationSchema);
  const given = { email, role, name: name || null, teamId: team_id ?? null };
  return json(200, invitationView(await invite(operationsOf(deps), actorOf(context), given)));
};

const renew: KeyRoute["run"] = async (deps, context) => {
  const { user_id } = await readBody(context, oneUserSchema);
  return json(200, invitationView(await renewLink(operationsOf(deps), actorOf(context), user_id)));
};

/** The code stands behind a #, so that it reaches no log. */
function invitationView({ code, email, expiresAtMs, userId }: Invited): Record<string, unknown> {
  return {
    user_id: userId,
    user_email: email,
    path: `/ui/invitation#${code}`,
    expires_at: new Date(expiresAtMs).toISOString(),
  };
}

const accept: PublicRoute["run"] = async (deps, context) => {
  requireAddress(context.policy.addresses, context.ip);
  const verdict = await deps.throttle.take("set_up", networkOf(context.ip));
  if (!verdict.allowed) throw throttled(verdict, { kind: "ip", id: context.ip }, context.startedAtMs);
  const body = parseBody(acceptSchema, parseJson(await context.request.bytes(MOST_BYTES)));
  const from = { ip: context.ip, requestId: context.requestId };
  const { email } = await acceptInvitation(operationsOf(deps), body, from);
  return json(200, { user_email: email });
};

const endSessions: KeyRoute["run"] = async (deps, context) => {
  const { user_id: id } = await readBody(context, oneUserSchema);
  if (!(await findUser(deps.db, id)))
    throw new GatewayError("not_found", "User not found in database", { param: "user_id" });
  const nowMs = deps.clock.now();
  const ended = await deps.db.transaction(async (tx) => {
    const now = new Date(nowMs);
    const account = await findAccount(tx, id);
    // Both ways: what the rows say, and the version that every session must have.
    if (account) await upsertAccount(tx, id, { sessionVersion: account.sessionVersion + 1 }, now);
    const count = await endSessionsOf(tx, id, now, null);
    const target = { kind: "user" as const, id };
    const event = { action: "user.end_sessions", target, before: null, after: null };
    await writeAudit(tx, actorOf(context), nowMs, event);
    return count;
  });
  return json(200, { ended });
};

/** Admins, and finance at the console: its role says so, which the key API knows nothing of. */
const updateBudget: KeyRoute["run"] = async (deps, context) => {
  const { caller, session } = context;
  if (caller.role !== "admin" && !(session && mayBudget(session.role)))
    throw new GatewayError("not_allowed", "Only an admin or finance may change budgets.", { param: "None" });
  const body = await readBody(context, budgetChangeSchema);
  await changeBudget(operationsOf(deps), actorOf(context), { ...caller, role: "admin" }, body);
  return json(200, { changed: true });
};

const admin = (path: string, run: KeyRoute["run"]): KeyRoute => ({
  method: "POST",
  path,
  access: "admin",
  run,
});

export const CONSOLE_PEOPLE_ROUTES: readonly Route[] = [
  admin("/console/invitations", inviteOne),
  admin("/console/invitations/renew", renew),
  { method: "POST", path: "/console/invitations/accept", access: "public", run: accept },
  admin("/console/users/sessions/end", endSessions),
  { method: "POST", path: "/console/budgets/update", access: "manage", asksForRole: true, run: updateBudget },
];
