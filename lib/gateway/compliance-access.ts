/** Who may read the compliance checks, and who may act on them. */

import type { Speaker } from "#lib/compliance/words.ts";
import { mayGovern, maySee } from "#lib/console/roles.ts";
import { GatewayError } from "../errors.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";

/** Admins and viewers by key; at the console data protection as well. @throws GatewayError not_allowed */
export function requireReader({ caller, session }: AuthenticatedContext): void {
  if (session ? maySee(session.role, "compliance") : caller.kind === "master" || caller.role !== "user")
    return;
  throw new GatewayError(
    "not_allowed",
    "Only admins, data protection and auditors may read the compliance checks.",
    {
      param: "None",
    },
  );
}

/** Admins; at the console data protection as well. @throws GatewayError not_allowed */
export function requireGovernor({ caller, session }: AuthenticatedContext): void {
  if (session ? mayGovern(session.role) : caller.kind === "master" || caller.role === "admin") return;
  throw new GatewayError("not_allowed", "Only admins and data protection may do this.", { param: "None" });
}

/** The person behind the request: a word is nobody's when it is the master key's. @throws GatewayError not_allowed */
export function speakerOf(context: AuthenticatedContext): Speaker {
  requireGovernor(context);
  const userId = context.session?.userId ?? (context.caller.kind === "master" ? null : context.caller.userId);
  if (userId === null || userId === "")
    throw new GatewayError(
      "not_allowed",
      "This is a person's word: sign in to the console, or use a key that belongs to an admin.",
      { param: "None" },
    );
  return { userId, actor: actorOf(context) };
}
