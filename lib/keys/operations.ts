/** Making and deleting virtual keys: one function each, used by the key API and by whatever else makes and deletes keys. */
import { inArray, isNull } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findKeys, findKeysByAlias } from "#db/queries/keys.ts";
import { findTeam } from "#db/queries/teams.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { requireBudget } from "#lib/budgets/operations.ts";
import { spanMs } from "#lib/budgets/span.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError, isGatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { isAdmin, ownersOfNewKey, requireKeyAccess } from "./authority.ts";
import type { Caller } from "./caller.ts";
import { keyColumns } from "./columns.ts";
import { isMissing, type KeyRules, requireParams, withDefaults, withinBounds } from "./generation.ts";
import { inherited, notAboveUser } from "./inherit.ts";
import type { GenerateBody } from "./schema.ts";
import { newSecret, ownSecret } from "./secret.ts";
import { insertKey } from "./store.ts";
import type { KeyRow } from "./view.ts";

export interface CreatedKey {
  readonly row: KeyRow;
  /** Shown once. */
  readonly secret: string;
}

/**
 * Makes a key, if `caller` may and config.yaml allows it.
 * @throws GatewayError not_allowed; invalid_request when a rule is broken, or the secret or the alias is taken
 */
export function createKey(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  body: GenerateBody,
): Promise<CreatedKey> {
  return change(operations, async (tx) => {
    requireParams(operations.keyRules(), body);
    const created = await createKeyIn(tx, operations, actor, body, caller);
    return { result: created, changes: [{ kind: "key", id: created.row.id }] };
  });
}

/** Makes a team's own key, which belongs to no user. @throws GatewayError as {@link createKey}, and for an unknown team */
export function createServiceKey(
  operations: Operations,
  actor: Actor,
  body: GenerateBody,
): Promise<CreatedKey> {
  return change(operations, async (tx) => {
    if (isMissing(body.team_id) || !(await findTeam(tx, body.team_id ?? "")))
      throw new GatewayError(
        "invalid_request",
        "team_id must name a team: a service account belongs to one",
        {
          param: "team_id",
        },
      );
    const unowned = { ...body, user_id: null };
    requireParams(operations.keyRules(), unowned);
    const created = await createKeyIn(tx, operations, actor, unowned);
    return { result: created, changes: [{ kind: "key", id: created.row.id }] };
  });
}

/**
 * As {@link createKey}, inside a larger change. Defaults and upper bounds of config.yaml hold for every key.
 * @param caller who asked for it; null where somebody may already do the whole change
 */
export async function createKeyIn(
  tx: Tx,
  operations: Pick<Operations, "nowMs" | "timezone" | "keyRules">,
  actor: Actor,
  body: Partial<GenerateBody>,
  caller: Caller | null = null,
): Promise<CreatedKey> {
  const nowMs = operations.nowMs();
  const fields = await fieldsOfNewKey(tx, caller, body, operations.keyRules(), nowMs);
  const made = body.key ? ownSecret(body.key) : newSecret();
  const row = await insertKey(tx, {
    id: newId("key", nowMs),
    secretHash: made.hash,
    secretStart: made.start,
    secretLast4: made.last4,
    createdBy: actor.id,
    updatedBy: actor.id,
    ...keyColumns(fields, nowMs, operations.timezone(), null),
  });
  await writeAudit(tx, actor, nowMs, { action: "key.create", target: target(row), before: null, after: row });
  return { row, secret: made.secret };
}

async function fieldsOfNewKey(
  tx: Tx,
  caller: Caller | null,
  body: Partial<GenerateBody>,
  rules: KeyRules,
  nowMs: number,
): Promise<Partial<GenerateBody>> {
  const budgetId = body.budget_id ?? rules.defaults.budget_id ?? null;
  const tier = budgetId === null ? null : await requireBudget(tx, budgetId);
  const filled = withDefaults(body, rules, tier);
  if (caller === null || isAdmin(caller)) return withinBounds(filled, rules, tier, null);
  const { longest, ...owners } = await ownersOfNewKey(tx, caller, body, rules);
  if (owners.team_id === null) notAboveUser(caller, filled);
  const owned = { ...filled, ...owners, duration: filled.duration ?? longest };
  if (longest !== null && spanMs(owned.duration) > spanMs(longest))
    throw new GatewayError(
      "invalid_request",
      `duration is more than this team lets its members have: at most ${longest}`,
      {
        param: "duration",
      },
    );
  return withinBounds(inherited(caller, owned, tier, nowMs), rules, tier, null);
}

/**
 * Deletes keys: they stop at once and stay on record. Names that lead to no key are left out of the answer.
 * @throws GatewayError not_allowed for a key that the caller sees and may not delete
 */
export function deleteKeys(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  names: { readonly hashes: readonly string[]; readonly aliases: readonly string[] },
): Promise<KeyRow[]> {
  return change(operations, async (tx) => {
    const found = [...(await findKeys(tx, names.hashes)), ...(await findKeysByAlias(tx, names.aliases))];
    const rows = await deletable(tx, caller, found);
    await deleteKeysIn(tx, operations, actor, rows);
    return { result: rows, changes: rows.map((row) => ({ kind: "key" as const, id: row.id })) };
  });
}

/** What the caller may not know of is left out, as if it were not there. */
async function deletable(tx: Tx, caller: Caller, rows: readonly KeyRow[]): Promise<KeyRow[]> {
  const allowed: KeyRow[] = [];
  for (const row of rows) {
    try {
      await requireKeyAccess(tx, caller, row, "/key/delete");
      allowed.push(row);
    } catch (error) {
      if (!isGatewayError(error) || error.code !== "not_found") throw error;
    }
  }
  return allowed;
}

/** Deletes every live key, if `confirm` is how many there are. @throws GatewayError conflict otherwise */
export async function revokeAll(operations: Operations, actor: Actor, confirm: number): Promise<number> {
  const count = await change(operations, async (tx) => {
    const rows = await tx.select().from(virtualKeys).where(isNull(virtualKeys.deletedAt)).for("update");
    if (rows.length !== confirm) {
      throw new GatewayError(
        "conflict",
        `There are ${rows.length} live keys; send {"confirm": ${rows.length}} to revoke them all.`,
        {
          param: "confirm",
        },
      );
    }
    await deleteKeysIn(tx, operations, actor, rows);
    return { result: rows.length, changes: rows.map((row) => ({ kind: "key" as const, id: row.id })) };
  });
  return count;
}

/** As {@link deleteKeys}, inside a larger change, for rows that are locked already. */
export async function deleteKeysIn(
  tx: Tx,
  operations: Pick<Operations, "nowMs">,
  actor: Actor,
  rows: readonly KeyRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const nowMs = operations.nowMs();
  const ids = rows.map((row) => row.id);
  await tx
    .update(virtualKeys)
    .set({ deletedAt: new Date(nowMs), deletedBy: actor.id })
    .where(inArray(virtualKeys.id, ids));
  for (const row of rows)
    await writeAudit(tx, actor, nowMs, {
      action: "key.delete",
      target: target(row),
      before: row,
      after: null,
    });
}

function target(row: KeyRow) {
  return { kind: "key" as const, id: row.id };
}
