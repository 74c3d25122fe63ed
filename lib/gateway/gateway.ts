/**
 * The gateway: a function from request to answer, free of any framework. One try around everything, one place where an
 * error becomes an answer, one place where access is checked.
 */

import { isStorable } from "#lib/storable.ts";
import { withDeadline } from "../database-health.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { clientAddress, isAllowed, isTrustedPeer } from "./address.ts";
import { asApiError, errorAnswer } from "./api-error.ts";
import { consoleCaller } from "./console-step.ts";
import type { AuthenticatedContext, GatewayDeps, Policy, RequestContext } from "./context.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { refuseFrozen } from "./frozen.ts";
import { addHeaders, type GatewayRequest, type GatewayResponse } from "./http.ts";
import { runOnce } from "./idempotency-step.ts";
import { RefusedChanges } from "./refused-change.ts";
import { isLogged, logRequest } from "./request-log.ts";
import { requireAccess } from "./route-access.ts";
import { ROUTES } from "./route-table.ts";
import { type Match, RouteTable } from "./routes.ts";
import { authenticateThrottled } from "./throttle-step.ts";
import { beginTrace } from "./traced.ts";

export interface Gateway {
  /** Answers every request; never throws. */
  handle(request: GatewayRequest): Promise<GatewayResponse>;
  /** True when a path belongs to the gateway and not to the console. */
  owns(path: string): boolean;
}

const SAFE_ID = /^[A-Za-z0-9_.:-]{1,64}$/;

export function createGateway(deps: GatewayDeps): Gateway {
  const table = new RouteTable(ROUTES);
  const refused = new RefusedChanges();
  return {
    handle: (request) => handle(deps, table, refused, request),
    owns: (path) => table.methods(normalise(path)).length > 0,
  };
}

async function handle(
  deps: GatewayDeps,
  table: RouteTable,
  refused: RefusedChanges,
  request: GatewayRequest,
): Promise<GatewayResponse> {
  const context = open(deps, request);
  let match: Match | null = null;
  let authenticated: AuthenticatedContext | null = null;
  try {
    if (request.method === "OPTIONS") return sign(context, preflight(context.policy.config.cors, request));
    match = findRoute(table, request.method, context.path);
    const { route } = match;
    context.params = match.params;
    if (route.access === "public") return signAndLog(deps, context, await route.run(deps, context));
    if (deps.telemetry !== undefined) beginTrace(deps.telemetry, context, route);
    admitToDoor(context);
    const person = route.access === "inference" ? null : await consoleCaller(deps, context, route);
    const caller = person?.caller ?? (await authenticateThrottled(deps, context));
    authenticated = Object.assign(context, { caller, session: person?.session ?? null });
    const { freezes } = deps.safeguards;
    // People at the console go on: somebody must lift it again. Their sessions are ended apart.
    if (freezes !== null && person === null) refuseFrozen(freezes, authenticated, route);
    requireAccess(caller, route, context.path);
    refuseCompressed(request);
    // An inference call writes its own line when it settles.
    if (route.access === "inference") {
      deps.keyWatch.seen(caller.keyId, context.ip);
      return sign(context, await route.run(deps, authenticated));
    }
    requireStorableUrl(authenticated);
    // A frozen database must not hold an admin's request for ever: it is found out before anything is asked of it.
    if (route.access !== "info") await deps.health.run(() => deps.sql`select 1`);
    const answer = await runOnce(deps, authenticated, route, (own, known) =>
      withDeadline(() => route.run(own, known), ADMIN_DEADLINE_MS),
    );
    return signAndLog(deps, context, answer);
  } catch (thrown) {
    const error = asApiError(thrown);
    if (match && authenticated && request.selfTest !== true)
      await refused.record(deps, authenticated, match.route, error);
    if (match?.route.access !== "inference" || !isLogged(thrown))
      logRequest(deps, context, error.status, error);
    return sign(context, errorAnswer(error, context.requestId));
  }
}

/** Who may come in at all. @throws GatewayError ip_not_allowed */
function admitToDoor(context: RequestContext): void {
  if (!isAllowed(context.policy.addresses, context.ip)) {
    throw new GatewayError(
      "ip_not_allowed",
      `Access forbidden: IP address not allowed.${proxyFault(context)}`,
      {
        param: "None",
        internal: context.ip,
      },
    );
  }
}

/** Behind a proxy that forwards nothing every client has the proxy's address, and nobody would guess why it is refused. */
function proxyFault({ policy, request }: RequestContext): string {
  if (!isTrustedPeer(policy.addresses, request.peer) || request.headers.get("x-forwarded-for") !== null)
    return "";
  return " The trusted proxy in front forwards no client address: let it set X-Forwarded-For.";
}

function signAndLog(deps: GatewayDeps, context: RequestContext, answer: GatewayResponse): GatewayResponse {
  logRequest(deps, context, answer.status, null);
  return sign(context, answer);
}

/** The headers that every answer has. */
function sign(context: RequestContext, answer: GatewayResponse): GatewayResponse {
  const { clientRequestId, policy, request, requestId } = context;
  const shownId = clientRequestId ?? requestId;
  answer.headers.push("x-request-id", shownId, "x-litellm-call-id", shownId, "x-shin-request-id", requestId);
  answer.headers.push("x-content-type-options", "nosniff");
  const origin = request.headers.get("origin");
  if (origin !== null && request.method !== "OPTIONS")
    addHeaders(answer.headers, corsHeaders(policy.config.cors, origin));
  return answer;
}

function open(deps: GatewayDeps, request: GatewayRequest): RequestContext {
  const policy = deps.policy();
  const startedAtMs = deps.clock.now();
  const mark = request.url.indexOf("?");
  const own = request.headers.get("x-litellm-call-id") ?? request.headers.get("x-request-id");
  const forwarded = policy.addresses.trusted ? request.headers.get("x-forwarded-for") : null;
  if (request.selfTest !== true)
    deps.sightings.request(protocolOf(policy, request), request.peer, startedAtMs);
  return {
    request,
    policy,
    requestId: newId("req", startedAtMs),
    clientRequestId: own !== null && SAFE_ID.test(own) ? own : null,
    path: normalise(mark < 0 ? request.url : request.url.slice(0, mark)),
    query: mark < 0 ? NO_QUERY : new URLSearchParams(request.url.slice(mark + 1)),
    params: {},
    ip: clientAddress(policy.addresses, request.peer, forwarded),
    startedAtMs,
    startedMonotonicMs: deps.clock.monotonic(),
    trace: undefined,
  };
}

/** What the call came by, as far as somebody who is trusted says so. */
function protocolOf({ addresses, config }: Policy, { headers, peer }: GatewayRequest): string | null {
  if (config.serverless) return "https";
  const claimed = headers.get("x-forwarded-proto");
  // Whether the peer may be believed matters only when it claims something.
  return claimed !== null && isTrustedPeer(addresses, peer) ? claimed : null;
}

const ADMIN_DEADLINE_MS = 15_000;
const NO_QUERY = new URLSearchParams();

/** Nothing is unpacked here: a few compressed bytes could become any number of bytes. @throws GatewayError unsupported_media_type */
function refuseCompressed({ headers }: GatewayRequest): void {
  const encoding = headers.get("content-encoding");
  if (encoding === null || encoding === "" || encoding.toLowerCase() === "identity") return;
  throw new GatewayError(
    "unsupported_media_type",
    "Send the request body uncompressed, without content-encoding.",
  );
}

/** Parameters become values of queries, and Postgres has no NUL in text. @throws GatewayError invalid_request */
function requireStorableUrl({ params, query }: RequestContext): void {
  for (const [name, value] of [...Object.entries(params), ...query]) {
    if (isStorable(value)) continue;
    const param = name.slice(0, 100);
    throw new GatewayError("invalid_request", `${param} holds a NUL character`, { param });
  }
}

function findRoute(table: RouteTable, method: string, path: string): Match {
  const match = table.find(method === "HEAD" ? "GET" : method, path);
  if (match) return match;
  const methods = table.methods(path);
  if (methods.length === 0)
    throw new GatewayError(
      "not_found",
      `There is no ${path.slice(0, 200)} here. The API stands under /v1, see the README.`,
    );
  throw new GatewayError("method_not_allowed", `${path} answers to ${methods.join(", ")}.`, {
    headers: { allow: methods.join(", ") },
  });
}

/** Every OpenAI path exists with and without `/v1`; a slash at the end does not matter. */
function normalise(path: string): string {
  let clean = path.startsWith("/v1/") ? path.slice(3) : path;
  if (clean.length > 1 && clean.endsWith("/")) clean = clean.slice(0, -1);
  return clean;
}
