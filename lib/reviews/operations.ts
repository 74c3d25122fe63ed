/** Access reviews: everybody with access is kept or removed by somebody's word, and the finished record is signed. */
import { inArray } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import {
  decideItem,
  findReview,
  insertReview,
  lockOpenReview,
  lockReview,
  type ReviewRow,
  reviewItems,
  updateReview,
  whoHasAccess,
} from "#db/queries/access-reviews.ts";
import { endSessionsOf } from "#db/queries/console-access.ts";
import { lockKeysOfUsers, lockUsers } from "#db/queries/users.ts";
import { virtualKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import { type Actor, type AuditEvent, writeAudit } from "#lib/audit/audit.ts";
import type { SigningKey } from "#lib/audit/signing-key.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { type SignedReview, signReview } from "./record.ts";

/** Begins a review of everybody who has access now. @throws GatewayError conflict while another is open */
export function startReview(operations: Operations, actor: Actor): Promise<string> {
  const nowMs = operations.nowMs();
  return change(operations, async (tx) => {
    const open = await lockOpenReview(tx);
    if (open)
      throw new GatewayError("conflict", `Access review ${open.id} is open: finish or abandon it first.`);
    const id = newId("rev", nowMs);
    const items = await whoHasAccess(tx);
    const startedAt = new Date(nowMs);
    await insertReview(tx, { id, state: "open", startedBy: actor.id, startedAt }, items);
    await tell(tx, actor, nowMs, id, "review.start", { items: items.length });
    return { result: id, changes: [] };
  });
}

export interface Decision {
  readonly reviewId: string;
  readonly userId: string;
  /** null: undecided again. */
  readonly decision: "keep" | "remove" | null;
  readonly note: string | null;
}

/** Notes a decision; a removal takes effect when the review is finished. @throws GatewayError not_found, conflict, invalid_request */
export function decide(operations: Operations, actor: Actor, given: Decision): Promise<void> {
  const nowMs = operations.nowMs();
  const { decision, note, reviewId, userId } = given;
  if (decision === "remove" && userId === actor.id)
    throw new GatewayError("invalid_request", "Nobody removes themselves: another admin has to.", {
      param: "decision",
    });
  return change(operations, async (tx) => {
    await requireOpen(await lockReview(tx, reviewId));
    const decided = { decidedBy: actor.id, decidedAt: new Date(nowMs), note };
    const undecided = { decidedBy: null, decidedAt: null, note: null };
    const columns = decision === null ? undecided : decided;
    if (!(await decideItem(tx, { reviewId, userId, decision, ...columns })))
      throw new GatewayError("not_found", "This account is not part of the review.", { param: "user_id" });
    await tell(tx, actor, nowMs, reviewId, "review.decide", { userId, decision, note });
    return { result: undefined, changes: [] };
  });
}

/**
 * Ends a review: whoever is to be removed is blocked, their keys are disabled and their sessions ended, and the record is
 * signed, all in one transaction. @throws GatewayError conflict while anybody is undecided, invalid_request without the confirmation
 */
export function finishReview(
  operations: Operations,
  actor: Actor,
  given: { readonly reviewId: string; readonly confirm: string | null },
  key: SigningKey,
): Promise<SignedReview> {
  const nowMs = operations.nowMs();
  return change(operations, async (tx) => {
    const review = requireOpen(await lockReview(tx, given.reviewId));
    const items = await reviewItems(tx, review.id);
    const undecided = items.filter((item) => item.decision === null).length;
    if (undecided > 0)
      throw new GatewayError("conflict", `${undecided} of ${items.length} are not decided yet.`);
    const removed = items.filter((item) => item.decision === "remove").map((item) => item.userId);
    const phrase = `REMOVE ${removed.length}`;
    if (removed.length > 0 && given.confirm?.trim() !== phrase)
      throw new GatewayError("invalid_request", `Type ${phrase} to finish: their keys stop at once.`, {
        param: "confirm",
      });
    if (removed.includes(actor.id))
      throw new GatewayError("invalid_request", "You are among those removed: another admin has to finish.", {
        param: "confirm",
      });
    const changes = await remove(tx, actor, nowMs, removed, `access review ${review.id}`);
    const finished = { finishedBy: actor.id, finishedAt: new Date(nowMs) };
    const record = signReview({ ...review, ...finished }, items, key);
    await updateReview(tx, review.id, { state: "signed", ...finished, record });
    const after = { items: items.length, removed: removed.length, signature: record.signature };
    await tell(tx, actor, nowMs, review.id, "review.finish", after);
    return { result: record, changes };
  });
}

/** Ends a review without a record. @throws GatewayError not_found, conflict */
export function abandonReview(operations: Operations, actor: Actor, reviewId: string): Promise<void> {
  const nowMs = operations.nowMs();
  return change(operations, async (tx) => {
    const review = requireOpen(await lockReview(tx, reviewId));
    const ended = { state: "abandoned", finishedBy: actor.id, finishedAt: new Date(nowMs) };
    await updateReview(tx, review.id, ended);
    await tell(tx, actor, nowMs, review.id, "review.abandon", null);
    return { result: undefined, changes: [] };
  });
}

/** The signed record of a finished review, and the event that it was taken. @throws GatewayError not_found */
export async function takeRecord(
  { db, nowMs }: Pick<Operations, "db" | "nowMs">,
  actor: Actor,
  reviewId: string,
): Promise<Record<string, unknown>> {
  return db.transaction(async (tx) => {
    const review = await findReview(tx, reviewId);
    if (!review?.record)
      throw new GatewayError("not_found", "There is no signed record: the review is not finished.", {
        param: "id",
      });
    await tell(tx, actor, nowMs(), reviewId, "review.record", null);
    return review.record;
  });
}

async function remove(
  tx: Tx,
  actor: Actor,
  nowMs: number,
  ids: readonly string[],
  reason: string,
): Promise<Change[]> {
  if (ids.length === 0) return [];
  // Keys first, as the ledger's statement locks them.
  const keys = (await lockKeysOfUsers(tx, ids)).filter((key) => !key.blocked);
  const rows = (await lockUsers(tx, ids)).filter((user) => !user.blocked);
  const updatedAt = new Date(nowMs);
  const keyIds = keys.map(({ id }) => id);
  const userIds = rows.map(({ id }) => id);
  if (keyIds.length > 0)
    await tx
      .update(virtualKeys)
      .set({ blocked: true, updatedBy: actor.id, updatedAt })
      .where(inArray(virtualKeys.id, keyIds));
  if (userIds.length > 0)
    await tx.update(users).set({ blocked: true, updatedAt }).where(inArray(users.id, userIds));
  const blocked = { before: { blocked: false }, after: { blocked: true }, reason };
  for (const id of keyIds)
    await writeAudit(tx, actor, nowMs, { action: "key.block", target: { kind: "key", id }, ...blocked });
  for (const id of userIds) {
    await endSessionsOf(tx, id, updatedAt, null);
    await writeAudit(tx, actor, nowMs, { action: "user.update", target: { kind: "user", id }, ...blocked });
  }
  return [
    ...keyIds.map((id) => ({ kind: "key" as const, id })),
    ...userIds.map((id) => ({ kind: "user" as const, id })),
  ];
}

function requireOpen(review: ReviewRow | null): ReviewRow {
  if (!review) throw new GatewayError("not_found", "There is no such access review.", { param: "id" });
  if (review.state !== "open")
    throw new GatewayError(
      "conflict",
      `This access review is ${review.state}: nothing in it changes any more.`,
    );
  return review;
}

async function tell(
  tx: Tx,
  actor: Actor,
  nowMs: number,
  id: string,
  action: string,
  after: AuditEvent["after"],
): Promise<void> {
  await writeAudit(tx, actor, nowMs, { action, target: { kind: "review", id }, before: null, after });
}
