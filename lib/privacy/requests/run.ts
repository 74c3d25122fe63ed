/** What a granted request does: an export or an erasure begins as a job, a restriction or a correction is done at once. */
import { eq } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { insertHold } from "#db/queries/holds.ts";
import { jobsOf, type PrivacyRequestRow, queueJob } from "#db/queries/privacy-requests.ts";
import { endUsers, users } from "#db/schema/people.ts";
import { GatewayError } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { ERASE_JOB, type ErasureOrder } from "../erasure.ts";
import { EXPORT_KIND } from "../export/job.ts";
import { subjectHash } from "../subject.ts";
import { type Operator, operatorName, type RequestDeps } from "./deps.ts";
import { subjectOf } from "./operations.ts";
import { type Statement, signStatement } from "./statement.ts";
import { type StepResult, takeStep } from "./step.ts";

const ALIVE = ["queued", "running"];

/** @throws GatewayError conflict while its job runs */
export async function runRequest(deps: RequestDeps, by: Operator, id: string): Promise<void> {
  await takeStep(deps, by.actor, id, "run", ["run"], async (tx, row) => {
    const [job] = await jobsOf(deps.operations.db, row.jobId === null ? [] : [row.jobId]);
    if (job && ALIVE.includes(job.state))
      throw new GatewayError("conflict", "It runs already.", { param: "id" });
    if (row.decision?.["grant"] !== true)
      return {
        patch: { step: "closed", outcome: "refused", finishedAt: now(deps) },
        told: { outcome: "refused" },
      };
    switch (row.type) {
      case "restriction":
        return restrict(deps, by, tx, row);
      case "rectification":
        return rectify(deps, by, tx, row);
      default:
        return begin(deps, by, tx, row);
    }
  });
  deps.wakeJobs();
}

/** Queues the job in the transaction of the step: there is no run without a job, and no job without a run. */
async function begin(deps: RequestDeps, by: Operator, tx: Tx, row: PrivacyRequestRow): Promise<StepResult> {
  const subject = subjectOf(row);
  const at = now(deps);
  const jobId = newId("job", at.getTime());
  const order: ErasureOrder = {
    subject,
    operator: operatorName(by),
    approver: row.approvedBy,
    requestId: row.id,
  };
  const erases = row.type === "erasure";
  const queued = await queueJob(tx, {
    id: jobId,
    kind: erases ? ERASE_JOB : EXPORT_KIND,
    input: erases ? { ...order } : { subjectKind: subject.kind, subjectId: subject.id, requestId: row.id },
    startedBy: operatorName(by),
    uniqueKey: `${erases ? ERASE_JOB : EXPORT_KIND} ${subjectHash(deps.jobs.pseudonymKey, subject.kind, subject.id)}`,
    now: at,
  });
  if (!queued)
    throw new GatewayError("conflict", "A job of this kind runs for this person already: wait for its end.", {
      param: "id",
    });
  return { patch: { jobId }, told: { jobId } };
}

/** No new calls: the hold stays until it is ended. */
async function restrict(
  deps: RequestDeps,
  by: Operator,
  tx: Tx,
  row: PrivacyRequestRow,
): Promise<StepResult> {
  const at = now(deps);
  const subject = subjectOf(row);
  const placed = await insertHold(tx, {
    id: newId("hold", at.getTime()),
    kind: "restriction",
    subjectKind: subject.kind,
    subjectId: subject.id,
    reason: `privacy request ${row.id}`,
    createdBy: operatorName(by),
    createdAt: at,
    reviewAt: null,
    endedBy: null,
    endedAt: null,
  });
  return {
    patch: await ended(deps, row, by, { restricted: placed ? "from now on" : "was restricted already" }),
    changes: [{ kind: subject.kind, id: subject.id }],
    told: { outcome: "fulfilled" },
  };
}

interface Correction {
  readonly email?: string | null;
  readonly alias?: string | null;
  readonly metadata?: Record<string, unknown> | null;
}

async function rectify(deps: RequestDeps, by: Operator, tx: Tx, row: PrivacyRequestRow): Promise<StepResult> {
  const correction = (row.decision?.["rectify"] ?? {}) as Correction;
  const subject = subjectOf(row);
  const at = now(deps);
  const { alias, email, metadata } = correction;
  const common = {
    ...(alias === undefined ? {} : { alias }),
    ...(metadata ? { metadata } : {}),
    updatedAt: at,
  };
  const changed =
    subject.kind === "user"
      ? await tx
          .update(users)
          .set({ ...common, ...(email === undefined ? {} : { email }) })
          .where(eq(users.id, subject.id))
          .returning({ id: users.id })
      : await tx
          .update(endUsers)
          .set(common)
          .where(eq(endUsers.id, subject.id))
          .returning({ id: endUsers.id });
  if (changed.length === 0)
    throw new GatewayError(
      "not_found",
      `There is no account of "${subject.id}" to correct: only calls name it.`,
    );
  const fields = Object.keys(correction);
  // The new values stand in the account now; here they would be one place more to erase.
  const decision = { grant: true, ground: row.decision?.["ground"] ?? null, fields };
  return {
    patch: { ...(await ended(deps, row, by, { corrected: fields })), decision },
    changes: [{ kind: subject.kind, id: subject.id }],
    told: { outcome: "fulfilled", fields },
  };
}

async function ended(deps: RequestDeps, row: PrivacyRequestRow, by: Operator, done: Record<string, unknown>) {
  const certificate = await statementOf(deps, row, operatorName(by), done);
  return { step: "done", outcome: "fulfilled", finishedAt: now(deps), certificate: { ...certificate } };
}

/** Signed: what was done for this request. People stand in it as in the audit log: an erasure cuts what leads to them. */
export async function statementOf(
  deps: RequestDeps,
  row: PrivacyRequestRow,
  operator: string,
  done: Readonly<Record<string, unknown>>,
): Promise<Statement> {
  const { auditSealer, auditSigner } = deps.jobs;
  const nowMs = deps.operations.nowMs();
  const worker = async (id: string) =>
    id === "" || id === "master_key" ? id : auditSealer.pseudonymOf({ kind: "user", id }, nowMs);
  const located = Object.entries(row.located ?? {}).map(([place, count]) => [place, Number(count)] as const);
  const subject = subjectOf(row);
  return signStatement(auditSigner.key, {
    requestId: row.id,
    type: row.type,
    drill: row.drill,
    subject: { kind: subject.kind, pseudonym: await auditSealer.pseudonymOf(subject, nowMs) },
    receivedAt: row.receivedAt.toISOString(),
    finishedAt: now(deps).toISOString(),
    operator: await worker(operator),
    approver: await worker(row.approvedBy ?? ""),
    located: Object.fromEntries(located),
    done,
  });
}

function now(deps: RequestDeps): Date {
  return new Date(deps.operations.nowMs());
}
