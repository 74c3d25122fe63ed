/** The tag API: thin over lib/tags. */
import { findBudgets } from "#db/queries/budgets.ts";
import { latestSpend } from "#db/queries/subject-spend.ts";
import { findTags, listTags } from "#db/queries/tags.ts";
import { operationsOf } from "#lib/operations.ts";
import { createTag, deleteTag, noTag, updateTag } from "#lib/tags/operations.ts";
import {
  newTagSchema,
  oneTagSchema,
  TAG_FIELDS_NOT_ACTED_ON,
  tagNamesSchema,
  updateTagSchema,
} from "#lib/tags/schema.ts";
import { type TagRow, tagView } from "#lib/tags/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { pageHeaders, queryList, queryPage } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

/** Tags with their tiers and spend. */
async function view(deps: GatewayDeps, rows: readonly TagRow[]): Promise<Record<string, unknown>[]> {
  await deps.ledger.flush();
  const tierIds = rows.map((row) => row.budgetId).filter((id) => id !== null);
  const tiers = new Map((await findBudgets(deps.db, tierIds)).map((tier) => [tier.id, tier]));
  const spend = await latestSpend(
    deps.db,
    "tag",
    rows.map((row) => row.name),
  );
  const nowMs = deps.clock.now();
  const { timezone } = deps.policy().config;
  return rows.map((row) =>
    tagView(row, tiers.get(row.budgetId ?? "") ?? null, spend.get(row.name) ?? [], nowMs, timezone),
  );
}

const create: Run = async (deps, context) => {
  const body = await readBody(context, newTagSchema, TAG_FIELDS_NOT_ACTED_ON);
  const [tag] = await view(deps, [await createTag(operationsOf(deps), actorOf(context), body)]);
  return json(200, { message: `Tag ${body.name} created successfully`, tag });
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateTagSchema, TAG_FIELDS_NOT_ACTED_ON);
  const [tag] = await view(deps, [await updateTag(operationsOf(deps), actorOf(context), body)]);
  return json(200, { message: `Tag ${body.name} updated successfully`, tag });
};

const remove: Run = async (deps, context) => {
  const { name } = await readBody(context, oneTagSchema);
  await deleteTag(operationsOf(deps), actorOf(context), name);
  return json(200, { message: `Tag ${name} deleted successfully` });
};

/** LiteLLM's map: name -> tag. Names that lead to no tag are left out. @throws GatewayError not_found when all do */
async function byName(deps: GatewayDeps, names: readonly string[]) {
  const tags = await view(deps, await findTags(deps.db, names));
  if (tags.length === 0) throw noTag();
  return Object.fromEntries(tags.map((tag) => [tag["name"], tag]));
}

const info: Run = async (deps, context) =>
  json(200, await byName(deps, (await readBody(context, tagNamesSchema)).names));

/** The same for viewers, who may only GET. */
const infoByQuery: Run = async (deps, context) => {
  const names = queryList(context, "names") ?? queryList(context, "name");
  if (names === undefined)
    throw new GatewayError("invalid_request", "names is missing: which tags?", { param: "names" });
  return json(200, await byName(deps, names));
};

/** LiteLLM's bare list; its place stands in headers. */
const list: Run = async (deps, context) => {
  const page = queryPage(context, 100, 1000);
  const { rows, total } = await listTags(deps.db, page.page, page.size);
  return json(200, await view(deps, rows), pageHeaders(page, total));
};

const post = (path: string, run: Run): KeyRoute => ({ method: "POST", path, access: "admin", run });

export const TAG_ROUTES: readonly KeyRoute[] = [
  post("/tag/new", create),
  post("/tag/update", update),
  post("/tag/delete", remove),
  post("/tag/info", info),
  { method: "GET", path: "/tag/info", access: "admin", run: infoByQuery },
  { method: "GET", path: "/tag/list", access: "admin", run: list },
];
