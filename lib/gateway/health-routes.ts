/** Health: none of these calls a provider, so none of them costs money. */

import { authenticate, readSecret } from "./authenticate.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import { json } from "./http.ts";
import type { PublicRoute, Route } from "./routes.ts";

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

/** Without a key: status only. With one: LiteLLM's shape, from what calls have shown, not from calls made for it. */
async function health(deps: GatewayDeps, context: RequestContext) {
  const { config } = context.policy;
  const brief = {
    status: deps.health.away ? "degraded" : "healthy",
    version: deps.version,
    uptime: Math.round((deps.clock.now() - STARTED_MS) / 1000),
  };
  if (context.query.has("lite") || readSecret(context.request, config.keyHeaderName) === null)
    return json(200, brief);
  await authenticate(context.request, config, deps.lookup, context.startedAtMs);
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
];
