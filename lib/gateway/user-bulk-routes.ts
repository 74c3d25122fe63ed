/** `/user/bulk_update`: many users changed in one request, each on its own: one that fails stops no other. */
import { listUsers, teamIdsOf } from "#db/queries/users.ts";
import { parseBody } from "#lib/api-fields.ts";
import { operationsOf } from "#lib/operations.ts";
import {
  bulkUpdateUsersSchema,
  MOST_BULK_USERS,
  USER_UPDATE_NOT_ACTED_ON,
  updateUserSchema,
} from "#lib/people/schema.ts";
import { updateUser } from "#lib/people/user-operations.ts";
import { userView } from "#lib/people/view.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Item = Record<string, unknown> | null | undefined;

const bulkUpdate: KeyRoute["run"] = async (deps, context) => {
  const items = await askedItems(deps, context);
  const results = [];
  for (const item of items) results.push(await updateOne(deps, context, item));
  const done = results.filter((result) => result.success).length;
  return json(200, {
    results,
    total_requested: items.length,
    successful_updates: done,
    failed_updates: items.length - done,
  });
};

async function updateOne(deps: GatewayDeps, context: AuthenticatedContext, item: Item) {
  const named = { user_id: item?.["user_id"] ?? null, user_email: item?.["user_email"] ?? null };
  try {
    const body = parseBody(updateUserSchema, item, USER_UPDATE_NOT_ACTED_ON);
    const row = await updateUser(operationsOf(deps), actorOf(context), body);
    const teamIds = (await teamIdsOf(deps.db, [row.id])).get(row.id) ?? [];
    const updated = userView(row, teamIds, deps.clock.now(), context.policy.config.timezone);
    return { user_id: row.id, user_email: row.email, success: true, error: null, updated_user: updated };
  } catch (error) {
    // What is wrong with one entry is told there; a fault of ours (the database away) ends the request.
    if (!isGatewayError(error)) throw error;
    return { ...named, success: false, error: error.message, updated_user: null };
  }
}

/** Each user with its own changes, or the same ones for all. @throws GatewayError invalid_request */
async function askedItems(deps: GatewayDeps, context: AuthenticatedContext): Promise<readonly Item[]> {
  const { users, all_users, user_updates } = await readBody(context, bulkUpdateUsersSchema);
  if (users && !all_users && !user_updates) return users;
  if (!all_users || !user_updates || users)
    throw invalid(
      'send either {"users": [{"user_id": ..., ...}]} or {"all_users": true, "user_updates": {...}}',
    );
  const one = ["user_id", "user_email", "user_alias"].find((name) => name in user_updates);
  if (one !== undefined) throw invalid(`user_updates must not name ${one}: it is one user's`);
  const { rows, total } = await listUsers(deps.db, {}, 1, MOST_BULK_USERS, "user_id", "asc");
  if (total > MOST_BULK_USERS)
    throw invalid(
      `there are ${total} users, and one request changes at most ${MOST_BULK_USERS}: name them with "users"`,
    );
  return rows.map((row) => ({ ...user_updates, user_id: row.id }));
}

function invalid(message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: "users" });
}

export const USER_BULK_ROUTES: readonly KeyRoute[] = [
  { method: "POST", path: "/user/bulk_update", access: "admin", run: bulkUpdate },
];
