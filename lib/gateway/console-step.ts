/**
 * The console's session as a caller of the admin API. A cookie is sent by the browser whoever made the request, so it
 * counts only for requests of our own pages: with the session's CSRF token, from our own origin, as JSON, and never for a
 * model. A request that carries a key never has its cookie looked at.
 */

import { mayManageKeys, type Role } from "#lib/console/roles.ts";
import { isCsrfToken } from "#lib/console/seal.ts";
import { consoleSecret } from "#lib/console/secret.ts";
import { type ConsoleSession, readSession, sessionCookieName } from "#lib/console/session.ts";
import { type Caller, MASTER } from "#lib/keys/caller.ts";
import { GatewayError } from "../errors.ts";
import { isTrustedPeer } from "./address.ts";
import { readSecret } from "./authenticate.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import type { GatewayRequest } from "./http.ts";
import type { Route } from "./routes.ts";

export interface ConsoleCaller {
  readonly caller: Caller;
  readonly session: ConsoleSession;
}

/** Who is signed in, or null when the request is none of the console's. @throws GatewayError not_allowed, no_key */
export async function consoleCaller(
  deps: GatewayDeps,
  context: RequestContext,
  route: Route,
): Promise<ConsoleCaller | null> {
  const { request, policy } = context;
  const cookie = request.headers.get("cookie");
  const token = request.headers.get("x-csrf-token");
  if (cookie === null || token === null || route.access === "inference" || route.access === "public")
    return null;
  if (readSecret(request, policy.config.keyHeaderName) !== null) return null;
  const secret = consoleSecret(policy.config, deps.pseudonymKey);
  const secure = cookie.includes(`${sessionCookieName(true)}=`);
  const session = await deps.health.run(() =>
    readSession({ sql: deps.sql, consoleSecret: secret }, cookie, secure, context.startedAtMs),
  );
  if (!session) {
    throw new GatewayError("no_key", "Your session is over. Sign in again.", {
      param: "None",
      extra: { reason: "session_over" },
    });
  }
  refuseForeign(request, ownHost(context));
  if (!isCsrfToken(secret, session.id, token))
    throw new GatewayError("not_allowed", "This page is out of date. Load it again.", {
      param: "x-csrf-token",
    });
  // To the API these are people with keys of their own; at the console they look and do not make any.
  if (route.access === "manage" && route.asksForRole !== true && !mayManageKeys(session.role))
    throw new GatewayError("not_allowed", `Your role is ${session.role}, which may not change keys.`, {
      param: "None",
    });
  return { caller: callerOf(session), session };
}

/** The host that our pages have in the browser: the public address, what a trusted proxy says, or what was asked for. */
function ownHost({ policy, request }: RequestContext): string | null {
  const { publicUrl } = policy.config.console;
  if (publicUrl !== null) return new URL(publicUrl).host;
  const forwarded = isTrustedPeer(policy.addresses, request.peer)
    ? request.headers.get("x-forwarded-host")
    : null;
  return forwarded ?? request.headers.get("host");
}

/** @throws GatewayError not_allowed, unsupported_media_type */
function refuseForeign({ headers, method }: GatewayRequest, own: string | null): void {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const foreign =
    (site !== null && site !== "same-origin") ||
    (origin !== null && (!URL.canParse(origin) || new URL(origin).host !== own)) ||
    (method !== "GET" && method !== "HEAD" && origin === null);
  if (foreign)
    throw new GatewayError("not_allowed", "This request does not come from the console.", {
      param: "origin",
    });
  const changes = method !== "GET" && method !== "HEAD";
  if (changes && headers.get("content-type")?.split(";")[0]?.trim() !== "application/json")
    throw new GatewayError("unsupported_media_type", "Send application/json.");
}

const CALLER_ROLES: Readonly<Record<Role, Caller["role"]>> = {
  admin: "admin",
  auditor: "viewer",
  developer: "user",
  finance: "user",
  dpo: "user",
};

function callerOf(session: ConsoleSession): Caller {
  return {
    ...MASTER,
    kind: "key",
    keyId: "",
    secretHash: "",
    alias: session.email,
    role: CALLER_ROLES[session.role],
    userId: session.userId,
  };
}
