/** Jobs over HTTP: what runs, how far it is, stopping it, and the file it made, also by a link that needs no session. */
import { findFile, type JobFileRow } from "#db/queries/job-files.ts";
import { cancelJob, findJob, type JobRow } from "#db/queries/jobs.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import type { Role } from "#lib/console/roles.ts";
import { type JobViewer, mayCancelJob, mayFetchFile, maySeeJob } from "#lib/jobs/access.ts";
import { type Download, openFileLink, openJobFile } from "#lib/jobs/download.ts";
import { type JobReader, readJob, readJobs } from "#lib/jobs/list.ts";
import type { Caller } from "#lib/keys/caller.ts";
import { isStorable } from "#lib/storable.ts";
import { GatewayError } from "../errors.ts";
import { requireAddress } from "./address.ts";
import { actorOf, queryNumber, queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps, RequestContext } from "./context.ts";
import { type GatewayResponse, json } from "./http.ts";
import { queryText } from "./query-text.ts";
import { requireAccess } from "./route-access.ts";
import type { KeyRoute, PublicRoute, Route } from "./routes.ts";
import { authenticateThrottled, networkOf, throttled } from "./throttle-step.ts";

const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
const ROLE_OF_CALLER: Readonly<Record<Caller["role"], Role>> = {
  admin: "admin",
  viewer: "auditor",
  user: "developer",
};

/** Who asks, as jobs know people. */
export function viewerOf({ caller, session }: Pick<AuthenticatedContext, "caller" | "session">): JobViewer {
  if (session) return { id: session.userId, role: session.role };
  const id = caller.kind === "master" ? "master_key" : (caller.userId ?? caller.keyId);
  return { id, role: ROLE_OF_CALLER[caller.role] };
}

const list: KeyRoute["run"] = async (deps, context) => {
  const viewer = viewerOf(context);
  const limit = queryNumber(context, "limit", 50, 1, 200);
  const page = queryNumber(context, "page", 1, 1, 10_000);
  const kind = queryText(context, "kind");
  const state = queryWord(context, "state", STATES);
  const filter = { ...(kind === undefined ? {} : { kind }), ...(state === undefined ? {} : { state }) };
  return json(200, await readJobs(readerOf(deps), viewer, filter, page, limit));
};

const one: KeyRoute["run"] = async (deps, context) => {
  const job = await readJob(readerOf(deps), viewerOf(context), context.params["id"] ?? "");
  if (!job) throw noJob();
  return json(200, job);
};

function readerOf({ clock, jobs, sql }: GatewayDeps): JobReader {
  return { jobs, sql, nowMs: clock.now() };
}

/** The same 404 for what is not there and for what is somebody else's. */
async function seenJob(deps: GatewayDeps, context: AuthenticatedContext): Promise<JobRow> {
  const job = await findJob(deps.sql, context.params["id"] ?? "");
  if (job && maySeeJob(job, deps.jobs.kind(job.kind), viewerOf(context))) return job;
  throw noJob();
}

const cancel: KeyRoute["run"] = async (deps, context) => {
  const job = await seenJob(deps, context);
  if (!mayCancelJob(job, viewerOf(context)))
    throw new GatewayError("not_allowed", "Only who started a job, and admins, may stop it.", {
      param: "id",
    });
  if (deps.jobs.kind(job.kind)?.cancellable !== true)
    throw new GatewayError("conflict", "A job of this kind is not stopped half-way.", { param: "id" });
  const nowMs = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    if (!(await cancelJob(tx, job.id, new Date(nowMs))))
      throw new GatewayError("conflict", "The job has ended already.", { param: "id" });
    await writeAudit(tx, actorOf(context), nowMs, {
      action: "job.cancel",
      target: { kind: "job", id: job.id },
      before: { kind: job.kind, state: job.state },
      after: null,
    });
  });
  return json(200, { id: job.id, cancelled: true });
};

/** Public to the table, since a link's secret is no key; who comes without one is asked for a key here. */
const file: PublicRoute["run"] = async (deps, context) => {
  const id = context.params["id"] ?? "";
  if (!isStorable(id)) throw noJob();
  requireAddress(context.policy.addresses, context.ip);
  const link = context.query.get("link");
  if (link !== null) return sendByLink(deps, context, id, link);
  const job = await deps.health.run(() => findJob(deps.sql, id));
  const found = job && (await findFile(deps.sql, id, new Date(deps.clock.now())));
  const caller = await authenticateThrottled(deps, context);
  requireAccess(caller, { method: "GET", path: "/jobs/{id}/file", access: "own" }, context.path);
  const known: AuthenticatedContext = Object.assign(context, { caller, session: null });
  if (!job || !mayFetchFile(job, deps.jobs.kind(job.kind), viewerOf(known))) throw noJob();
  return send(deps, actorOf(known), found);
};

const NOBODY = { kind: "system", id: "link", claimedBy: null } as const;

/** Guessing is counted; what the link opens, and how often, its own rules say. */
async function sendByLink(
  deps: GatewayDeps,
  context: RequestContext,
  jobId: string,
  secret: string,
): Promise<GatewayResponse> {
  const verdict = await deps.throttle.take("file_link", networkOf(context.ip));
  if (!verdict.allowed) throw throttled(verdict, { kind: "ip", id: context.ip }, context.startedAtMs);
  const actor: Actor = { ...NOBODY, ip: context.ip, requestId: context.requestId };
  return answerOf(await openFileLink(deps, actor, { jobId, secret }));
}

async function send(deps: GatewayDeps, actor: Actor, file: JobFileRow | null): Promise<GatewayResponse> {
  if (!file)
    throw new GatewayError("not_found", "There is no file: it is not written yet, or its time is over.", {
      param: "id",
    });
  return answerOf(await openJobFile(deps, actor, file));
}

function answerOf({ body, headers }: Download): GatewayResponse {
  return { status: 200, headers: Object.entries(headers).flat(), body };
}

function noJob(): GatewayError {
  return new GatewayError("not_found", "There is no such job, or it is somebody else's.", { param: "id" });
}

export const JOB_ROUTES: readonly Route[] = [
  { method: "GET", path: "/jobs", access: "own", run: list },
  { method: "GET", path: "/jobs/{id}", access: "own", run: one },
  { method: "POST", path: "/jobs/{id}/cancel", access: "own", run: cancel },
  { method: "GET", path: "/jobs/{id}/file", access: "public", run: file },
];
