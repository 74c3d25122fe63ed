/** Freezes and incidents over HTTP: thin over the operations in lib/incident. */
import {
  findIncident,
  incidentSteps,
  jobsOfIncident,
  listFreezes,
  listIncidents,
} from "#db/queries/incidents.ts";
import { evidenceZip } from "#lib/incident/evidence.ts";
import { type FreezeTools, freeze, unfreeze } from "#lib/incident/freezes.ts";
import { impactOf } from "#lib/incident/impact.ts";
import { approveIncident, closeIncident, openIncident, recordEvidence } from "#lib/incident/incidents.ts";
import { runIncident, scopeOf } from "#lib/incident/run.ts";
import {
  approveSchema,
  closeSchema,
  freezeSchema,
  impactSchema,
  openSchema,
  runSchema,
  unfreezeSchema,
} from "#lib/incident/schema.ts";
import { resolveScope } from "#lib/incident/scope.ts";
import { freezeView, incidentView, jobView, stepView } from "#lib/incident/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, queryNumber, queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { requireMasterOrPerson } from "./master-key-routes.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

export const toolsOf = (deps: GatewayDeps): FreezeTools => ({ ...operationsOf(deps), sql: deps.sql });

/** @throws GatewayError not_found */
export async function requireIncident(deps: GatewayDeps, context: AuthenticatedContext) {
  const incident = await findIncident(deps.sql, context.params["id"] ?? "");
  if (!incident) throw new GatewayError("not_found", "There is no such incident.", { param: "id" });
  return incident;
}

/** Reading is also the DPO's, whose role may not read the rest of the admin API. @throws GatewayError not_allowed */
export function requireReader({ caller, session }: AuthenticatedContext): void {
  if (caller.role !== "user" || session?.role === "dpo") return;
  throw new GatewayError(
    "not_allowed",
    `Your role is ${session?.role ?? caller.role}, which may not read incidents.`,
    {
      param: "None",
    },
  );
}

const read =
  (run: Run): Run =>
  async (deps, context) => {
    requireReader(context);
    return run(deps, context);
  };

const status: Run = async (deps) => {
  const freezes = await listFreezes(deps.sql, null);
  const { rows, total } = await listIncidents(deps.sql, { limit: 20, offset: 0, state: "open" });
  return json(200, {
    frozen: freezes.length > 0,
    freezes: freezes.map(freezeView),
    open_incidents: total,
    incidents: rows.map(incidentView),
  });
};

const list: Run = async (deps, context) => {
  const limit = queryNumber(context, "limit", 50, 1, 500);
  const page = queryNumber(context, "page", 1, 1, 100_000);
  const state = queryWord(context, "state", ["open", "closed"]);
  const filter = { limit, offset: (page - 1) * limit, ...(state === undefined ? {} : { state }) };
  const { rows, total } = await listIncidents(deps.sql, filter);
  return json(200, { incidents: rows.map(incidentView), total, page, limit });
};

const one: Run = async (deps, context) => {
  const incident = await requireIncident(deps, context);
  const steps = await incidentSteps(deps.sql, incident.id);
  const freezes = await listFreezes(deps.sql, incident.id);
  const jobs = await jobsOfIncident(deps.sql, incident.id);
  return json(200, {
    ...incidentView(incident),
    jobs: jobs.map(jobView),
    steps: steps.map(stepView),
    freezes: freezes.map(freezeView),
  });
};

const impact: Run = async (deps, context) => {
  const { scope: named } = await readBody(context, impactSchema);
  await deps.ledger.flush();
  const nowMs = deps.clock.now();
  const scope = await resolveScope(deps.sql, named, nowMs);
  return json(200, await impactOf(deps.sql, scope, nowMs));
};

const freezeScope: Run = async (deps, context) => {
  const body = await readBody(context, freezeSchema);
  // What tells which keys were used from an address.
  await deps.keyWatch.flush();
  await deps.ledger.flush();
  const { freezeId, incidentId, scope } = await freeze(toolsOf(deps), actorOf(context), body);
  return json(200, { freeze_id: freezeId, incident_id: incidentId, scope, in_force: true });
};

const lift: Run = async (deps, context) => {
  const body = await readBody(context, unfreezeSchema);
  return json(200, { lifted: await unfreeze(operationsOf(deps), actorOf(context), body) });
};

const open: Run = async (deps, context) => {
  const { drill, reason, scope: named } = await readBody(context, openSchema);
  await deps.ledger.flush();
  const nowMs = deps.clock.now();
  const scope = await resolveScope(deps.sql, named, nowMs);
  const found = await impactOf(deps.sql, scope, nowMs);
  const id = await openIncident(operationsOf(deps), actorOf(context), {
    scope,
    reason,
    drill: drill === true,
    impact: { ...found },
  });
  return json(200, { incident_id: id, drill: drill === true, impact: found });
};

const approve: Run = async (deps, context) => {
  await readBody(context, approveSchema);
  const { id } = await requireIncident(deps, context);
  await approveIncident(operationsOf(deps), actorOf(context), id);
  return json(200, incidentView(await requireIncident(deps, context)));
};

const run: Run = async (deps, context) => {
  const body = await readBody(context, runSchema);
  if (body.actions.includes("rotate_master_key")) requireMasterOrPerson(context);
  const { id } = await requireIncident(deps, context);
  const { config } = deps.policy();
  const tools = { ...toolsOf(deps), config, ring: deps.safeguards.masterKeys };
  const ran = await runIncident(tools, actorOf(context), id, body, context.session?.id ?? null);
  if (ran.jobId !== null) deps.jobs.wake();
  return json(200, {
    incident_id: id,
    drill: ran.drill,
    job_id: ran.jobId,
    keys: ran.keys,
    freeze_id: ran.freezeId,
    master_key: ran.masterKey,
    old_key_valid_until: ran.oldKeyValidUntil?.toISOString() ?? null,
  });
};

const close: Run = async (deps, context) => {
  const { summary } = await readBody(context, closeSchema);
  const incident = await requireIncident(deps, context);
  const { id } = incident;
  const found = await impactOf(deps.sql, scopeOf(incident), deps.clock.now());
  await closeIncident(operationsOf(deps), actorOf(context), id, summary, { ...found });
  return json(200, incidentView(await requireIncident(deps, context)));
};

/** Taking the evidence out is an event, and is in the evidence. */
const evidence: Run = async (deps, context) => {
  const { id } = await requireIncident(deps, context);
  await recordEvidence(operationsOf(deps), actorOf(context), id);
  await deps.auditSigner.signIfWhole();
  const body = evidenceZip({
    sql: deps.sql,
    key: deps.auditSigner.key,
    incidentId: id,
    nowMs: deps.clock.now(),
  });
  const disposition = `attachment; filename="${id}.zip"`;
  return {
    status: 200,
    headers: [
      "content-type",
      "application/zip",
      "content-disposition",
      disposition,
      "cache-control",
      "no-store",
    ],
    body,
  };
};

export const INCIDENT_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/incident/status", access: "own", run: read(status) },
  { method: "GET", path: "/incident/list", access: "own", run: read(list) },
  { method: "POST", path: "/incident/impact", access: "own", run: read(impact) },
  { method: "POST", path: "/incident/freeze", access: "admin", run: freezeScope },
  { method: "POST", path: "/incident/unfreeze", access: "admin", run: lift },
  { method: "POST", path: "/incident/open", access: "admin", run: open },
  { method: "GET", path: "/incident/{id}", access: "own", run: read(one) },
  { method: "POST", path: "/incident/{id}/approve", access: "admin", run: approve },
  { method: "GET", path: "/incident/{id}/evidence", access: "own", run: read(evidence) },
  { method: "POST", path: "/incident/{id}/run", access: "admin", run },
  { method: "POST", path: "/incident/{id}/close", access: "admin", run: close },
];
