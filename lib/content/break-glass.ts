/**
 * Reading what was said in a call: asked for with a reason, approved by a second person where that is set, open for a
 * quarter of an hour to who asked, and every reading an event of its own in the transaction that reads.
 */
import {
  findKept,
  findSealed,
  glassEventsOf,
  type KeptContent,
  peopleRestricted,
} from "#db/queries/contents.ts";
import { raiseAlert } from "../alerts/alerts.ts";
import { writeAudit } from "../audit/audit.ts";
import { nameOwner, type Owner } from "../audit/personal.ts";
import { type AuditReader, openedRows } from "../audit/read.ts";
import { change, type Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { JobDeps } from "../jobs/deps.ts";
import { pseudonym } from "../privacy/anonymise.ts";
import type { Operator } from "../privacy/requests/deps.ts";
import { type Content, openContent } from "./envelope.ts";
import { stateOf, type Unlock } from "./schema.ts";
import { OPEN_MS, unlocksOf, WAIT_MS } from "./unlocks.ts";

export interface GlassDeps {
  readonly operations: Operations;
  readonly jobs: Pick<
    JobDeps,
    "auditSealer" | "clock" | "contents" | "log" | "policy" | "pseudonymKey" | "sql"
  >;
}

/** What was ever opened of a call, the newest first. */
export async function unlocksOfCall({ jobs }: { readonly jobs: AuditReader }, id: string): Promise<Unlock[]> {
  return unlocksOf(await openedRows(jobs, await glassEventsOf(jobs.sql, id)));
}

/**
 * Opens a call's content to who asks, or asks a second person to.
 * @throws GatewayError not_found, processing_restricted; conflict when the asker's last one still waits
 */
export async function unlockContent(
  deps: GlassDeps,
  by: Operator,
  callId: string,
  reason: string,
): Promise<string> {
  const kept = await requireKept(deps, callId);
  await requireUnrestricted(deps, kept);
  const nowMs = deps.operations.nowMs();
  const { secondPerson } = deps.jobs.policy().config.contents;
  const earlier = await unlocksOfCall(deps, callId);
  if (earlier.some((one) => isActors(one, by) && stateOf(one, nowMs) === "waiting"))
    throw new GatewayError("conflict", "You asked for this already: it waits for a second person.", {
      param: "id",
    });
  const id = newId("ulk", nowMs);
  await change(deps.operations, async (tx) => {
    await writeAudit(tx, by.actor, nowMs, {
      action: "content.unlock",
      target: { kind: "call", id: callId },
      before: null,
      after: {
        unlock: id,
        askedBy: by.userId,
        openUntil: secondPerson ? null : later(nowMs, OPEN_MS),
        waitsUntil: secondPerson ? later(nowMs, WAIT_MS) : null,
      },
      reason,
      ...aboutOf(kept),
    });
    await tell(deps, callId, id, secondPerson ? "asked" : "opened");
    return { result: undefined, changes: [] };
  });
  return id;
}

/**
 * The second person's yes; the quarter of an hour begins now.
 * @throws GatewayError not_found, not_allowed, conflict
 */
export async function approveUnlock(
  deps: GlassDeps,
  by: Operator,
  callId: string,
  unlockId: string,
): Promise<void> {
  const kept = await requireKept(deps, callId);
  await requireUnrestricted(deps, kept);
  const unlock = (await unlocksOfCall(deps, callId)).find(({ id }) => id === unlockId);
  if (!unlock)
    throw new GatewayError("not_found", `Nobody asked for this call under ${unlockId}.`, { param: "unlock" });
  const refuse = (why: string) => {
    throw new GatewayError("not_allowed", why, { param: "approver" });
  };
  if (by.userId === null)
    refuse("Approving takes a person: sign in to the console, or use an admin key that belongs to a user.");
  if (by.userId === unlock.askedBy || isActors(unlock, by))
    refuse("A second person has to approve: you asked for this yourself.");
  const nowMs = deps.operations.nowMs();
  if (stateOf(unlock, nowMs) !== "waiting")
    throw new GatewayError("conflict", "This does not wait for an approval, or no longer.", {
      param: "unlock",
    });
  await change(deps.operations, async (tx) => {
    await writeAudit(tx, by.actor, nowMs, {
      action: "content.approve",
      target: { kind: "call", id: callId },
      before: null,
      after: { unlock: unlockId, openUntil: later(nowMs, OPEN_MS) },
    });
    await tell(deps, callId, unlockId, "opened");
    return { result: undefined, changes: [] };
  });
}

export interface ReadContent extends Content {
  readonly unlock: Unlock;
}

/** @throws GatewayError not_found; not_allowed while it is locked to who asks; conflict when it does not open */
export async function readContent(deps: GlassDeps, by: Operator, callId: string): Promise<ReadContent> {
  await requireUnrestricted(deps, await requireKept(deps, callId));
  const nowMs = deps.operations.nowMs();
  const unlocks = await unlocksOfCall(deps, callId);
  const unlock = unlocks.find((one) => isActors(one, by) && stateOf(one, nowMs) === "open");
  if (!unlock)
    throw new GatewayError(
      "not_allowed",
      "What was said in this call is locked: open it by break-glass first, with a reason.",
      { param: "id" },
    );
  return change(deps.operations, async (tx) => {
    const row = await findSealed(tx, callId);
    if (!row) throw nothingKept(callId);
    await writeAudit(tx, by.actor, nowMs, {
      action: "content.read",
      target: { kind: "call", id: callId },
      before: null,
      after: { unlock: unlock.id },
    });
    const { encryptionKey } = deps.jobs.policy().config;
    const sealed = { sealedRequest: row.sealed_request, sealedAnswer: row.sealed_answer };
    const opened = encryptionKey === null ? null : openContent(encryptionKey, callId, sealed);
    if (opened?.kind !== "open") throw doesNotOpen(opened?.kind === "damaged");
    return { result: { request: opened.request, answer: opened.answer, unlock }, changes: [] };
  });
}

function doesNotOpen(damaged: boolean): GatewayError {
  return new GatewayError(
    "conflict",
    damaged
      ? "What is kept of this call was changed in the database or belongs to another call: it does not open."
      : "What is kept of this call was sealed under another SHIN_ENCRYPTION_KEY: set that one to read it.",
    { param: "id" },
  );
}

async function requireKept({ jobs }: GlassDeps, callId: string): Promise<KeptContent> {
  await jobs.contents.flush();
  const kept = await findKept(jobs.sql, callId);
  if (!kept) throw nothingKept(callId);
  return kept;
}

function nothingKept(callId: string): GatewayError {
  return new GatewayError(
    "not_found",
    `Nothing that was said is kept of ${callId.slice(0, 100)}: it was not stored, or its days are over.`,
    { param: "id" },
  );
}

/** Whoever restricted processing is not read about; what is kept of them stays until its days are over. */
async function requireUnrestricted({ jobs }: GlassDeps, kept: KeptContent): Promise<void> {
  const restricted = (await peopleRestricted(jobs.sql)).some(({ subject_id: id, subject_kind: kind }) =>
    kind === "user"
      ? id === kept.user_id
      : id === kept.end_user || pseudonym(id, jobs.pseudonymKey) === kept.end_user,
  );
  if (restricted)
    throw new GatewayError(
      "processing_restricted",
      "The processing of this person's data is restricted at their request: what they said is not read until that ends.",
      { param: "id" },
    );
}

/** Raised before the transaction commits: who cannot be told of does not look. */
async function tell(
  { jobs }: GlassDeps,
  callId: string,
  unlockId: string,
  act: "asked" | "opened",
): Promise<void> {
  await raiseAlert(jobs, {
    kind: "content_opened",
    severity: act === "opened" ? "warning" : "info",
    subject: { kind: "call", id: callId, name: callId },
    cause: `${unlockId} ${act}`,
    message:
      act === "opened"
        ? `What was said in call ${callId} was opened by break-glass for 15 minutes; the audit log says by whom and why`
        : `Somebody asks to read what was said in call ${callId}; a second person has to approve`,
    data: { unlock: unlockId },
  });
}

/** Their erasure makes the reason unreadable. */
function aboutOf({ end_user: endUser, user_id: userId }: KeptContent): { readonly about?: Owner } {
  if (endUser !== null) return { about: nameOwner(endUser) };
  return userId === "" ? {} : { about: { kind: "user", id: userId } };
}

function isActors({ actor }: Unlock, by: Operator): boolean {
  return actor.kind === by.actor.kind && actor.id === by.actor.id;
}

function later(nowMs: number, ms: number): string {
  return new Date(nowMs + ms).toISOString();
}
