/** Reading keys. Admins and viewers see all; everyone else their own, and another's is simply not there. */
import { findBudgets } from "#db/queries/budgets.ts";
import { findKeys, KEY_SORTS, type KeyFilter, type KeySort, listKeys } from "#db/queries/keys.ts";
import { noKey, placeIn } from "#lib/keys/authority.ts";
import { manyKeysSchema } from "#lib/keys/schema.ts";
import { toHash } from "#lib/keys/secret.ts";
import { type KeyRow, keyView } from "#lib/keys/view.ts";
import { isStorable } from "#lib/storable.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { queryNumber, queryWord, seesAll } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { budgetsOf } from "./key-budgets.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

/** Keys with the tiers that they name. */
async function views(deps: GatewayDeps, rows: readonly KeyRow[]): Promise<Record<string, unknown>[]> {
  const tiers = await findBudgets(
    deps.db,
    rows.flatMap((row) => row.budgetId ?? []),
  );
  const byId = new Map(tiers.map((tier) => [tier.id, tier]));
  const { timezone } = deps.policy().config;
  return rows.map((row) => keyView(row, deps.clock.now(), timezone, byId.get(row.budgetId ?? "")));
}

/** As {@link views}, with what was spent of further budgets and of models. */
async function wholeViews(deps: GatewayDeps, rows: readonly KeyRow[]): Promise<Record<string, unknown>[]> {
  const budgets = await budgetsOf(deps, rows);
  return (await views(deps, rows)).map((shown, index) => ({ ...shown, ...budgets[index] }));
}

/**
 * Its own key, its user's keys, its team's keys; and those of teams that its user administers, or that let members read
 * keys. An absent owner is nobody's, and equal to no other absent one.
 */
async function maySee(deps: GatewayDeps, context: AuthenticatedContext, row: KeyRow): Promise<boolean> {
  const { caller } = context;
  if (seesAll(context) || row.id === caller.keyId) return true;
  if (caller.userId !== null && row.userId === caller.userId) return true;
  if (row.teamId === null) return false;
  return row.teamId === caller.teamId || (await readsTeamKeys(deps, context, row.teamId, "/key/info"));
}

/** A key in a team acts for that team alone. */
async function readsTeamKeys(
  deps: GatewayDeps,
  { caller }: AuthenticatedContext,
  teamId: string,
  permission: string,
): Promise<boolean> {
  if (caller.userId === null || (caller.teamId !== null && caller.teamId !== teamId)) return false;
  const place = await placeIn(deps.db, caller.userId, teamId);
  return place !== null && (place.role === "admin" || place.permissions.includes(permission));
}

const info: Run = async (deps, context) => {
  await deps.ledger.flush();
  const named = context.query.get("key");
  if (named === null && seesAll(context) && context.caller.kind === "master") return list(deps, context);
  const name = named ?? context.caller.keyId;
  const [row] = await findKeys(deps.db, [toHash(name)]);
  if (!row || !(await maySee(deps, context, row))) throw noKey();
  const [shown] = await wholeViews(deps, [row]);
  return json(200, { key: named ?? row.secretHash, info: shown });
};

const infoMany: Run = async (deps, context) => {
  const { keys } = await readBody(context, manyKeysSchema);
  await deps.ledger.flush();
  const rows: KeyRow[] = [];
  for (const row of await findKeys(deps.db, keys.map(toHash)))
    if (await maySee(deps, context, row)) rows.push(row);
  return json(200, { key: keys, info: await wholeViews(deps, rows) });
};

const list: Run = async (deps, context) => {
  await deps.ledger.flush();
  const page = queryNumber(context, "page", 1, 1, 1_000_000);
  const all = context.path === "/key/info";
  const size = queryNumber(context, "size", all ? 100 : 10, 1, 100);
  const sort = queryWord(context, "sort_by", KEY_SORTS as KeySort[]);
  const order = queryWord(context, "sort_order", ["asc", "desc"]);
  const { rows, total } = await listKeys(deps.db, await filterOf(deps, context), page, size, sort, order);
  const whole = all || context.query.get("return_full_object") === "true";
  const hashes = rows.map((row) => row.secretHash);
  const keys = whole
    ? (await views(deps, rows)).map((shown, index) => ({ token: hashes[index], ...shown }))
    : hashes;
  return json(200, { keys, total_count: total, current_page: page, total_pages: Math.ceil(total / size) });
};

async function filterOf(deps: GatewayDeps, context: AuthenticatedContext): Promise<KeyFilter> {
  const { caller, query } = context;
  const text = (name: string) => query.get(name) || undefined;
  const deleted = queryWord(context, "status", ["deleted"]) === "deleted";
  const hash = text("key_hash");
  const wanted = {
    userId: text("user_id"),
    teamId: text("team_id"),
    organizationId: text("organization_id"),
  };
  const team = wanted.teamId;
  const wholeTeam =
    team !== undefined &&
    isStorable(team) &&
    !seesAll(context) &&
    (await readsTeamKeys(deps, context, team, "/key/list"));
  if (!seesAll(context) && !wholeTeam) {
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
    await filterOf(deps, context),
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
