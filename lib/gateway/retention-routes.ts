/** How long things are kept: shown, tried out, set, and kept to. */

import { operatorName } from "#lib/privacy/requests/deps.ts";
import { noFieldsSchema } from "#lib/privacy/requests/schema.ts";
import { readRetention, saveRetention } from "#lib/privacy/retention/operations.ts";
import { previewPurge, RETENTION_KIND } from "#lib/privacy/retention/purge.ts";
import { retentionSchema } from "#lib/privacy/retention/schema.ts";
import { FIXED_TERMS } from "#lib/privacy/retention/terms.ts";
import { readBody } from "./admin-body.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { requirePrivacyOfficer, requirePrivacyReader } from "./privacy-access.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

async function shown(deps: GatewayDeps) {
  const { lastPurgeAt, lastRemoved, nextPurgeAt, running, terms } = await readRetention(deps);
  return json(200, {
    stores: terms.map(({ days, open, setBy, store, title, what }) => ({
      store,
      title,
      what,
      days,
      set_by: setBy,
      can_be_set: open,
      last_removed: lastRemoved[store] ?? 0,
    })),
    fixed: FIXED_TERMS,
    last_purge_at: lastPurgeAt?.toISOString() ?? null,
    next_purge_at: nextPurgeAt?.toISOString() ?? null,
    running,
  });
}

const get: Run = async (deps, context) => {
  requirePrivacyReader(context);
  return shown(deps);
};

const set: Run = async (deps, context) => {
  const by = requirePrivacyOfficer(context);
  const { days } = await readBody(context, retentionSchema);
  await saveRetention(deps, by, days);
  return shown(deps);
};

/** Removes nothing. */
const preview: Run = async (deps, context) => {
  requirePrivacyOfficer(context);
  const { days } = await readBody(context, retentionSchema);
  const asked = Object.fromEntries(Object.entries(days).filter(([, value]) => value !== undefined));
  return json(200, { would_remove: await previewPurge(deps, asked) });
};

const run: Run = async (deps, context) => {
  const by = requirePrivacyOfficer(context);
  await readBody(context, noFieldsSchema);
  const job = await deps.jobs.ask({
    kind: RETENTION_KIND,
    startedBy: operatorName(by),
    uniqueKey: `schedule ${RETENTION_KIND}`,
  });
  return json(200, { job_id: job, queued: job !== null });
};

export const RETENTION_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/privacy/retention", access: "own", run: get },
  { method: "POST", path: "/privacy/retention", access: "manage", asksForRole: true, run: set },
  { method: "POST", path: "/privacy/retention/preview", access: "manage", asksForRole: true, run: preview },
  { method: "POST", path: "/privacy/retention/run", access: "manage", asksForRole: true, run },
];
