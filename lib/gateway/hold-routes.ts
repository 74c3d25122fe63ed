/** Legal holds and restrictions of processing: which run, placed and ended. */
import { runningHolds } from "#db/queries/privacy-requests.ts";
import { operationsOf } from "#lib/operations.ts";
import { endHold, liftWaitsUntil, placeHold } from "#lib/privacy/holds.ts";
import { subjectNamed } from "#lib/privacy/requests/operations.ts";
import { holdSchema, placeHoldSchema } from "#lib/privacy/requests/schema.ts";
import { readBody } from "./admin-body.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { requirePrivacyOfficer, requirePrivacyReader } from "./privacy-access.ts";
import type { KeyRoute } from "./routes.ts";

async function shown(deps: GatewayDeps) {
  const rows = await runningHolds(deps.db);
  return json(200, {
    holds: rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      subject_kind: row.subjectKind,
      subject: row.subjectId,
      reason: row.reason,
      created_by: row.createdBy,
      created_at: row.createdAt.toISOString(),
      until: row.reviewAt?.toISOString() ?? null,
      end_asked_by: liftWaitsUntil(row, deps.clock.now()) ? row.endAskedBy : null,
    })),
  });
}

const list: KeyRoute["run"] = async (deps, context) => {
  requirePrivacyReader(context);
  return shown(deps);
};

const place: KeyRoute["run"] = async (deps, context) => {
  const { actor } = requirePrivacyOfficer(context);
  const { kind, reason, subject, subject_kind, until } = await readBody(context, placeHoldSchema);
  const who = await subjectNamed(deps.db, subject, subject_kind ?? null);
  await placeHold(operationsOf(deps), actor, {
    kind,
    reason,
    subject: who,
    until: until ? new Date(until) : null,
  });
  return shown(deps);
};

const end: KeyRoute["run"] = async (deps, context) => {
  const by = requirePrivacyOfficer(context);
  const { kind, reason, subject, subject_kind } = await readBody(context, holdSchema);
  const who = await subjectNamed(deps.db, subject, subject_kind ?? null);
  await endHold(operationsOf(deps), by, { kind, reason, subject: who });
  return shown(deps);
};

export const HOLD_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/privacy/holds", access: "own", run: list },
  { method: "POST", path: "/privacy/holds", access: "manage", asksForRole: true, run: place },
  { method: "POST", path: "/privacy/holds/end", access: "manage", asksForRole: true, run: end },
];
