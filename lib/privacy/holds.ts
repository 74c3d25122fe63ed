/** Legal holds, which stop an erasure, and restrictions of processing, which stop calls. */
import type { Sql } from "#db/client.ts";
import { endHoldRow, findHold, type HoldRow, insertHold } from "#db/queries/holds.ts";
import { type Actor, writeAudit } from "../audit/audit.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { DataSubject } from "./subject.ts";

export type HoldKind = "hold" | "restriction";

const WORDS: Readonly<Record<HoldKind, string>> = {
  hold: "A legal hold",
  restriction: "A restriction of processing",
};

/** A hold that nobody looks at again would keep a person's data for ever. */
export const LONGEST_HOLD_DAYS = 180;
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

/** Ends one. @throws GatewayError not_found when none runs */
export function endHold(
  operations: Operations,
  actor: Actor,
  given: { readonly kind: HoldKind; readonly subject: DataSubject; readonly reason: string },
): Promise<HoldRow> {
  const { kind, reason, subject } = given;
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const row = await endHoldRow(tx, kind, subject, actor.id, new Date(nowMs));
    if (!row)
      throw new GatewayError("not_found", `${WORDS[kind]} does not run on this person.`, {
        param: "subject",
      });
    await writeAudit(tx, actor, nowMs, {
      action: `privacy.${kind}_end`,
      target: { kind: subject.kind, id: subject.id },
      before: { kind, hold: row.id },
      after: null,
      reason,
    });
    return { result: row, changes: [{ kind: subject.kind, id: subject.id }] };
  });
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
