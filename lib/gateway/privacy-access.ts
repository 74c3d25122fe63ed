/** Who may look after people's data: admins and data protection officers; auditors read. */

import { operationsOf } from "#lib/operations.ts";
import type { Operator, RequestDeps } from "#lib/privacy/requests/deps.ts";
import { GatewayError } from "../errors.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";

/** @throws GatewayError not_allowed */
export function requirePrivacyReader(context: AuthenticatedContext): void {
  const { caller, session } = context;
  if (mayChangePrivacy(context) || session?.role === "auditor" || caller.role === "viewer") return;
  throw refused(context, "see");
}

/** @throws GatewayError not_allowed */
export function requirePrivacyOfficer(context: AuthenticatedContext): Operator {
  if (!mayChangePrivacy(context)) throw refused(context, "change");
  return operatorOf(context);
}

/** Prompts and answers are read by who looks after people's data, and by nobody else. @throws GatewayError not_allowed */
export function requireContentReader(context: AuthenticatedContext): Operator {
  if (mayChangePrivacy(context)) return operatorOf(context);
  const { caller, session } = context;
  throw new GatewayError(
    "not_allowed",
    `Only admins and data protection officers may open what was said in calls, by break-glass. Your role is ${session?.role ?? caller.role}.`,
    { param: "None" },
  );
}

function mayChangePrivacy({ caller, session }: AuthenticatedContext): boolean {
  if (session) return session.role === "admin" || session.role === "dpo";
  return caller.role === "admin";
}

function refused({ caller, session }: AuthenticatedContext, act: string): GatewayError {
  return new GatewayError(
    "not_allowed",
    `Only admins and data protection officers may ${act} privacy requests. Your role is ${session?.role ?? caller.role}.`,
    { param: "None" },
  );
}

export function operatorOf(context: AuthenticatedContext): Operator {
  const { caller, session } = context;
  const userId = session ? session.userId : caller.kind === "master" ? null : caller.userId;
  return { actor: actorOf(context), userId: userId || null };
}

export function requestDepsOf(deps: GatewayDeps): RequestDeps {
  return { operations: operationsOf(deps), jobs: deps, wakeJobs: () => deps.jobs.wake() };
}
