/** Requests of people about their data: taken in, led through their steps, answered, and proved. */
import { findRequest, jobsOf, listRequests, REQUEST_STATES } from "#db/queries/privacy-requests.ts";
import { parseBody } from "#lib/api-fields.ts";
import { type Operator, operatorName, type RequestDeps } from "#lib/privacy/requests/deps.ts";
import { DRILL_KIND } from "#lib/privacy/requests/drill.ts";
import { makeExportLink, openExportLink } from "#lib/privacy/requests/link.ts";
import { REQUEST_TYPES } from "#lib/privacy/requests/names.ts";
import {
  approveRequest,
  closeRequest,
  createRequest,
  decideRequest,
  extendRequest,
  identifyPerson,
  locatePerson,
  withdrawRequest,
} from "#lib/privacy/requests/operations.ts";
import { runRequest } from "#lib/privacy/requests/run.ts";
import {
  closeSchema,
  decideSchema,
  downloadSchema,
  extendSchema,
  identifySchema,
  newRequestSchema,
  noFieldsSchema,
  verifySchema,
  withdrawSchema,
} from "#lib/privacy/requests/schema.ts";
import { settleRequests } from "#lib/privacy/requests/settle.ts";
import { noRequest } from "#lib/privacy/requests/step.ts";
import { verifyPrivacy } from "#lib/privacy/requests/verify.ts";
import { requestView } from "#lib/privacy/requests/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { parseJson, queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { requestDepsOf, requirePrivacyOfficer, requirePrivacyReader } from "./privacy-access.ts";
import { pageFields, queryPage } from "./query-text.ts";
import type { KeyRoute, PublicRoute, Route } from "./routes.ts";
import { networkOf, throttled } from "./throttle-step.ts";

type Run = KeyRoute["run"];

const MOST_BYTES = 256 * 1024;

const list: Run = async (deps, context) => {
  requirePrivacyReader(context);
  await settleRequests(requestDepsOf(deps));
  const state = queryWord(context, "state", REQUEST_STATES);
  const type = queryWord(context, "type", REQUEST_TYPES);
  const page = queryPage(context, 25, 100);
  const filter = { ...(state ? { state } : {}), ...(type ? { type } : {}) };
  const { rows, total } = await listRequests(deps.db, filter, { number: page.page, size: page.size });
  return json(200, { requests: rows.map((row) => requestView(row, null)), ...pageFields(page, total) });
};

const create: Run = async (deps, context) => {
  const by = requirePrivacyOfficer(context);
  const body = await readBody(context, newRequestSchema);
  return one(deps, await createRequest(requestDepsOf(deps), by, body));
};

const get: Run = async (deps, context) => {
  requirePrivacyReader(context);
  await settleRequests(requestDepsOf(deps));
  return one(deps, idOf(context));
};

async function one(deps: GatewayDeps, id: string) {
  const row = await findRequest(deps.db, id);
  if (!row) throw noRequest(id);
  const [job] = await jobsOf(deps.db, row.jobId === null ? [] : [row.jobId]);
  return json(200, requestView(row, job ?? null));
}

const idOf = (context: AuthenticatedContext) => context.params["id"] ?? "";

/** One step: who may, what was sent, the step itself, and the request as it stands then. */
function step(
  name: string,
  work: (deps: RequestDeps, by: Operator, id: string, context: AuthenticatedContext) => Promise<void>,
): KeyRoute {
  return {
    method: "POST",
    path: `/privacy/requests/{id}/${name}`,
    access: "manage",
    asksForRole: true,
    run: async (deps, context) => {
      const by = requirePrivacyOfficer(context);
      await work(requestDepsOf(deps), by, idOf(context), context);
      return one(deps, idOf(context));
    },
  };
}

const STEPS: readonly KeyRoute[] = [
  step("identify", async (deps, by, id, context) =>
    identifyPerson(deps, by, id, (await readBody(context, identifySchema)).how),
  ),
  step("locate", async (deps, by, id, context) => {
    await readBody(context, noFieldsSchema);
    await locatePerson(deps, by, id);
  }),
  step("decide", async (deps, by, id, context) =>
    decideRequest(deps, by, id, await readBody(context, decideSchema)),
  ),
  step("approve", async (deps, by, id, context) => {
    await readBody(context, noFieldsSchema);
    await approveRequest(deps, by, id);
  }),
  step("run", async (deps, by, id, context) => {
    await readBody(context, noFieldsSchema);
    await runRequest(deps, by, id);
  }),
  step("extend", async (deps, by, id, context) =>
    extendRequest(deps, by, id, (await readBody(context, extendSchema)).reason),
  ),
  step("close", async (deps, by, id, context) => {
    const { outcome, reason } = await readBody(context, closeSchema);
    await closeRequest(deps, by, id, { outcome, reason: reason?.trim() || null });
  }),
  step("withdraw", async (deps, by, id, context) =>
    withdrawRequest(deps, by, id, (await readBody(context, withdrawSchema)).reason?.trim() || null),
  ),
];

const link: Run = async (deps, context) => {
  const by = requirePrivacyOfficer(context);
  await readBody(context, noFieldsSchema);
  const made = await makeExportLink(deps, by, idOf(context));
  return json(200, {
    link: made.link,
    path: `/ui/privacy/download#${made.link}`,
    expires_at: made.expiresAt.toISOString(),
  });
};

const drill: Run = async (deps, context) => {
  const by = requirePrivacyOfficer(context);
  await readBody(context, noFieldsSchema);
  const job = await deps.jobs.ask({
    kind: DRILL_KIND,
    startedBy: operatorName(by),
    uniqueKey: `${DRILL_KIND} access`,
  });
  if (job === null) throw new GatewayError("conflict", "A drill has begun already.", { param: "None" });
  return json(200, { job_id: job });
};

/** The secret comes in the body: an address ends up in logs and histories. */
const download: PublicRoute["run"] = async (deps, context) => {
  const verdict = await deps.throttle.take("privacy", networkOf(context.ip));
  if (!verdict.allowed) throw throttled(verdict, { kind: "ip", id: context.ip }, context.startedAtMs);
  const { link } = parseBody(downloadSchema, parseJson(await context.request.bytes(MOST_BYTES)));
  const { body: file, headers } = await openExportLink(deps, link, context.ip);
  return { status: 200, headers: Object.entries(headers).flat(), body: file };
};

const verify: PublicRoute["run"] = async (deps, context) => {
  const body = parseBody(verifySchema, parseJson(await context.request.bytes(MOST_BYTES)));
  const verdict = verifyPrivacy(body.certificate, body.key ?? deps.auditSigner.key.keyId);
  return json(200, { ok: verdict.ok, message: verdict.message, key_id: verdict.keyId });
};

export const PRIVACY_ROUTES: readonly Route[] = [
  { method: "GET", path: "/privacy/requests", access: "own", run: list },
  { method: "POST", path: "/privacy/requests", access: "manage", asksForRole: true, run: create },
  { method: "GET", path: "/privacy/requests/{id}", access: "own", run: get },
  ...STEPS,
  { method: "POST", path: "/privacy/requests/{id}/link", access: "manage", asksForRole: true, run: link },
  { method: "POST", path: "/privacy/drill", access: "manage", asksForRole: true, run: drill },
  { method: "POST", path: "/privacy/download", access: "public", run: download },
  { method: "POST", path: "/privacy/verify", access: "public", run: verify },
];
