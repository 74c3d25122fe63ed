/** Reading keys. Admins and viewers see all; everyone else their own, and another's is simply not there. */
import { findKeys, KEY_SORTS, type KeyFilter, type KeySort, listKeys } from "#db/queries/keys.ts";
import { manyKeysSchema } from "#lib/keys/schema.ts";
import { toHash } from "#lib/keys/secret.ts";
import { type KeyRow, keyView } from "#lib/keys/view.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { queryNumber, queryWord, seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const view = (deps: GatewayDeps, row: KeyRow) =>
  keyView(row, deps.clock.now(), deps.policy().config.timezone);

/** Its own key, its user's keys, its team's keys. An absent owner is nobody's, and equal to no other absent one. */
function maySee(context: AuthenticatedContext, row: KeyRow): boolean {
  const { caller } = context;
  if (seesAll(context) || row.id === caller.keyId) return true;
  if (caller.userId !== null && row.userId === caller.userId) return true;
  return caller.teamId !== null && row.teamId === caller.teamId;
}

const info: Run = async (deps, context) => {
  await deps.ledger.flush();
  const named = context.query.get("key");
  if (named === null && seesAll(context) && context.caller.kind === "master") return list(deps, context);
  const name = named ?? context.caller.keyId;
  const [row] = await findKeys(deps.db, [toHash(name)]);
  if (!row || !maySee(context, row))
    throw new GatewayError("not_found", "Key not found in database", { param: "key" });
  return json(200, { key: named ?? row.secretHash, info: view(deps, row) });
};

const infoMany: Run = async (deps, context) => {
  const { keys } = await readBody(context, manyKeysSchema);
  await deps.ledger.flush();
  const rows = (await findKeys(deps.db, keys.map(toHash))).filter((row) => maySee(context, row));
  return json(200, { key: keys, info: rows.map((row) => view(deps, row)) });
};

const list: Run = async (deps, context) => {
  await deps.ledger.flush();
  const page = queryNumber(context, "page", 1, 1, 1_000_000);
  const all = context.path === "/key/info";
  const size = queryNumber(context, "size", all ? 100 : 10, 1, 100);
  const sort = queryWord(context, "sort_by", KEY_SORTS as KeySort[]);
  const order = queryWord(context, "sort_order", ["asc", "desc"]);
  const { rows, total } = await listKeys(deps.db, filterOf(context), page, size, sort, order);
  const whole = all || context.query.get("return_full_object") === "true";
  const keys = rows.map((row) => (whole ? { token: row.secretHash, ...view(deps, row) } : row.secretHash));
  return json(200, { keys, total_count: total, current_page: page, total_pages: Math.ceil(total / size) });
};

function filterOf(context: AuthenticatedContext): KeyFilter {
  const { caller, query } = context;
  const text = (name: string) => query.get(name) || undefined;
  const deleted = queryWord(context, "status", ["deleted"]) === "deleted";
  const hash = text("key_hash");
  const wanted = {
    userId: text("user_id"),
    teamId: text("team_id"),
    organizationId: text("organization_id"),
  };
  if (!seesAll(context)) {
    const foreign =
      (wanted.userId !== undefined && wanted.userId !== caller.userId) ||
      (wanted.teamId !== undefined && wanted.teamId !== caller.teamId);
    if (foreign)
      throw new GatewayError("not_allowed", "You may list your own keys only.", { param: "user_id" });
    // A key without a user owns no others: it sees itself.
    if (caller.userId === null) return { secretHash: caller.secretHash, deleted };
    wanted.userId ??= caller.userId;
  }
  const alias = text("key_alias");
  return {
    deleted,
    ...(wanted.userId === undefined ? {} : { userId: wanted.userId }),
    ...(wanted.teamId === undefined ? {} : { teamId: wanted.teamId }),
    ...(wanted.organizationId === undefined ? {} : { organizationId: wanted.organizationId }),
    ...(hash === undefined ? {} : { secretHash: toHash(hash) }),
    ...(alias === undefined ? {} : { alias }),
  };
}

const aliases: Run = async (deps, context) => {
  const size = queryNumber(context, "size", 100, 1, 100);
  const { rows, total } = await listKeys(
    deps.db,
    filterOf(context),
    queryNumber(context, "page", 1, 1, 1_000_000),
    size,
  );
  return json(200, {
    aliases: rows.map((row) => row.alias).filter((alias) => alias !== null),
    total_count: total,
  });
};

const health: Run = async () => json(200, { key: "healthy", logging_callbacks: null });

export const KEY_READ_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/key/info", access: "own", run: info },
  { method: "POST", path: "/v2/key/info", access: "own", run: infoMany },
  { method: "GET", path: "/key/list", access: "own", run: list },
  { method: "GET", path: "/key/aliases", access: "own", run: aliases },
  { method: "POST", path: "/key/health", access: "own", run: health },
];
