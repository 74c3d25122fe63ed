/** Requests for more budget over HTTP: people ask for what is theirs, admins and finance answer. */
import { type BudgetRequestListRow, listBudgetRequests, subjectOwners } from "#db/queries/budget-requests.ts";
import {
  approveRequest,
  askForBudget,
  declineRequest,
  withdrawRequest,
} from "#lib/budget-requests/operations.ts";
import { approveBudgetSchema, askBudgetSchema, declineBudgetSchema } from "#lib/budget-requests/schema.ts";
import { mayBudget, seesEverything } from "#lib/console/roles.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { nanoToUsd } from "../money.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { viewerOf } from "./job-routes.ts";
import type { KeyRoute } from "./routes.ts";
import { teamAccess } from "./team-access.ts";

type Run = KeyRoute["run"];

const MOST = 500;
const STATES = ["open", "approved", "declined", "withdrawn"] as const;

const list: Run = async (deps, context) => {
  const { id, role } = viewerOf(context);
  const state = queryWord(context, "state", STATES);
  const asked = {
    by: seesEverything(role) ? null : id,
    most: MOST,
    ...(state === undefined ? {} : { state }),
  };
  return json(200, { requests: (await listBudgetRequests(deps.sql, asked)).map(view) });
};

const ask: Run = async (deps, context) => {
  const { amount, id, kind, reason, until } = await readBody(context, askBudgetSchema);
  await requireOwn(deps, context, kind, id);
  const made = await askForBudget(operationsOf(deps), actorOf(context), {
    kind,
    id,
    amountNanoUsd: amount ?? 0n,
    until,
    reason: reason.trim(),
    requestedBy: viewerOf(context).id,
  });
  return json(200, { id: made, state: "open" });
};

/** The same 404 for what is not there and for what is somebody else's. */
async function requireOwn(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  kind: "key" | "user" | "team",
  id: string,
): Promise<void> {
  const { caller } = context;
  if (caller.role === "admin") return;
  const subject = await subjectOwners(deps.db, kind, id);
  const mine = subject !== null && caller.userId !== null && subject.userId === caller.userId;
  const managed = subject?.teamId != null && (await teamAccess(deps, context, subject.teamId)) === "manage";
  if (!mine && !managed) throw new GatewayError("not_found", `There is no such ${kind}.`, { param: "id" });
}

const approve: Run = async (deps, context) => {
  requireDecider(context);
  const { amount, reason, until } = await readBody(context, approveBudgetSchema);
  const granted = { amountNanoUsd: amount ?? 0n, until, reason: reason?.trim() || null };
  await approveRequest(operationsOf(deps), actorOf(context), idOf(context), granted);
  return json(200, { id: idOf(context), state: "approved" });
};

const decline: Run = async (deps, context) => {
  requireDecider(context);
  const { reason } = await readBody(context, declineBudgetSchema);
  await declineRequest(operationsOf(deps), actorOf(context), idOf(context), reason.trim());
  return json(200, { id: idOf(context), state: "declined" });
};

const withdraw: Run = async (deps, context) => {
  await withdrawRequest(operationsOf(deps), actorOf(context), idOf(context), viewerOf(context).id);
  return json(200, { id: idOf(context), state: "withdrawn" });
};

function requireDecider(context: AuthenticatedContext): void {
  if (!mayBudget(viewerOf(context).role))
    throw new GatewayError("not_allowed", "Only an admin or finance may answer requests.", { param: "None" });
}

function idOf({ params }: AuthenticatedContext): string {
  return params["id"] ?? "";
}

function view(row: BudgetRequestListRow): Record<string, unknown> {
  return {
    id: row.id,
    state: row.state,
    kind: row.subjectKind,
    subject_id: row.subjectId,
    subject_name: row.subjectName,
    amount: nanoToUsd(row.amountNanoUsd),
    until: row.untilAt?.toISOString() ?? null,
    reason: row.reason,
    requested_by: row.requestedBy,
    requested_at: row.requestedAt.toISOString(),
    decided_by: row.decidedBy,
    decided_at: row.decidedAt?.toISOString() ?? null,
    decision_reason: row.decisionReason,
    granted: row.grantedNanoUsd === null ? null : nanoToUsd(row.grantedNanoUsd),
    granted_until: row.grantedUntil?.toISOString() ?? null,
  };
}

const route = (method: "GET" | "POST", path: string, run: Run): KeyRoute => ({
  method,
  path: `/budget/requests${path}`,
  // Finance decides at the console, whose sessions may not use `manage` outside /console: the handlers ask for the role.
  access: "own",
  run,
});

export const BUDGET_REQUEST_ROUTES: readonly KeyRoute[] = [
  route("GET", "", list),
  route("POST", "", ask),
  route("POST", "/{id}/approve", approve),
  route("POST", "/{id}/decline", decline),
  route("POST", "/{id}/withdraw", withdraw),
];
