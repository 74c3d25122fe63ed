/** The API of shared tiers (API.md 1.5): thin over the operations in lib/budgets. */
import { findBudgets, listBudgets } from "#db/queries/budgets.ts";
import { createBudget, deleteBudget, noBudget, updateBudget } from "#lib/budgets/operations.ts";
import {
  BUDGET_FIELDS_NOT_ACTED_ON,
  BUDGET_SETTINGS,
  budgetInfoSchema,
  deleteBudgetSchema,
  newBudgetSchema,
  updateBudgetSchema,
} from "#lib/budgets/schema.ts";
import { type BudgetRow, budgetView } from "#lib/budgets/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const view = (deps: GatewayDeps, row: BudgetRow) =>
  budgetView(row, deps.clock.now(), deps.policy().config.timezone);

const create: Run = async (deps, context) => {
  const body = await readBody(context, newBudgetSchema, BUDGET_FIELDS_NOT_ACTED_ON);
  return json(200, view(deps, await createBudget(operationsOf(deps), actorOf(context), body)));
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateBudgetSchema, BUDGET_FIELDS_NOT_ACTED_ON);
  return json(200, view(deps, await updateBudget(operationsOf(deps), actorOf(context), body)));
};

const info: Run = async (deps, context) => {
  const { budgets } = await readBody(context, budgetInfoSchema);
  const rows = await findBudgets(deps.db, budgets);
  if (rows.length === 0) throw noBudget();
  return json(
    200,
    rows.map((row) => view(deps, row)),
  );
};

const list: Run = async (deps) =>
  json(
    200,
    (await listBudgets(deps.db)).map((row) => view(deps, row)),
  );

/** LiteLLM's form builder: each field with its type, its meaning and its value now. */
const settings: Run = async (deps, context) => {
  const id = queryText(context, "budget_id");
  if (id === undefined)
    throw new GatewayError("invalid_request", "budget_id is missing: whose settings?", {
      param: "budget_id",
    });
  const [row] = await findBudgets(deps.db, [id]);
  if (!row) throw noBudget();
  const shown = view(deps, row);
  return json(
    200,
    BUDGET_SETTINGS.map(({ name, type, doc }) => ({
      field_name: name,
      field_type: type,
      field_description: doc,
      field_value: shown[name] ?? null,
      stored_in_db: true,
      field_default_value: null,
    })),
  );
};

const remove: Run = async (deps, context) => {
  const { id } = await readBody(context, deleteBudgetSchema);
  return json(200, view(deps, await deleteBudget(operationsOf(deps), actorOf(context), id)));
};

export const BUDGET_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: "/budget/new", access: "admin", run: create },
  { method: "POST", path: "/budget/update", access: "admin", run: update },
  { method: "POST", path: "/budget/info", access: "admin", run: info },
  { method: "GET", path: "/budget/list", access: "admin", run: list },
  { method: "GET", path: "/budget/settings", access: "admin", run: settings },
  { method: "POST", path: "/budget/delete", access: "admin", run: remove },
];
