/** A request from its arrival to its approval: one function a step. */
import type { Db } from "#db/client.ts";
import { insertRequest, userNamed } from "#db/queries/privacy-requests.ts";
import { writeAudit } from "../../audit/audit.ts";
import { change } from "../../changes.ts";
import { GatewayError } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { locateSubject } from "../erasure.ts";
import { requireErasable } from "../holds.ts";
import type { DataSubject } from "../subject.ts";
import { type Operator, operatorName, type RequestDeps } from "./deps.ts";
import { addMonths, dueOf, EXTENSION_MONTHS } from "./due.ts";
import type { CLOSE_OUTCOMES } from "./names.ts";
import type { DecideBody, NewRequestBody } from "./schema.ts";
import { takeStep } from "./step.ts";
import { STORE_NAMES, sumOf } from "./stores.ts";

const OPEN = ["identify", "locate", "decide", "approve", "run"] as const;
const DAY_MS = 86_400_000;

/** Takes a request in. The person need not be known: who asks is owed an answer either way. @returns its id */
export async function createRequest(
  deps: RequestDeps,
  by: Operator,
  body: NewRequestBody,
  drill = false,
): Promise<string> {
  const nowMs = deps.operations.nowMs();
  const receivedAt = body.received_at ? new Date(body.received_at) : new Date(nowMs);
  if (receivedAt.getTime() > nowMs + DAY_MS)
    throw new GatewayError("invalid_request", "received_at lies in the future", { param: "received_at" });
  const subject = await subjectNamed(deps.operations.db, body.subject, body.subject_kind ?? null);
  const id = newId("prv", nowMs);
  await change(deps.operations, async (tx) => {
    await insertRequest(tx, {
      id,
      type: body.type,
      subjectKind: subject.kind,
      subjectId: subject.id,
      drill,
      step: "identify",
      note: body.note || null,
      receivedAt,
      dueAt: dueOf(receivedAt),
      createdBy: operatorName(by),
      createdAt: new Date(nowMs),
      updatedAt: new Date(nowMs),
    });
    await writeAudit(tx, by.actor, nowMs, {
      action: "privacy_request.create",
      target: { kind: "privacy_request", id },
      before: null,
      after: { type: body.type, subject: subject.kind, drill, receivedAt },
    });
    return { result: id, changes: [] };
  });
  return id;
}

/** A user by id or whole address where there is one of that name, else an end user; `kind` decides where it is known. */
export async function subjectNamed(
  db: Db,
  name: string,
  kind: DataSubject["kind"] | null,
): Promise<DataSubject> {
  const user = kind === "end_user" ? null : await userNamed(db, name);
  if (user !== null) return { kind: "user", id: user };
  return { kind: kind ?? "end_user", id: name };
}

/** How it was made sure that the person is who they say. */
export function identifyPerson(deps: RequestDeps, by: Operator, id: string, how: string): Promise<void> {
  return takeStep(deps, by.actor, id, "identify", ["identify"], () => ({
    patch: { step: "locate", identifiedBy: how },
  }));
}

/** @throws GatewayError not_found when no store has a record of that very name */
export async function locatePerson(deps: RequestDeps, by: Operator, id: string): Promise<void> {
  await takeStep(deps, by.actor, id, "locate", ["locate", "decide"], async (_tx, row) => {
    const subject = subjectOf(row);
    const located = await heldOf(deps, subject);
    const records = sumOf(located);
    if (records === 0)
      throw new GatewayError(
        "not_found",
        `No record for "${subject.id}" in ${STORE_NAMES.length} stores. Check spelling, or close as "no data held".`,
        { param: "subject" },
      );
    return { patch: { step: "decide", located: { ...located } }, told: { records } };
  });
}

/** Whether it is granted, and for a correction what is written. Who decides is the request's operator. */
export function decideRequest(deps: RequestDeps, by: Operator, id: string, body: DecideBody): Promise<void> {
  const { grant, ground, rectify } = body;
  return takeStep(deps, by.actor, id, "decide", ["decide", "approve"], async (_tx, row) => {
    if (grant && row.type === "erasure") await requireErasable(deps.jobs.sql, subjectOf(row));
    if (!grant && !ground?.trim())
      throw new GatewayError(
        "invalid_request",
        "ground must say why the request is refused; the person may complain about it",
        { param: "ground" },
      );
    const fields = Object.entries(rectify ?? {}).filter(([, value]) => value !== undefined);
    if (row.type === "rectification" && grant && fields.length === 0)
      throw new GatewayError(
        "invalid_request",
        "rectify must name what is corrected: email, alias or metadata",
        {
          param: "rectify",
        },
      );
    if (row.type !== "rectification" && fields.length > 0)
      throw new GatewayError("invalid_request", "rectify is for rectifications alone", { param: "rectify" });
    if (row.subjectKind === "end_user" && rectify?.email != null)
      throw new GatewayError("invalid_request", "an end user has no e-mail address here", {
        param: "rectify",
      });
    const decision = {
      grant,
      ground: ground?.trim() || null,
      ...(fields.length === 0 ? {} : { rectify: Object.fromEntries(fields) }),
    };
    return {
      patch: { step: "approve", decision, assignee: operatorName(by), approvedBy: null, approvedAt: null },
      told: { grant, fields: fields.map(([name]) => name) },
    };
  });
}

/**
 * A second person says yes: neither who took the request in, nor who decided, nor whom it is about.
 * @throws GatewayError not_allowed
 */
export function approveRequest(deps: RequestDeps, by: Operator, id: string): Promise<void> {
  return takeStep(deps, by.actor, id, "approve", ["approve"], (_tx, row) => {
    const refuse = (why: string) => {
      throw new GatewayError("not_allowed", why, { param: "approver" });
    };
    if (by.userId === null)
      refuse("Approving takes a person: sign in to the console, or use an admin key that belongs to a user.");
    if (by.userId === row.assignee || by.userId === row.createdBy)
      refuse("Whoever took the request in or decided it may not approve it. Ask another dpo or admin.");
    if (row.subjectKind === "user" && by.userId === row.subjectId)
      refuse("Nobody approves a request about themselves. Ask another dpo or admin.");
    return { patch: { step: "run", approvedBy: by.userId, approvedAt: new Date(deps.operations.nowMs()) } };
  });
}

/** Two months more, once and before the month is over. @throws GatewayError conflict */
export function extendRequest(deps: RequestDeps, by: Operator, id: string, reason: string): Promise<void> {
  return takeStep(deps, by.actor, id, "extend", OPEN, (_tx, row) => {
    if (row.extendedReason !== null)
      throw new GatewayError("conflict", "This request was extended already; that is possible once.");
    if (row.dueAt.getTime() < deps.operations.nowMs())
      throw new GatewayError("conflict", "This request is overdue: it could be extended until its due date.");
    const dueAt = addMonths(row.receivedAt, 1 + EXTENSION_MONTHS);
    return { patch: { dueAt, extendedReason: reason }, told: { dueAt: dueAt.toISOString() } };
  });
}

/** Ends it without doing anything. @throws GatewayError conflict for "no data held" when there is some */
export function closeRequest(
  deps: RequestDeps,
  by: Operator,
  id: string,
  how: { readonly outcome: (typeof CLOSE_OUTCOMES)[number]; readonly reason: string | null },
): Promise<void> {
  return takeStep(
    deps,
    by.actor,
    id,
    "close",
    ["identify", "locate", "decide", "approve"],
    async (_tx, row) => {
      if (how.outcome === "no_data_held" && sumOf(await heldOf(deps, subjectOf(row))) > 0)
        throw new GatewayError("conflict", "There are records of this person: locate them, and decide.", {
          param: "outcome",
        });
      if (how.outcome === "refused" && !how.reason)
        throw new GatewayError("invalid_request", "reason must say why the request is refused", {
          param: "reason",
        });
      return finished(deps, how.outcome, how.reason);
    },
  );
}

/** The person takes it back. */
export function withdrawRequest(
  deps: RequestDeps,
  by: Operator,
  id: string,
  reason: string | null,
): Promise<void> {
  return takeStep(deps, by.actor, id, "withdraw", ["identify", "locate", "decide", "approve"], () =>
    finished(deps, "withdrawn", reason),
  );
}

/** Without the requests themselves: who asks is not held because they asked. */
async function heldOf(deps: RequestDeps, subject: DataSubject): Promise<Record<string, number>> {
  const { privacy_requests: _own, ...held } = await locateSubject(deps.jobs, subject);
  return held;
}

function finished(deps: RequestDeps, outcome: string, reason: string | null) {
  return {
    patch: { step: "closed", outcome, finishedAt: new Date(deps.operations.nowMs()) },
    told: { outcome },
    ...(reason === null ? {} : { reason }),
  };
}

export function subjectOf(row: { readonly subjectKind: string; readonly subjectId: string }): DataSubject {
  return { kind: row.subjectKind === "user" ? "user" : "end_user", id: row.subjectId };
}
