/** `GET /metrics` for Prometheus: what all processes of this gateway have counted, and how they are. */
import { writeBudgets } from "#lib/metrics/budget-families.ts";
import { writeCalls, writeDeployments, writeTimes } from "#lib/metrics/call-families.ts";
import { CONTENT_TYPE, Exposition } from "#lib/metrics/exposition.ts";
import { type Figures, type Gauges, sumOf } from "#lib/metrics/figures.ts";
import { processGauges, writeProcesses } from "#lib/metrics/process-families.ts";
import { writeStanding } from "#lib/metrics/standing-families.ts";
import { requireAddress } from "./address.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import type { GatewayResponse } from "./http.ts";
import { requireAccess } from "./route-access.ts";
import type { Route } from "./routes.ts";
import { authenticateThrottled } from "./throttle-step.ts";

type Counted = Pick<
  GatewayDeps,
  "clock" | "contents" | "health" | "ledger" | "limitsAway" | "metrics" | "telemetry" | "workers"
>;

/** Figures of this process alone. */
export function ownFigures(deps: Counted): Figures {
  return deps.metrics.figures(ownGauges(deps), deps.ledger.droppedNotes, deps.telemetry?.counts() ?? {});
}

function ownGauges(deps: Counted): Gauges {
  const { inFlight, journalWaiting, queued } = deps.ledger.standing();
  const { dropped, stored } = deps.contents.standing();
  return {
    worker: deps.workers()?.own ?? 1,
    inFlight,
    ledgerQueued: queued,
    journalWaiting,
    contentsStored: stored,
    contentsDropped: dropped,
    limitsAway: deps.limitsAway(),
    databaseAwaySeconds: deps.health.awayMs(deps.clock.now()) / 1000,
    ...processGauges(),
  };
}

async function metrics(deps: GatewayDeps, context: RequestContext): Promise<GatewayResponse> {
  await admitScrape(deps, context);
  deps.sightings.scrape(context.startedAtMs);
  const figures = sumOf(await deps.figuresOfAll(ownFigures(deps)));
  const text = new Exposition();
  const { timezone } = context.policy.config;
  const teams = [...new Set(figures.calls.map(({ team }) => team))].filter((team) => team !== "");
  // Without a database the scrape still tells everything else, and that the database is away.
  const budgets = await deps.budgetFigures.read(deps.clock.now(), timezone, teams).catch((error: unknown) => {
    deps.log.warn({ err: error }, "metrics without budgets: the database does not answer");
    return null;
  });
  const standing = await deps.standingFigures
    .read(deps.clock.now(), context.policy.config)
    .catch((error: unknown) => {
      deps.log.warn({ err: error }, "metrics without jobs, backups and the audit log: no database");
      return null;
    });
  writeCalls(text, figures, budgets?.aliases ?? new Map());
  writeTimes(text, figures);
  writeDeployments(text, figures);
  if (budgets) writeBudgets(text, budgets);
  if (standing) writeStanding(text, standing, context.policy.config.backups.folder !== null);
  text.numbers(
    "litellm_deployment_state",
    "gauge",
    "0 healthy, 2 resting after failed calls or unusable; as this process sees it.",
    states(deps, context),
  );
  // The question about budgets has shown by now whether the database is there.
  const own = ownGauges(deps);
  const gauges = figures.gauges.map((row) => (row.worker === own.worker ? own : row));
  writeProcesses(text, { ...figures, gauges }, deps.version);
  return {
    status: 200,
    headers: ["content-type", CONTENT_TYPE, "cache-control", "no-store"],
    body: text.toString(),
  };
}

/** The allowlist holds here, unlike for probes: figures are nobody else's business. @throws GatewayError */
async function admitScrape(deps: GatewayDeps, context: RequestContext): Promise<void> {
  const { addresses, config } = context.policy;
  requireAddress(addresses, context.ip);
  if (!config.requireAuthForMetrics) return;
  const caller = await authenticateThrottled(deps, context);
  requireAccess(caller, { method: "GET", path: "/metrics", access: "admin" }, context.path);
}

const MOST_DEPLOYMENTS = 200;

function states(deps: GatewayDeps, { policy, startedAtMs }: RequestContext) {
  return policy.config.deployments.slice(0, MOST_DEPLOYMENTS).map((deployment) => {
    const rests = deps.cooldown.restsForMs(deployment.id, startedAtMs) > 0;
    const labels = {
      model_id: deployment.id,
      requested_model: deployment.modelGroup,
      api_provider: deployment.provider,
    };
    return [labels, deployment.unusable !== null || rests ? 2 : 0] as const;
  });
}

/** Public for the gateway; it asks for an admin's or a viewer's key itself, unless the configuration leaves it open. */
const METRICS_ROUTE: Route = { method: "GET", path: "/metrics", access: "public", run: metrics };

export const METRICS_ROUTES: readonly Route[] = [METRICS_ROUTE];
