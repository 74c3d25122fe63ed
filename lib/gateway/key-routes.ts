/** The key API of LiteLLM and of the guide (API.md 1.3 and 1.4): thin over the operations in lib/keys. */
import { findBudgets } from "#db/queries/budgets.ts";
import { parseBody } from "#lib/api-fields.ts";
import { tellEveryModel } from "#lib/incident/every-model.ts";
import { requireChanger } from "#lib/keys/authority.ts";
import { resetSpend, rotateKey, setBlocked, updateKey } from "#lib/keys/key-changes.ts";
import { createKey, createServiceKey, deleteKeys, revokeAll } from "#lib/keys/operations.ts";
import {
  bulkUpdateSchema,
  deleteSchema,
  generateSchema,
  KEY_FIELDS_NOT_ACTED_ON as IDLE,
  oneKeySchema,
  regenerateSchema,
  resetSpendSchema,
  revokeAllSchema,
  updateSchema,
} from "#lib/keys/schema.ts";
import { toHash } from "#lib/keys/secret.ts";
import { type KeyRow, keyView } from "#lib/keys/view.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError, toGatewayError } from "../errors.ts";
import { nanoToUsd } from "../money.ts";
import { readBody } from "./admin-body.ts";
import { actorOf } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { KEY_READ_ROUTES } from "./key-read-routes.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

async function view(deps: GatewayDeps, row: KeyRow): Promise<Record<string, unknown>> {
  const tiers = row.budgetId === null ? [] : await findBudgets(deps.db, [row.budgetId]);
  return keyView(row, deps.clock.now(), deps.policy().config.timezone, tiers[0]);
}

const withSecret = async (deps: GatewayDeps, row: KeyRow, secret: string) => ({
  ...(await view(deps, row)),
  key: secret,
  token: row.secretHash,
  token_id: row.secretHash,
});

const generate: Run = async (deps, context) => {
  const body = await readBody(context, generateSchema, IDLE);
  const { row, secret } = await createKey(operationsOf(deps), actorOf(context), context.caller, body);
  tellEveryModel(deps, row);
  // The guide's readers get back the name they sent; LiteLLM's get the masked key.
  const named = body.key_name ? { key_name: body.key_name } : {};
  return json(200, { ...(await withSecret(deps, row, secret)), ...named });
};

const generateService: Run = async (deps, context) => {
  const body = await readBody(context, generateSchema, IDLE);
  const { row, secret } = await createServiceKey(operationsOf(deps), actorOf(context), body);
  return json(200, await withSecret(deps, row, secret));
};

const update: Run = async (deps, context) => {
  const { key, ...body } = await readBody(context, updateSchema, IDLE);
  const row = await updateKey(operationsOf(deps), actorOf(context), context.caller, key, body);
  if (body.models) tellEveryModel(deps, row);
  return json(200, { key, ...(await view(deps, row)) });
};

const bulkUpdate: Run = async (deps, context) => {
  const { keys } = await readBody(context, bulkUpdateSchema);
  const done: unknown[] = [];
  const failed: unknown[] = [];
  for (const item of keys) {
    try {
      const { key, ...body } = parseBody(updateSchema, item, IDLE);
      const row = await updateKey(operationsOf(deps), actorOf(context), context.caller, key, body);
      done.push({ key, key_info: await view(deps, row) });
    } catch (error) {
      failed.push({
        key: item?.["key"] ?? null,
        key_info: null,
        failed_reason: toGatewayError(error).message,
      });
    }
  }
  return json(200, { total_requested: keys.length, successful_updates: done, failed_updates: failed });
};

const remove: Run = async (deps, context) => {
  const body = await readBody(context, deleteSchema);
  const keys = [...(body.keys ?? []), ...(body.key ? [body.key] : [])];
  const aliases = body.key_aliases ?? [];
  if (keys.length + aliases.length === 0) {
    throw new GatewayError(
      "invalid_request",
      'Name the keys to delete: {"key": "sk-..."}, {"keys": [...]} or {"key_aliases": [...]}.',
      {
        status: 422,
        param: "keys",
      },
    );
  }
  const rows = await deleteKeys(operationsOf(deps), actorOf(context), context.caller, {
    hashes: keys.map(toHash),
    aliases,
  });
  if (rows.length === 0)
    throw new GatewayError("not_found", "No such key. It may be deleted already.", { param: "keys" });
  const gone = new Set(rows.flatMap((row) => [row.secretHash, row.previousSecretHash, row.id, row.alias]));
  return json(200, {
    deleted_keys: [
      ...keys.filter((key) => gone.has(toHash(key))),
      ...aliases.filter((alias) => gone.has(alias)),
    ],
  });
};

const regenerate: Run = async (deps, context) => {
  const { key: named, ...body } = await readBody(context, regenerateSchema, IDLE);
  const key = context.params["key"] ?? named;
  if (!key)
    throw new GatewayError("invalid_request", "key is missing: which one shall get a new secret?", {
      param: "key",
    });
  const { row, secret } = await rotateKey(operationsOf(deps), actorOf(context), context.caller, key, body);
  return json(200, await withSecret(deps, row, secret));
};

const block =
  (blocked: boolean): Run =>
  async (deps, context) => {
    const { key } = await readBody(context, oneKeySchema);
    const row = await setBlocked(operationsOf(deps), actorOf(context), context.caller, key, blocked);
    return json(200, { ...(await view(deps, row)), token: row.secretHash });
  };

const reset: Run = async (deps, context) => {
  const body = await readBody(context, resetSpendSchema);
  await deps.ledger.flush();
  const { row, previousNanoUsd } = await resetSpend(
    operationsOf(deps),
    actorOf(context),
    context.caller,
    context.params["key"] ?? "",
    body.reset_to ?? 0n,
  );
  const shown = await view(deps, row);
  return json(200, {
    key_hash: row.secretHash,
    spend: shown["spend"],
    previous_spend: nanoToUsd(previousNanoUsd),
    max_budget: shown["max_budget"],
    budget_reset_at: shown["budget_reset_at"],
  });
};

const revokeEverything: Run = async (deps, context: AuthenticatedContext) => {
  const { confirm } = await readBody(context, revokeAllSchema);
  return json(200, { revoked: await revokeAll(operationsOf(deps), actorOf(context), confirm) });
};

/** Most routes are open to whoever has keys to manage; the operation decides about each key. */
const manage = (path: string, run: Run, method: "POST" | "DELETE" = "POST"): KeyRoute => ({
  method,
  path,
  access: "manage",
  run: async (deps, context) => {
    requireChanger(context.caller);
    return run(deps, context);
  },
});

export const KEY_ROUTES: readonly KeyRoute[] = [
  manage("/key/generate", generate),
  { method: "POST", path: "/key/service-account/generate", access: "admin", run: generateService },
  manage("/key/update", update),
  manage("/key/bulk_update", bulkUpdate),
  manage("/key/delete", remove),
  manage("/key/delete", remove, "DELETE"),
  manage("/key/regenerate", regenerate),
  manage("/key/block", block(true)),
  manage("/key/unblock", block(false)),
  { method: "POST", path: "/key/revoke_all", access: "master", run: revokeEverything },
  manage("/key/{key}/regenerate", regenerate),
  manage("/key/{key}/reset_spend", reset),
  ...KEY_READ_ROUTES,
];
