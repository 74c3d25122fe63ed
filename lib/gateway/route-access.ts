/** Who may use which route: the caller's role, and the routes its key is confined to. */
import type { Caller } from "#lib/keys/caller.ts";
import { GatewayError } from "../errors.ts";
import type { Route } from "./routes.ts";

/** LiteLLM's group names in `allowed_routes`, as access classes. */
const GROUPS: Readonly<Record<string, readonly Route["access"][]>> = {
  llm_api_routes: ["inference"],
  openai_routes: ["inference"],
  info_routes: ["info", "own"],
  management_routes: ["own", "manage", "admin"],
};

/** @throws GatewayError not_allowed */
export function requireAccess(
  caller: Caller,
  route: Pick<Route, "access" | "method" | "path">,
  path: string,
): void {
  if (caller.kind === "master") return;
  const { access } = route;
  const denied = access === "master" || (access === "admin" && !mayAdminister(caller, route.method));
  if (denied) {
    const who = access === "master" ? "the master key" : "an admin";
    throw new GatewayError(
      "not_allowed",
      `Only ${who} may use ${route.method} ${route.path}. Your role is ${caller.role}.`,
      { param: "None" },
    );
  }
  const { allowedRoutes } = caller;
  if (allowedRoutes.length > 0 && !allowedRoutes.some((allowed) => covers(allowed, access, path))) {
    throw new GatewayError(
      "not_allowed",
      `This key may not use ${path}. It is confined to ${allowedRoutes.join(", ")}.`,
      { param: "None" },
    );
  }
}

function mayAdminister(caller: Caller, method: string): boolean {
  return caller.role === "admin" || (caller.role === "viewer" && method === "GET");
}

function covers(allowed: string, access: Route["access"], path: string): boolean {
  if (Object.hasOwn(GROUPS, allowed)) return GROUPS[allowed]?.includes(access) ?? false;
  const plain = allowed.startsWith("/v1/") ? allowed.slice(3) : allowed;
  return plain.endsWith("/*") ? path.startsWith(plain.slice(0, -1)) : plain === path;
}
