/** Legal holds, which stop an erasure, and restrictions of processing, which stop calls. */
import type { Sql } from "#db/client.ts";
import { findHold, type HoldRow, insertHold, lockHold, updateHold } from "#db/queries/holds.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { type Operator, operatorName } from "./requests/deps.ts";
import type { DataSubject } from "./subject.ts";

export type HoldKind = "hold" | "restriction";

const WORDS: Readonly<Record<HoldKind, string>> = {
  hold: "A legal hold",
  restriction: "A restriction of processing",
};

/** A hold that nobody looks at again would keep a person's data for ever. */
export const LONGEST_HOLD_DAYS = 180;
/** How long a word that a hold be lifted waits for a second one. */
const CONFIRM_DAYS = 7;
const DAY_MS = 86_400_000;

export interface NewHold {
  readonly kind: HoldKind;
  readonly subject: DataSubject;
  readonly reason: string;
  /** When a legal hold is to be reviewed; the latest day there is when absent. */
  readonly until?: Date | null;
}

/**
 * Places one. A restriction holds from the next call on, on every instance within a second. Neither ends by itself.
 * @throws GatewayError conflict when one of its kind runs already, invalid_request without a reason or with a day to
 *   review it that is past or too far away
 */
export async function placeHold(operations: Operations, actor: Actor, given: NewHold): Promise<HoldRow> {
  const { kind, subject } = given;
  const reason = given.reason.trim();
  if (reason === "")
    throw new GatewayError("invalid_request", "Say why: a hold without a reason cannot be reviewed.", {
      param: "reason",
    });
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const reviewAt = reviewOf(given, nowMs);
    const row: HoldRow = {
      id: newId("hold", nowMs),
      kind,
      subjectKind: subject.kind,
      subjectId: subject.id,
      reason,
      createdBy: actor.id,
      createdAt: new Date(nowMs),
      reviewAt,
      endAskedBy: null,
      endAskedAt: null,
      endedBy: null,
      endedAt: null,
    };
    if (!(await insertHold(tx, row)))
      throw new GatewayError("conflict", `${WORDS[kind]} runs on this person already.`, { param: "subject" });
    await writeAudit(tx, actor, nowMs, {
      action: `privacy.${kind}_place`,
      target: { kind: subject.kind, id: subject.id },
      before: null,
      after: { kind, hold: row.id, reviewAt },
      reason,
    });
    return { result: row, changes: [{ kind: subject.kind, id: subject.id }] };
  });
}

function reviewOf({ kind, until = null }: NewHold, nowMs: number): Date | null {
  const latestMs = nowMs + LONGEST_HOLD_DAYS * DAY_MS;
  if (kind === "restriction") {
    if (until === null) return null;
    throw new GatewayError("invalid_request", "A restriction has no day of review: it ends by hand.", {
      param: "until",
    });
  }
  if (until === null) return new Date(latestMs);
  if (until.getTime() > nowMs && until.getTime() <= latestMs) return until;
  throw new GatewayError(
    "invalid_request",
    `until must be a time to come, in ${LONGEST_HOLD_DAYS} days at most: a hold that is still needed then is placed anew.`,
    { param: "until" },
  );
}

/**
 * Ends one. A legal hold takes two: the first to say so asks, and another person confirms within a week.
 * @returns whether it is over
 * @throws GatewayError not_found when none runs, not_allowed when who asked confirms, or the master key
 */
export function endHold(
  operations: Operations,
  by: Operator,
  given: { readonly kind: HoldKind; readonly subject: DataSubject; readonly reason: string },
): Promise<boolean> {
  const { kind, reason, subject } = given;
  return change(operations, async (tx) => {
    const now = new Date(operations.nowMs());
    const row = await lockHold(tx, kind, subject);
    if (!row)
      throw new GatewayError("not_found", `${WORDS[kind]} does not run on this person.`, {
        param: "subject",
      });
    const ends = kind === "restriction" || isConfirmed(row, by, now);
    await updateHold(
      tx,
      row.id,
      ends ? { endedBy: by.actor.id, endedAt: now } : { endAskedBy: operatorName(by), endAskedAt: now },
    );
    await writeAudit(tx, by.actor, now.getTime(), {
      action: `privacy.${kind}_${ends ? "end" : "end_ask"}`,
      target: { kind: subject.kind, id: subject.id },
      before: { kind, hold: row.id },
      after: ends ? null : { kind, hold: row.id },
      reason,
    });
    return { result: ends, changes: [{ kind: subject.kind, id: subject.id }] };
  });
}

/** Until when somebody's word that a hold be lifted waits for another's; null: nobody's does. */
export function liftWaitsUntil({ endAskedAt, endedAt }: HoldRow, nowMs: number): Date | null {
  if (endAskedAt === null || endedAt !== null) return null;
  const untilMs = endAskedAt.getTime() + CONFIRM_DAYS * DAY_MS;
  return untilMs > nowMs ? new Date(untilMs) : null;
}

/** @returns false when nobody has asked yet @throws GatewayError not_allowed for who is no second person */
function isConfirmed(row: HoldRow, by: Operator, now: Date): boolean {
  if (liftWaitsUntil(row, now.getTime()) === null) return false;
  if (by.userId !== null && by.userId !== row.endAskedBy) return true;
  throw new GatewayError(
    "not_allowed",
    by.userId === null
      ? "Confirming takes a person: sign in to the console, or use an admin key that belongs to a user."
      : "You have asked for it: another admin or data protection officer has to confirm that the hold is lifted.",
    { param: "approver" },
  );
}

/** @throws GatewayError legal_hold, with the day it was placed and never its reason, which may say more than the reader may know */
export async function requireErasable(sql: Sql, subject: DataSubject): Promise<void> {
  const hold = await findHold(sql, "hold", subject);
  if (hold)
    throw new GatewayError(
      "legal_hold",
      `Nothing of this person is erased while the legal hold of ${hold.created_at.toISOString().slice(0, 10)} (${hold.id}) runs. End it first, if you may.`,
      { param: "subject" },
    );
}
