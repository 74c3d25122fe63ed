/** Every change of a virtual key: one function each, used by the key API and by whatever else changes keys. */
import { eq, inArray, isNull } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findKeys, findKeysByAlias, lockKey } from "#db/queries/keys.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { currentPeriod } from "#lib/admission/owner-columns.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { addDuration, readDuration } from "#lib/config/duration.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { keyColumns } from "./columns.ts";
import type { GenerateBody, RegenerateBody, UpdateBody } from "./schema.ts";
import { describeSecret, isMistyped, newSecret, toHash } from "./secret.ts";
import { insertKey, refuseTaken } from "./store.ts";
import type { KeyRow } from "./view.ts";

export interface CreatedKey {
  readonly row: KeyRow;
  /** Shown once. */
  readonly secret: string;
}

/** Makes a key. @throws GatewayError invalid_request when the secret or the alias is taken */
export function createKey(operations: Operations, actor: Actor, body: GenerateBody): Promise<CreatedKey> {
  return change(operations, async (tx) => {
    const created = await createKeyIn(tx, operations, actor, body);
    return { result: created, changes: [{ kind: "key", id: created.row.id }] };
  });
}

/** As {@link createKey}, inside a larger change. */
export async function createKeyIn(
  tx: Tx,
  operations: Pick<Operations, "nowMs" | "timezone">,
  actor: Actor,
  body: Partial<GenerateBody>,
): Promise<CreatedKey> {
  const nowMs = operations.nowMs();
  const made = body.key ? ownSecret(body.key) : newSecret();
  const row = await insertKey(tx, {
    id: newId("key", nowMs),
    secretHash: made.hash,
    secretStart: made.start,
    secretLast4: made.last4,
    createdBy: actor.id,
    updatedBy: actor.id,
    ...keyColumns(body, nowMs, operations.timezone()),
  });
  await writeAudit(tx, actor, nowMs, { action: "key.create", target: target(row), before: null, after: row });
  return { row, secret: made.secret };
}

/** Changes what the body names and nothing else. @throws GatewayError not_found */
export function updateKey(
  operations: Operations,
  actor: Actor,
  hash: string,
  body: Omit<UpdateBody, "key">,
): Promise<KeyRow> {
  return changeKey(operations, actor, "key.update", hash, (row, nowMs) =>
    keyColumns(body, nowMs, operations.timezone(), row.budgetDuration),
  );
}

/** Blocks or unblocks. @throws GatewayError not_found */
export function setBlocked(
  operations: Operations,
  actor: Actor,
  hash: string,
  blocked: boolean,
): Promise<KeyRow> {
  return changeKey(operations, actor, blocked ? "key.block" : "key.unblock", hash, () => ({ blocked }));
}

/** Sets the running period's spend. @throws GatewayError not_found; invalid_request above what was spent */
export async function resetSpend(
  operations: Operations,
  actor: Actor,
  hash: string,
  toNanoUsd: bigint,
): Promise<{ row: KeyRow; previousNanoUsd: bigint }> {
  let previousNanoUsd = 0n;
  const row = await changeKey(operations, actor, "key.reset_spend", hash, (before, nowMs) => {
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
 * the key itself. @throws GatewayError not_found
 */
export async function rotateKey(
  operations: Operations,
  actor: Actor,
  hash: string,
  body: RegenerateBody,
): Promise<CreatedKey> {
  const made = body.new_key ? ownSecret(body.new_key) : newSecret();
  const row = await changeKey(operations, actor, "key.rotate", hash, (before, nowMs) => {
    const { grace_period, new_key: _new, key: _named, ...fields } = body;
    const grace = grace_period ? readDuration(grace_period) : null;
    return {
      ...keyColumns(fields, nowMs, operations.timezone(), before.budgetDuration),
      secretHash: made.hash,
      secretStart: made.start,
      secretLast4: made.last4,
      previousSecretHash: grace ? before.secretHash : null,
      previousSecretExpiresAt: grace ? addDuration(new Date(nowMs), grace) : null,
      rotationCount: before.rotationCount + 1,
      lastRotatedAt: new Date(nowMs),
    };
  });
  return { row, secret: made.secret };
}

/** Deletes keys: they stop at once and stay on record. Names that lead to no key are left out of the answer. */
export function deleteKeys(
  operations: Operations,
  actor: Actor,
  names: { readonly hashes: readonly string[]; readonly aliases: readonly string[] },
): Promise<KeyRow[]> {
  return change(operations, async (tx) => {
    const rows = [...(await findKeys(tx, names.hashes)), ...(await findKeysByAlias(tx, names.aliases))];
    await deleteKeysIn(tx, operations, actor, rows);
    return { result: rows, changes: rows.map((row) => ({ kind: "key" as const, id: row.id })) };
  });
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

function changeKey(
  operations: Operations,
  actor: Actor,
  action: string,
  hash: string,
  columnsOf: (row: KeyRow, nowMs: number) => Partial<KeyRow>,
): Promise<KeyRow> {
  return change(operations, async (tx) => {
    const before = await lockKey(tx, toHash(hash));
    if (!before) throw new GatewayError("not_found", "Key not found in database", { param: "key" });
    const nowMs = operations.nowMs();
    const columns = columnsOf(before, nowMs);
    const [after] = await refuseTaken(() =>
      tx
        .update(virtualKeys)
        .set({ ...columns, updatedBy: actor.id, updatedAt: new Date(nowMs) })
        .where(eq(virtualKeys.id, before.id))
        .returning(),
    );
    if (!after) throw new GatewayError("not_found", "Key not found in database", { param: "key" });
    await writeAudit(tx, actor, nowMs, { action, target: target(after), before, after });
    const spent = columns.spendNanoUsd;
    return {
      result: after,
      changes: [{ kind: "key", id: after.id, ...(spent === undefined ? {} : { spentNanoUsd: spent }) }],
    };
  });
}

function ownSecret(secret: string) {
  if (isMistyped(secret)) {
    throw new GatewayError(
      "invalid_request",
      "This key looks like one of the gateway's own but its checksum is wrong: choose another form or leave it out.",
      {
        param: "key",
      },
    );
  }
  return describeSecret(secret);
}

function target(row: KeyRow) {
  return { kind: "key" as const, id: row.id };
}
