/** The route table's shape and the lookup in it. A route names its access; the gateway enforces it, no handler can forget. */
import type { AuthenticatedContext, GatewayDeps, RequestContext } from "./context.ts";
import type { GatewayResponse } from "./http.ts";

/**
 * public: no key. inference and info: any live key. own: any live key, and the handler narrows to what is its own.
 * manage: a change; any live key that is not confined to reading, and the handler or operation decides what it may.
 * admin: admins, and viewers for GET. master: the master key alone.
 */
export type Access = "public" | "inference" | "info" | "own" | "manage" | "admin" | "master";

interface RouteBase {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/key/{key}/regenerate`: a name in braces is one segment; a last `{name*}` takes the rest. */
  readonly path: string;
}

export interface PublicRoute extends RouteBase {
  readonly access: "public";
  readonly run: (deps: GatewayDeps, context: RequestContext) => Promise<GatewayResponse> | GatewayResponse;
}

export interface KeyRoute extends RouteBase {
  readonly access: Exclude<Access, "public">;
  /**
   * With `manage`: the handler asks for the role of who is signed in. Without it nobody gets there from the console who may
   * not change keys; with it finance sets budgets, and data protection vouches for checks.
   */
  readonly asksForRole?: true;
  readonly run: (deps: GatewayDeps, context: AuthenticatedContext) => Promise<GatewayResponse>;
}

export type Route = PublicRoute | KeyRoute;

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const NO_PARAMS = {};

export class RouteTable {
  readonly #fixed = new Map<string, Route>();
  readonly #patterns: { readonly route: Route; readonly pattern: RegExp }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.path.includes("{")) this.#patterns.push({ route, pattern: toPattern(route.path) });
      else this.#fixed.set(`${route.method} ${route.path}`, route);
    }
  }

  find(method: string, path: string): Match | null {
    const route = this.#fixed.get(`${method} ${path}`);
    if (route) return { route, params: NO_PARAMS };
    for (const candidate of this.#patterns) {
      if (candidate.route.method !== method) continue;
      const match = candidate.pattern.exec(path);
      if (match) return { route: candidate.route, params: decode(match.groups ?? {}) };
    }
    return null;
  }

  /** Methods a path answers to, for 405. */
  methods(path: string): string[] {
    return ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => this.find(method, path) !== null);
  }
}

function toPattern(path: string): RegExp {
  const source = path
    .replace(/[.:]/g, "\\$&")
    .replace(/\{(\w+)\*\}/g, "(?<$1>.+)")
    .replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return new RegExp(`^${source}$`);
}

function decode(groups: Record<string, string>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(groups)) params[name] = decodeSegment(value);
  return params;
}

/** A segment that is no valid escape is taken as it stands. */
function decodeSegment(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
