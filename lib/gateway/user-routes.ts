/** The user API (API.md 1.5): thin over the operations in lib/people. */
import { keyCounts, listUsers, teamIdsOf, USER_SORTS, type UserFilter } from "#db/queries/users.ts";
import { keyView } from "#lib/keys/view.ts";
import { operationsOf } from "#lib/operations.ts";
import {
  deleteUsersSchema,
  newUserSchema,
  USER_FIELDS_NOT_ACTED_ON,
  USER_ROLES,
  USER_UPDATE_NOT_ACTED_ON,
  updateUserSchema,
} from "#lib/people/schema.ts";
import { withUserDefaults } from "#lib/people/user-defaults.ts";
import { createUser, deleteUsers, updateUser } from "#lib/people/user-operations.ts";
import { userView } from "#lib/people/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, queryWord } from "./admin-context.ts";
import type { AuthenticatedContext } from "./context.ts";
import { json } from "./http.ts";
import { pageFields, queryList, queryPage, queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { USER_BULK_ROUTES } from "./user-bulk-routes.ts";
import { userInfo, userInfoV2 } from "./user-info.ts";

type Run = KeyRoute["run"];

const create: Run = async (deps, context) => {
  const sent = await readBody(context, newUserSchema, USER_FIELDS_NOT_ACTED_ON);
  const body = withUserDefaults(sent, context.policy.config.userDefaults);
  const { row, teamIds, key } = await createUser(operationsOf(deps), actorOf(context), body);
  const { timezone } = deps.policy().config;
  const nowMs = deps.clock.now();
  // LiteLLM's answer: the key's, overlaid with what is the user's own.
  const ofKey = key
    ? {
        ...keyView(key.row, nowMs, timezone),
        key: key.secret,
        token: key.row.secretHash,
        token_id: key.row.secretHash,
      }
    : { key: null, token: null };
  return json(200, { ...ofKey, ...userView(row, teamIds, nowMs, timezone) });
};

const update: Run = async (deps, context) => {
  const body = await readBody(context, updateUserSchema, USER_UPDATE_NOT_ACTED_ON);
  const row = await updateUser(operationsOf(deps), actorOf(context), body);
  const teamIds = (await teamIdsOf(deps.db, [row.id])).get(row.id) ?? [];
  const data = userView(row, teamIds, deps.clock.now(), deps.policy().config.timezone);
  return json(200, { ...data, data });
};

const remove: Run = async (deps, context) => {
  const { user_ids } = await readBody(context, deleteUsersSchema);
  const { userIds, keys } = await deleteUsers(operationsOf(deps), actorOf(context), user_ids);
  if (userIds.length === 0)
    throw new GatewayError("not_found", "No such user. It may be deleted already.", { param: "user_ids" });
  return json(200, { deleted_users: userIds, deleted_keys: keys });
};

const list: Run = async (deps, context) => {
  await deps.ledger.flush();
  const page = queryPage(context, 25, 100);
  const sort = queryWord(context, "sort_by", USER_SORTS);
  const order = queryWord(context, "sort_order", ["asc", "desc"]);
  const { rows, total } = await listUsers(deps.db, filterOf(context), page.page, page.size, sort, order);
  const ids = rows.map((row) => row.id);
  const teams = await teamIdsOf(deps.db, ids);
  const keys = await keyCounts(deps.db, ids);
  const { timezone } = deps.policy().config;
  const users = rows.map((row) => ({
    ...userView(row, teams.get(row.id) ?? [], deps.clock.now(), timezone),
    key_count: keys.get(row.id) ?? 0,
  }));
  return json(200, { users, ...pageFields(page, total) });
};

function filterOf(context: AuthenticatedContext): UserFilter {
  const wanted = {
    role: queryWord(context, "role", USER_ROLES),
    kind: queryWord(context, "kind", ["person", "service"]),
    ids: queryList(context, "user_ids"),
    teamId: queryText(context, "team"),
    email: queryText(context, "user_email"),
    alias: queryText(context, "user_alias"),
    search: queryText(context, "search"),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

export const USER_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: "/user/new", access: "admin", run: create },
  { method: "POST", path: "/user/update", access: "admin", run: update },
  ...USER_BULK_ROUTES,
  { method: "POST", path: "/user/delete", access: "admin", run: remove },
  { method: "GET", path: "/user/list", access: "admin", run: list },
  { method: "GET", path: "/user/info", access: "own", run: userInfo },
  { method: "GET", path: "/v2/user/info", access: "own", run: userInfoV2 },
];
