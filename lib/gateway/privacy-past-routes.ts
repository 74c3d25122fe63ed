/** `anonymize_logs` for the past, asked for over HTTP. */
import { writeAudit } from "#lib/audit/audit.ts";
import { ANONYMISE_PAST, requireAnonymous } from "#lib/privacy/anonymise-past.ts";
import { GatewayError } from "../errors.ts";
import { actorOf } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

const begin: KeyRoute["run"] = async (deps, context) => {
  requireAnonymous(deps);
  const actor = actorOf(context);
  await deps.db.transaction((tx) =>
    writeAudit(tx, actor, deps.clock.now(), {
      action: "privacy.anonymise_past",
      target: { kind: "setting", id: "anonymize_logs" },
      before: null,
      after: null,
    }),
  );
  const startedBy = actor.kind === "master_key" ? "master_key" : actor.id;
  const job = await deps.jobs.ask({ kind: ANONYMISE_PAST, startedBy, uniqueKey: ANONYMISE_PAST });
  if (job === null) throw new GatewayError("conflict", "It runs already.", { param: null });
  return json(202, { job_id: job });
};

export const PRIVACY_PAST_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: "/privacy/anonymise_past", access: "admin", run: begin },
];
