/** The end-user API under both of LiteLLM's names, `/customer/*` and `/end_user/*`: thin over lib/end-users. */
import { findBudgets } from "#db/queries/budgets.ts";
import { findEndUser, listEndUsers } from "#db/queries/end-users.ts";
import { latestSpend } from "#db/queries/subject-spend.ts";
import {
  createEndUser,
  deleteEndUsers,
  noEndUser,
  setEndUsersBlocked,
  updateEndUser,
} from "#lib/end-users/operations.ts";
import {
  END_USER_FIELDS_NOT_ACTED_ON,
  endUserIdsSchema,
  newEndUserSchema,
  updateEndUserSchema,
} from "#lib/end-users/schema.ts";
import { type EndUserRow, endUserView, unknownEndUserView } from "#lib/end-users/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { recordedEndUser } from "./named.ts";
import { pageHeaders, queryPage, queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

/** End users with their tiers and spend. */
async function view(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  rows: readonly EndUserRow[],
): Promise<Record<string, unknown>[]> {
  await deps.ledger.flush();
  const { config } = context.policy;
  const tierOf = (row: EndUserRow) => row.budgetId ?? config.endUserBudgetId;
  const tierIds = rows.map(tierOf).filter((id) => id !== null);
  const tiers = new Map((await findBudgets(deps.db, tierIds)).map((tier) => [tier.id, tier]));
  const recorded = (row: EndUserRow) => recordedEndUser(deps, config.anonymizeLogs, row.id);
  const spend = await latestSpend(deps.db, "end_user", rows.map(recorded));
  return rows.map((row) =>
    endUserView(
      row,
      {
        tier: tiers.get(tierOf(row) ?? "") ?? null,
        spend: spend.get(recorded(row)) ?? [],
        defaultBudgetNanoUsd: config.endUserBudgetNanoUsd,
      },
      deps.clock.now(),
      config.timezone,
    ),
  );
}

const create: Run = async (deps, context) => {
  const body = await readBody(context, newEndUserSchema, END_USER_FIELDS_NOT_ACTED_ON);
  const row = await createEndUser(operationsOf(deps), actorOf(context), body);
  return json(200, (await view(deps, context, [row]))[0]);
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateEndUserSchema, END_USER_FIELDS_NOT_ACTED_ON);
  const row = await updateEndUser(operationsOf(deps), actorOf(context), body);
  return json(200, (await view(deps, context, [row]))[0]);
};

const info: Run = async (deps, context) => {
  const id = queryText(context, "end_user_id") ?? queryText(context, "user_id");
  if (id === undefined)
    throw new GatewayError("invalid_request", "end_user_id is missing: whom?", { param: "end_user_id" });
  const row = await findEndUser(deps.db, id);
  if (row) return json(200, (await view(deps, context, [row]))[0]);
  return json(200, await viewUnknown(deps, context, id));
};

/** Who only ever called has spent something, or is nobody that this gateway knows. @throws GatewayError not_found */
async function viewUnknown(deps: GatewayDeps, context: AuthenticatedContext, id: string) {
  await deps.ledger.flush();
  const { anonymizeLogs } = context.policy.config;
  const recorded = recordedEndUser(deps, anonymizeLogs, id);
  const spend = (await latestSpend(deps.db, "end_user", [recorded])).get(recorded) ?? [];
  if (spend.length === 0) throw noEndUser();
  return unknownEndUserView(id, spend);
}

/** LiteLLM's bare list; its place stands in headers. */
const list: Run = async (deps, context) => {
  const page = queryPage(context, 100, 1000);
  const { rows, total } = await listEndUsers(deps.db, page.page, page.size);
  return json(200, await view(deps, context, rows), pageHeaders(page, total));
};

const remove: Run = async (deps, context) => {
  const { user_ids } = await readBody(context, endUserIdsSchema);
  const deleted = await deleteEndUsers(operationsOf(deps), actorOf(context), user_ids);
  if (deleted.length === 0) throw noEndUser();
  return json(200, { deleted_customers: deleted.length, deleted_user_ids: deleted });
};

const block =
  (blocked: boolean): Run =>
  async (deps, context) => {
    const { user_ids } = await readBody(context, endUserIdsSchema);
    const rows = await setEndUsersBlocked(operationsOf(deps), actorOf(context), user_ids, blocked);
    if (rows.length === 0) throw noEndUser();
    const name = blocked ? "blocked_users" : "unblocked_users";
    return json(200, { [name]: await view(deps, context, rows) });
  };

const routesUnder = (prefix: string): KeyRoute[] => {
  const post = (verb: string, run: Run): KeyRoute => ({
    method: "POST",
    path: `${prefix}/${verb}`,
    access: "admin",
    run,
  });
  return [
    post("new", create),
    post("update", update),
    post("delete", remove),
    post("block", block(true)),
    post("unblock", block(false)),
    { method: "GET", path: `${prefix}/info`, access: "admin", run: info },
    { method: "GET", path: `${prefix}/list`, access: "admin", run: list },
  ];
};

export const CUSTOMER_ROUTES: readonly KeyRoute[] = [
  ...routesUnder("/customer"),
  ...routesUnder("/end_user"),
];
