/** The person at the console behind a request, for routes that keys have no use for. */
import type { ConsoleSession } from "#lib/console/session.ts";
import { GatewayError } from "../errors.ts";
import type { AuthenticatedContext } from "./context.ts";

/** @throws GatewayError not_allowed for keys: they have no session */
export function requireSession({ session }: AuthenticatedContext): ConsoleSession {
  if (!session)
    throw new GatewayError("not_allowed", "Only a person who is signed in to the console may do this.", {
      param: "None",
    });
  return session;
}
