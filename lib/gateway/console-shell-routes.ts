/** What the frame around the console's pages asks of the gateway: search, and the views that people keep. */
import { viewsOf } from "#db/queries/saved-views.ts";
import { removeView, saveView } from "#lib/console/saved-views.ts";
import { search } from "#lib/console/search.ts";
import { removeViewSchema, saveViewSchema, searchSchema, VIEW_PAGES } from "#lib/console/shell-schema.ts";
import { removeDemoData } from "#lib/demo-data/demo-data.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, queryWord } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute, Route } from "./routes.ts";
import { requireSession } from "./signed-in.ts";

/** In a body, so that names and addresses reach no log of addresses on the way. */
const find: KeyRoute["run"] = async (deps, context) => {
  const { role, userId } = requireSession(context);
  const { text } = await readBody(context, searchSchema);
  await deps.ledger.flush();
  const models = deps.policy().groups.all.map((group) => group.name);
  return json(200, { found: await search(deps.sql, { role, userId }, text, models) });
};

const listViews: KeyRoute["run"] = async (deps, context) => {
  const { userId } = requireSession(context);
  const page = queryWord(context, "page", VIEW_PAGES);
  if (page === undefined)
    throw new GatewayError("invalid_request", `page must be one of ${VIEW_PAGES.join(", ")}`, {
      param: "page",
    });
  const views = await viewsOf(deps.db, userId, page);
  return json(200, { views: views.map(({ id, name, query }) => ({ id, name, query })) });
};

const save: KeyRoute["run"] = async (deps, context) => {
  const { userId } = requireSession(context);
  const body = await readBody(context, saveViewSchema);
  const { id, name, query } = await saveView(operationsOf(deps), actorOf(context), userId, body);
  return json(200, { id, name, query });
};

const remove: KeyRoute["run"] = async (deps, context) => {
  const { userId } = requireSession(context);
  const { id } = await readBody(context, removeViewSchema);
  await removeView(operationsOf(deps), actorOf(context), userId, id);
  return json(200, { removed: true });
};

const removeDemo: KeyRoute["run"] = async (deps, context) => {
  await deps.ledger.flush();
  const removed = await removeDemoData(deps.sql, deps.db, actorOf(context), deps.clock.now());
  if (!removed) throw new GatewayError("not_found", "There is no made-up data.");
  deps.lookup.forget("all");
  return json(200, { removed });
};

const post = (path: string, run: KeyRoute["run"]): KeyRoute => ({ method: "POST", path, access: "own", run });

export const CONSOLE_SHELL_ROUTES: readonly Route[] = [
  post("/console/search", find),
  { method: "GET", path: "/console/views", access: "own", run: listViews },
  post("/console/views/save", save),
  post("/console/views/remove", remove),
  { method: "POST", path: "/console/demo-data/remove", access: "admin", run: removeDemo },
];
