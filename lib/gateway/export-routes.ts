/** Asking for an export: a job that writes a file. Whoever sees the figures may export them, and no others. */
import { writeAudit } from "#lib/audit/audit.ts";
import { maySee, seesEverything } from "#lib/console/roles.ts";
import { planExport } from "#lib/exports/plan.ts";
import { exportSchema } from "#lib/exports/schema.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";
import { json } from "./http.ts";
import { viewerOf } from "./job-routes.ts";
import type { KeyRoute } from "./routes.ts";
import { ownSpend } from "./spend-scope.ts";

const ask: KeyRoute["run"] = async (deps, context) => {
  const body = await readBody(context, exportSchema);
  const viewer = viewerOf(context);
  if (!maySee(viewer.role, body.source === "usage" ? "usage" : "logs"))
    throw new GatewayError("not_allowed", `Your role is ${viewer.role}, which does not see these figures.`, {
      param: "source",
    });
  const nowMs = deps.clock.now();
  const plan = planExport(body, own(context), context.policy.config.timezone, nowMs);
  const id = await deps.db.transaction(async (tx) => {
    const job = { kind: `export.${plan.source}`, input: plan, startedBy: viewer.id };
    const asked = await deps.jobs.ask(job, tx);
    if (asked === null) throw new GatewayError("conflict", "This export is being written already.");
    await writeAudit(tx, actorOf(context), nowMs, {
      action: "job.export",
      target: { kind: "job", id: asked },
      before: null,
      after: plan,
    });
    return asked;
  });
  deps.jobs.wake();
  return json(202, { job_id: id, path: `/jobs/${id}` });
};

/** At the console the role says whose figures are seen; a key says it by its own. */
function own(context: AuthenticatedContext): { userId?: string; keyId?: string } {
  const { session } = context;
  if (session) return seesEverything(session.role) ? {} : { userId: session.userId };
  return ownSpend(context);
}

export const EXPORT_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: "/exports", access: "own", run: ask },
];
