/** Asking for more budget, and answering: a granted request raises the budget for a while, in the same transaction. */
import type { Tx } from "#db/client.ts";
import {
  type BudgetRequestRow,
  insertBudgetRequest,
  isAsked,
  lockBudgetRequest,
  lockRaised,
  RAISED_KINDS,
  type RaisedKind,
  setLimits,
  updateBudgetRequest,
} from "#db/queries/budget-requests.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { finerColumns } from "#lib/budgets/finer-columns.ts";
import { endOf } from "#lib/budgets/until.ts";
import { type Change, change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";

const LONGEST_RAISE_MS = 31 * 86_400_000;

export interface AskedRaise {
  readonly kind: RaisedKind;
  readonly id: string;
  readonly amountNanoUsd: bigint;
  readonly until: string;
  readonly reason: string;
  /** User id, or what else asks. */
  readonly requestedBy: string;
}

/** Notes a request. @throws GatewayError not_found, invalid_request, conflict while one about the same is open */
export function askForBudget(operations: Operations, actor: Actor, asked: AskedRaise): Promise<string> {
  const nowMs = operations.nowMs();
  const untilAt = endWithin(asked.until, nowMs);
  return change(operations, async (tx) => {
    await requireBudgeted(tx, asked.kind, asked.id);
    if (await isAsked(tx, asked.kind, asked.id))
      throw new GatewayError("conflict", "More was asked for here already, and is not answered yet.");
    const id = newId("breq", nowMs);
    const { amountNanoUsd, reason, requestedBy } = asked;
    await insertBudgetRequest(tx, {
      id,
      state: "open",
      subjectKind: asked.kind,
      subjectId: asked.id,
      amountNanoUsd,
      untilAt,
      reason,
      requestedBy,
      requestedAt: new Date(nowMs),
    });
    const after = { subject: `${asked.kind}:${asked.id}`, amountNanoUsd, untilAt, reason };
    await tell(tx, actor, nowMs, id, "budget_request.ask", after);
    return { result: id, changes: [] };
  });
}

/** Grants a request, or a part of it. @throws GatewayError not_found, conflict, invalid_request */
export function approveRequest(
  operations: Operations,
  actor: Actor,
  id: string,
  granted: { readonly amountNanoUsd: bigint; readonly until: string; readonly reason: string | null },
): Promise<void> {
  const nowMs = operations.nowMs();
  const grantedUntil = endWithin(granted.until, nowMs);
  return change(operations, async (tx) => {
    const request = requireOpen(await lockBudgetRequest(tx, id));
    requireOther(request, actor);
    const raised = await raise(tx, actor, nowMs, request, granted.amountNanoUsd, grantedUntil);
    await updateBudgetRequest(tx, id, {
      state: "approved",
      ...decidedBy(actor, nowMs, granted.reason),
      grantedNanoUsd: granted.amountNanoUsd,
      grantedUntil,
    });
    const after = { grantedNanoUsd: granted.amountNanoUsd, grantedUntil, reason: granted.reason };
    await tell(tx, actor, nowMs, id, "budget_request.approve", after);
    return { result: undefined, changes: [raised] };
  });
}

/** @throws GatewayError not_found, conflict */
export function declineRequest(
  operations: Operations,
  actor: Actor,
  id: string,
  reason: string,
): Promise<void> {
  return end(operations, actor, id, "declined", reason, () => {});
}

/** By whoever asked. @throws GatewayError not_found, conflict */
export function withdrawRequest(operations: Operations, actor: Actor, id: string, by: string): Promise<void> {
  return end(operations, actor, id, "withdrawn", null, (request) => {
    if (request.requestedBy !== by) throw noRequest();
  });
}

function end(
  operations: Operations,
  actor: Actor,
  id: string,
  state: "declined" | "withdrawn",
  reason: string | null,
  check: (request: BudgetRequestRow) => void,
): Promise<void> {
  const nowMs = operations.nowMs();
  return change(operations, async (tx) => {
    const request = await lockBudgetRequest(tx, id);
    if (request) check(request);
    requireOpen(request);
    await updateBudgetRequest(tx, id, { state, ...decidedBy(actor, nowMs, reason) });
    const word = state === "declined" ? "decline" : "withdraw";
    await tell(tx, actor, nowMs, id, `budget_request.${word}`, { reason });
    return { result: undefined, changes: [] };
  });
}

/** On top of the budget until then; a raise that runs already is replaced, as the raise sheet does. */
async function raise(
  tx: Tx,
  actor: Actor,
  nowMs: number,
  { id, subjectId, subjectKind }: BudgetRequestRow,
  amountNanoUsd: bigint,
  until: Date,
): Promise<Change> {
  const kind = RAISED_KINDS.find((one) => one === subjectKind);
  if (!kind) throw new GatewayError("invalid_request", `A ${subjectKind} has no budget that can be raised.`);
  const before = await requireBudgeted(tx, kind, subjectId);
  const fields = { temp_budget_increase: amountNanoUsd, temp_budget_expiry: until.toISOString() };
  const limits = finerColumns(fields, before.limits, nowMs) ?? before.limits;
  await setLimits(tx, kind, subjectId, limits, new Date(nowMs));
  await writeAudit(tx, actor, nowMs, {
    action: `${kind}.update`,
    target: { kind, id: subjectId },
    before: { limits: before.limits },
    after: { limits },
    reason: `request ${id}`,
  });
  return { kind, id: subjectId };
}

async function requireBudgeted(tx: Tx, kind: RaisedKind, id: string) {
  const row = await lockRaised(tx, kind, id);
  if (!row) throw new GatewayError("not_found", `There is no such ${kind}.`, { param: "id" });
  if (row.maxBudgetNanoUsd === null)
    throw new GatewayError(
      "invalid_request",
      `This ${kind} has no budget of its own: nothing holds it back.`,
      {
        param: "id",
      },
    );
  return row;
}

function endWithin(text: string, nowMs: number): Date {
  const endMs = endOf(text, nowMs);
  const fault =
    endMs === null
      ? "until must be an instant such as 2026-11-27T18:00:00Z, or a duration such as 7d"
      : endMs <= nowMs
        ? "until must lie in the future"
        : endMs - nowMs > LONGEST_RAISE_MS
          ? "until must lie within 31 days: for longer, the budget itself has to change"
          : null;
  if (endMs === null || fault !== null)
    throw new GatewayError("invalid_request", fault ?? "", { param: "until" });
  return new Date(endMs);
}

function requireOpen(request: BudgetRequestRow | null): BudgetRequestRow {
  if (!request) throw noRequest();
  if (request.state !== "open")
    throw new GatewayError("conflict", `This request is ${request.state} already.`, { param: "id" });
  return request;
}

/** Four eyes: nobody grants themselves. */
function requireOther({ requestedBy }: BudgetRequestRow, actor: Actor): void {
  if (actor.kind === "user" && actor.id === requestedBy)
    throw new GatewayError(
      "not_allowed",
      "Nobody approves what they asked for: another admin or finance has to.",
      {
        param: "id",
      },
    );
}

function decidedBy(actor: Actor, nowMs: number, reason: string | null) {
  return { decidedBy: actor.id, decidedAt: new Date(nowMs), decisionReason: reason };
}

function noRequest(): GatewayError {
  return new GatewayError("not_found", "There is no such request, or it is somebody else's.", {
    param: "id",
  });
}

async function tell(
  tx: Tx,
  actor: Actor,
  nowMs: number,
  id: string,
  action: string,
  after: Record<string, unknown>,
): Promise<void> {
  await writeAudit(tx, actor, nowMs, {
    action,
    target: { kind: "budget_request", id },
    before: null,
    after,
  });
}
