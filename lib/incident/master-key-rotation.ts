/**
 * Replaces the master key without an outage: a new one counts at once on every instance, the ones before it until their
 * grace is over. Which keys those are stands in the database; the new secret itself is shown once and is nowhere. Whoever
 * brings a secret of their own may ask again when the answer was lost.
 */
import { randomBytes } from "node:crypto";
import { and, desc, eq, gt, isNotNull, isNull, ne, or, sql as raw } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { masterKeys } from "#db/schema/assurance.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { hashSecret } from "#lib/keys/secret.ts";
import { change, type Operations } from "../changes.ts";
import type { Config } from "../config/config.ts";
import { durationMs, readDuration } from "../config/duration.ts";
import { GatewayError } from "../errors.ts";
import { madeBefore, requireStrong } from "./chosen-master-key.ts";
import type { MasterKeyRing } from "./master-key-ring.ts";

const DEFAULT_GRACE = "24h";
const MOST_GRACE_MS = 30 * 86_400_000;

export interface RotatedMasterKey {
  /** Shown once. */
  readonly secret: string;
  readonly validUntil: Date;
}

type KeyConfig = Pick<Config, "masterKey" | "previousMasterKey" | "encryptionKey">;

export interface Rotation {
  readonly graceMs: number;
  readonly reason: string | null;
  /** The operator's own; null: the gateway makes one. */
  readonly newKey: string | null;
}

/** @throws GatewayError invalid_request */
export function readGrace(text: string | null | undefined, fallback = DEFAULT_GRACE): number {
  const given = text ?? fallback;
  if (/^0\s*[a-z]*$/i.test(given.trim())) return 0;
  const duration = readDuration(given);
  const ms = duration === null ? Number.NaN : durationMs(duration);
  if (!(ms <= MOST_GRACE_MS))
    throw new GatewayError("invalid_request", "grace_period must be a duration from 0s to 30d, such as 24h", {
      param: "grace_period",
    });
  return ms;
}

/** @param ring names the configured keys as the database does */
export function rotateMasterKey(
  operations: Operations,
  actor: Actor,
  ring: MasterKeyRing,
  config: KeyConfig,
  options: Rotation,
): Promise<RotatedMasterKey> {
  return change(operations, async (tx) => {
    const result = await rotateMasterKeyIn(tx, operations.nowMs(), actor, ring, config, options);
    return { result, changes: [{ kind: "master_key", id: "master" }] };
  });
}

/**
 * As {@link rotateMasterKey}, inside a larger change, which then announces it. Asked again with a key that it made the
 * master key before, it changes nothing and answers as it did.
 */
export async function rotateMasterKeyIn(
  tx: Tx,
  nowMs: number,
  actor: Actor,
  ring: MasterKeyRing,
  config: KeyConfig,
  { graceMs, newKey, reason }: Rotation,
): Promise<RotatedMasterKey> {
  if (newKey !== null) requireStrong(newKey, config);
  // One at a time: of two that ask for the same key the second finds it made.
  await tx.execute(raw`select pg_advisory_xact_lock(hashtext('master key'))`);
  const repeated = newKey === null ? null : await madeBefore(tx, newKey, ring, config);
  if (newKey !== null && repeated !== null)
    return { secret: newKey, validUntil: await lastEnd(tx, repeated.firstSeenAt) };
  const secret = newKey ?? `sk-${randomBytes(32).toString("hex")}`;
  const hash = ring.sealOf(hashSecret(secret));
  const validUntil = new Date(nowMs + graceMs);
  const configured = [config.masterKey, config.previousMasterKey]
    .filter((key) => key !== null)
    .map((key) => ({ hash: ring.sealOf(hashSecret(key)), length: key.length }));
  for (const key of configured)
    await tx
      .insert(masterKeys)
      .values({ ...key, firstSeenAt: new Date(nowMs), createdBy: "configuration" })
      .onConflictDoNothing();
  // One that was retired long ago must not open again for the grace: only those that count now go on by themselves.
  const open = or(isNull(masterKeys.validUntil), gt(masterKeys.validUntil, validUntil));
  for (const key of configured)
    await tx
      .update(masterKeys)
      .set({ alone: true })
      .where(and(eq(masterKeys.hash, key.hash), open));
  await tx.update(masterKeys).set({ validUntil }).where(open);
  await tx.insert(masterKeys).values({
    hash,
    length: secret.length,
    firstSeenAt: new Date(nowMs),
    alone: true,
    createdBy: actor.id,
  });
  await writeAudit(tx, actor, nowMs, {
    action: "master_key.rotate",
    target: { kind: "master_key", id: hash.slice(0, 8) },
    before: null,
    after: { validUntil, graceMs, chosen: newKey !== null },
    ...(reason === null ? {} : { reason }),
  });
  return { secret, validUntil };
}

/** When the keys end that a rotation replaced. @param at of the rotation, where nothing tells */
async function lastEnd(tx: Tx, at: Date): Promise<Date> {
  const [last] = await tx
    .select({ validUntil: masterKeys.validUntil })
    .from(masterKeys)
    .where(isNotNull(masterKeys.validUntil))
    .orderBy(desc(masterKeys.validUntil))
    .limit(1);
  return last?.validUntil ?? at;
}

/** Ends every replaced master key now. @returns how many still counted @throws GatewayError conflict when none was replaced */
export function finishMasterKey(operations: Operations, actor: Actor): Promise<number> {
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const now = new Date(nowMs);
    const [newest] = await tx
      .select()
      .from(masterKeys)
      .where(and(isNull(masterKeys.validUntil), eq(masterKeys.alone, true)))
      .for("update");
    const ended =
      newest === undefined
        ? []
        : await tx
            .update(masterKeys)
            .set({ validUntil: now })
            .where(and(gt(masterKeys.validUntil, now), ne(masterKeys.hash, newest.hash)))
            .returning({ hash: masterKeys.hash });
    if (ended.length === 0)
      throw new GatewayError(
        "conflict",
        "No replaced master key counts any more: there is nothing to finish.",
        {
          param: "None",
        },
      );
    await writeAudit(tx, actor, nowMs, {
      action: "master_key.finish",
      target: { kind: "master_key", id: newest?.hash.slice(0, 8) ?? "" },
      before: null,
      after: { ended: ended.length },
    });
    return { result: ended.length, changes: [{ kind: "master_key", id: "master" }] };
  });
}
