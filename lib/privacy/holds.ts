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

/**
 * Places one. A restriction holds from the next call on, on every instance within a second.
 * @throws GatewayError conflict when one of its kind runs already, invalid_request without a reason
 */
export async function placeHold(
  operations: Operations,
  actor: Actor,
  given: { readonly kind: HoldKind; readonly subject: DataSubject; readonly reason: string },
): Promise<HoldRow> {
  const { kind, subject } = given;
  const reason = given.reason.trim();
  if (reason === "")
    throw new GatewayError("invalid_request", "Say why: a hold without a reason cannot be reviewed.", {
      param: "reason",
    });
  return change(operations, async (tx) => {
    const nowMs = operations.nowMs();
    const row: HoldRow = {
      id: newId("hold", nowMs),
      kind,
      subjectKind: subject.kind,
      subjectId: subject.id,
      reason,
      createdBy: actor.id,
      createdAt: new Date(nowMs),
      endedBy: null,
      endedAt: null,
    };
    if (!(await insertHold(tx, row)))
      throw new GatewayError("conflict", `${WORDS[kind]} runs on this person already.`, { param: "subject" });
    await writeAudit(tx, actor, nowMs, {
      action: `privacy.${kind}_place`,
      target: { kind: subject.kind, id: subject.id },
      before: null,
      after: { kind, hold: row.id },
      reason,
    });
    return { result: row, changes: [{ kind: subject.kind, id: subject.id }] };
  });
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
