/** Many keys at once, as the Keys page asks for it: which ones a filter means, and one act on them. */
import { KEY_STATES, listKeyRows } from "#db/queries/console-keys.ts";
import { mayManageKeys, maySee, seesEverything } from "#lib/console/roles.ts";
import { bulkKeys } from "#lib/keys/bulk.ts";
import { bulkKeysSchema, matchingKeysSchema } from "#lib/keys/bulk-schema.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute, Route } from "./routes.ts";
import { requireSession } from "./signed-in.ts";

/** More than this are changed by a script, not by hand. */
const MOST_MATCHES = 1000;

const matching: KeyRoute["run"] = async (deps, context) => {
  const { role, userId } = requireSession(context);
  if (!maySee(role, "keys")) throw refused(role);
  const { q, status, team } = await readBody(context, matchingKeysSchema);
  const state = KEY_STATES.find((one) => one === status);
  const filter = {
    nowMs: deps.clock.now(),
    ...(q ? { search: q } : {}),
    ...(state ? { state } : {}),
    ...(team ? { teamId: team } : {}),
    ...(seesEverything(role) ? {} : { userId }),
  };
  const { rows, total } = await listKeyRows(deps.sql, filter, "created", "desc", 1, MOST_MATCHES);
  return json(200, { ids: rows.filter((row) => row.deleted_at === null).map((row) => row.id), total });
};

const act: KeyRoute["run"] = async (deps, context) => {
  const { role } = requireSession(context);
  if (!mayManageKeys(role)) throw refused(role);
  const body = await readBody(context, bulkKeysSchema);
  await deps.ledger.flush();
  return json(200, {
    results: await bulkKeys(operationsOf(deps), actorOf(context), context.caller, body.keys, body.act),
  });
};

function refused(role: string): GatewayError {
  return new GatewayError("not_allowed", `Your role is ${role}, which may not do this to keys.`, {
    param: "None",
  });
}

export const CONSOLE_KEY_ROUTES: readonly Route[] = [
  { method: "POST", path: "/console/keys/matching", access: "own", run: matching },
  { method: "POST", path: "/console/keys/bulk", access: "manage", asksForRole: true, run: act },
];
