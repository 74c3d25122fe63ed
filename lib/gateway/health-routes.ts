/** Health: none of these calls a provider, so none of them costs money. */

import { NO_SHARED_STORE } from "#lib/config/decide-shared-store.ts";
import { readSecret } from "./authenticate.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import { json } from "./http.ts";
import type { PublicRoute, Route } from "./routes.ts";
import { authenticateThrottled } from "./throttle-step.ts";

const STARTED_MS = Date.now();

async function readiness(deps: GatewayDeps) {
  if (deps.draining()) return json(503, { status: "draining", db: "connected" }, { "retry-after": "1" });
  try {
    await deps.health.run(() => deps.sql`select 1`);
    return json(200, { status: "healthy", db: "connected" });
  } catch (error) {
    deps.log.warn({ err: error }, "readiness: the database does not answer");
    return json(503, { status: "unhealthy", db: "not connected" }, { "retry-after": "5" });
  }
}

/** What an operator needs to know beyond yes or no: who serves, where limits are counted, what is wrong with that. */
async function details(deps: GatewayDeps, context: RequestContext) {
  const { limitsOnStoreOutage, serverless, sharedStore } = context.policy.config;
  const workers = deps.workers();
  return json(200, {
    status: deps.draining() ? "draining" : "healthy",
    db: "connected",
    version: deps.version,
    workers: workers ?? { own: 1, wanted: 1, running: 1, restarts: 0 },
    limits: {
      counted_in: sharedStore?.kind ?? "memory",
      store: deps.limitsAway() ? "away" : "answers",
      on_store_outage: limitsOnStoreOutage,
    },
    warnings: serverless && sharedStore === null ? [NO_SHARED_STORE] : [],
  });
}

/** Without a key: status only. With one: LiteLLM's shape, from what calls have shown, not from calls made for it. */
async function health(deps: GatewayDeps, context: RequestContext) {
  const { config } = context.policy;
  const brief = {
    status: deps.health.away ? "degraded" : "healthy",
    version: deps.version,
    uptime: Math.round((deps.clock.now() - STARTED_MS) / 1000),
    ...shownWorkers(deps),
  };
  if (context.query.has("lite") || readSecret(context.request, config.keyHeaderName) === null)
    return json(200, brief);
  await authenticateThrottled(deps, context);
  const endpoints = config.deployments.map((deployment) => ({
    model: deployment.modelGroup,
    model_id: deployment.id,
    provider: deployment.provider,
    error:
      deployment.unusable ??
      (deps.cooldown.restsForMs(deployment.id, context.startedAtMs) > 0
        ? "resting after failed calls"
        : null),
  }));
  const healthy = endpoints.filter((endpoint) => endpoint.error === null);
  const unhealthy = endpoints.filter((endpoint) => endpoint.error !== null);
  return json(200, {
    ...brief,
    healthy_endpoints: healthy.map(({ error: _, ...endpoint }) => endpoint),
    unhealthy_endpoints: unhealthy,
    healthy_count: healthy.length,
    unhealthy_count: unhealthy.length,
  });
}

/** One process says nothing of workers. */
function shownWorkers(deps: GatewayDeps) {
  const workers = deps.workers();
  return workers === null ? {} : { workers: { running: workers.running, wanted: workers.wanted } };
}

const alive = () => json(200, "I'm alive!");
const route = (path: string, run: PublicRoute["run"]): Route => ({
  method: "GET",
  path,
  access: "public",
  run,
});

export const HEALTH_ROUTES: readonly Route[] = [
  route("/health", health),
  route("/health/liveliness", alive),
  route("/health/liveness", alive),
  route("/health/live", alive),
  route("/health/readiness", readiness),
  route("/health/ready", readiness),
  { method: "GET", path: "/health/readiness/details", access: "admin", run: details },
];
