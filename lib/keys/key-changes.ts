/** Every change of a virtual key that goes on living: one function each, its audit event in the same transaction. */
import { eq } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findBudgets } from "#db/queries/budgets.ts";
import { lockKey } from "#db/queries/keys.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { currentPeriod } from "#lib/admission/owner-columns.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { requireBudget } from "#lib/budgets/operations.ts";
import { addDuration, readDuration } from "#lib/config/duration.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { noKey, requireKeyAccess } from "./authority.ts";
import type { Caller } from "./caller.ts";
import { keyColumns, nextRotation } from "./columns.ts";
import { refuseOutdated } from "./conflict.ts";
import { withinBounds } from "./generation.ts";
import type { CreatedKey } from "./operations.ts";
import type { KeyFields, RegenerateBody, UpdateBody } from "./schema.ts";
import { newSecret, ownSecret, toHash } from "./secret.ts";
import { refuseTaken } from "./store.ts";
import type { KeyRow } from "./view.ts";

/**
 * Changes what the body names and nothing else.
 * @throws GatewayError not_found, not_allowed, invalid_request; conflict when `if_updated_at` is not when it last changed
 */
export function updateKey(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  hash: string,
  { if_updated_at: seen, ...body }: Partial<Omit<UpdateBody, "key">>,
): Promise<KeyRow> {
  return changeKey(operations, actor, "key.update", hash, async (tx, before, nowMs) => {
    await requireKeyAccess(tx, caller, before, "/key/update", body);
    await refuseOutdated(tx, before, seen);
    return updated(tx, operations, before, body, nowMs);
  });
}

/** The columns after a body, held to the upper bounds of config.yaml. */
async function updated(
  tx: Tx,
  operations: Operations,
  before: KeyRow,
  body: Partial<KeyFields>,
  nowMs: number,
): Promise<Partial<KeyRow>> {
  const named = body.budget_id;
  const [kept] =
    named === undefined && before.budgetId !== null ? await findBudgets(tx, [before.budgetId]) : [];
  const tier = named ? await requireBudget(tx, named) : (kept ?? null);
  const fields = withinBounds(body, operations.keyRules(), tier, before);
  return keyColumns(fields, nowMs, operations.timezone(), before);
}

/** Blocks or unblocks. @throws GatewayError not_found, not_allowed */
export function setBlocked(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  hash: string,
  blocked: boolean,
): Promise<KeyRow> {
  const word = blocked ? "block" : "unblock";
  return changeKey(operations, actor, `key.${word}`, hash, async (tx, before) => {
    await requireKeyAccess(tx, caller, before, `/key/${word}`);
    return { blocked };
  });
}

/** Sets the running period's spend. @throws GatewayError not_found, not_allowed; invalid_request above what was spent */
export async function resetSpend(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  hash: string,
  toNanoUsd: bigint,
): Promise<{ row: KeyRow; previousNanoUsd: bigint }> {
  let previousNanoUsd = 0n;
  const row = await changeKey(operations, actor, "key.reset_spend", hash, async (tx, before, nowMs) => {
    await requireKeyAccess(tx, caller, before, "reset_spend");
    previousNanoUsd = before.spendNanoUsd;
    if (toNanoUsd > before.spendNanoUsd)
      throw new GatewayError("invalid_request", "reset_to must lie between 0 and the key's spend", {
        param: "reset_to",
      });
    return { spendNanoUsd: toNanoUsd, ...currentPeriod(before.budgetDuration, nowMs, operations.timezone()) };
  });
  return { row, previousNanoUsd };
}

/**
 * Gives a key a new secret; row, spend and limits stay. The old secret works until the grace ends, and never longer than
 * the key itself. Asked again with a `new_key` that it has already, it changes nothing: the answer before was lost. @throws GatewayError not_found, not_allowed, invalid_request
 */
export async function rotateKey(
  operations: Operations,
  actor: Actor,
  caller: Caller,
  hash: string,
  body: RegenerateBody,
): Promise<CreatedKey> {
  const made = body.new_key ? ownSecret(body.new_key) : newSecret();
  const row = await changeKey(operations, actor, "key.rotate", hash, async (tx, before, nowMs) => {
    const { grace_period, new_key: _new, key: _named, ...fields } = body;
    await requireKeyAccess(tx, caller, before, "/key/regenerate", fields);
    if (made.hash === before.secretHash) return null;
    const grace = grace_period ? readDuration(grace_period) : null;
    // Whoever takes the new secret of a key that is due keeps the time that the old one had left.
    const left = grace_period === undefined ? before.collectBy : null;
    const graceEnd = grace ? addDuration(new Date(nowMs), grace) : left;
    const rotates = fields.auto_rotate ?? before.autoRotate;
    const interval = fields.rotation_interval ?? before.rotationInterval;
    return {
      ...(await updated(tx, operations, before, fields, nowMs)),
      secretHash: made.hash,
      secretStart: made.start,
      secretLast4: made.last4,
      previousSecretHash: graceEnd ? before.secretHash : null,
      previousSecretExpiresAt: graceEnd,
      rotateAt: rotates ? nextRotation(interval, nowMs) : null,
      collectBy: null,
      rotationCount: before.rotationCount + 1,
      lastRotatedAt: new Date(nowMs),
    };
  });
  return { row, secret: made.secret };
}

function changeKey(
  operations: Operations,
  actor: Actor,
  action: string,
  hash: string,
  /** Null: it is so already. */
  columnsOf: (tx: Tx, row: KeyRow, nowMs: number) => Promise<Partial<KeyRow> | null>,
): Promise<KeyRow> {
  return change(operations, async (tx) => {
    const before = await lockKey(tx, toHash(hash));
    if (!before) throw noKey();
    const nowMs = operations.nowMs();
    const columns = await columnsOf(tx, before, nowMs);
    if (columns === null) return { result: before, changes: [] };
    const [after] = await refuseTaken(() =>
      tx
        .update(virtualKeys)
        .set({ ...columns, updatedBy: actor.id, updatedAt: new Date(nowMs) })
        .where(eq(virtualKeys.id, before.id))
        .returning(),
    );
    if (!after) throw noKey();
    await writeAudit(tx, actor, nowMs, { action, target: target(after), before, after });
    const spent = columns.spendNanoUsd;
    return {
      result: after,
      changes: [{ kind: "key", id: after.id, ...(spent === undefined ? {} : { spentNanoUsd: spent }) }],
    };
  });
}

function target(row: KeyRow) {
  return { kind: "key" as const, id: row.id };
}
