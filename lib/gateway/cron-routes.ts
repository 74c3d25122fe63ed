/**
 * Background work on a schedule of the platform's, where no process lives long enough to have one of its own (Vercel). Each
 * route does one round of what the self-hosted process does by timers, and asks for CRON_SECRET.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isCallbackJob, startCallbacks } from "#lib/callbacks/jobs.ts";
import { keepHouse } from "#lib/privacy/upkeep.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayDeps, RequestContext } from "./context.ts";
import { json } from "./http.ts";
import type { PublicRoute } from "./routes.ts";

/** Jobs are begun for so long; one that outlives its function is gone on with from its cursor by the next round. */
const JOBS_MS = 45_000;

/** @throws GatewayError not_found where no secret is set, invalid_key for another one */
function admitScheduler({ policy, request }: RequestContext): void {
  const { cronSecret } = policy.config;
  if (cronSecret === null)
    throw new GatewayError("not_found", "Scheduled work is off here: CRON_SECRET is not set.");
  const given = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if (!timingSafeEqual(sha256(given), sha256(cronSecret)))
    throw new GatewayError(
      "invalid_key",
      "The scheduler's secret is missing or wrong: send Authorization: Bearer and the value of CRON_SECRET.",
    );
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

async function upkeep(deps: GatewayDeps) {
  await keepHouse(deps);
  return { partitions: "made" };
}

async function runJobs(deps: GatewayDeps) {
  await deps.jobs.plan(deps);
  return { ran: await deps.jobs.runDue(deps, deps.clock.now() + JOBS_MS) };
}

async function signHead(deps: GatewayDeps) {
  const head = await deps.auditSigner.sign();
  return { signed: head === null ? null : head.number };
}

async function reconcile(deps: GatewayDeps) {
  return { mended: (await deps.reconciler.pass()).length };
}

/** Looks for what to raise an alert about, begins callbacks that were configured since, and sends what waits. */
async function sendAlerts(deps: GatewayDeps) {
  const raised = await deps.watch.pass();
  await startCallbacks(deps);
  const delivering = await deps.jobs.runDue(deps, deps.clock.now() + JOBS_MS, isCallbackJob);
  return { raised, delivering, sent: await deps.alertDesk.pass() };
}

/** One round; the answer says what it did, for the platform's log. */
function route(path: string, work: (deps: GatewayDeps) => Promise<Record<string, unknown>>): PublicRoute {
  return {
    method: "GET",
    path,
    access: "public",
    run: async (deps, context) => {
      admitScheduler(context);
      const done = await work(deps);
      return json(200, done, { "cache-control": "no-store" });
    },
  };
}

export const CRON_ROUTES: readonly PublicRoute[] = [
  route("/cron/upkeep", upkeep),
  route("/cron/jobs", runJobs),
  route("/cron/alerts", sendAlerts),
  route("/cron/sign", signHead),
  route("/cron/reconcile", reconcile),
];
