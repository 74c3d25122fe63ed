/** A request as the API shows it. */
import type { jobsOf, PrivacyRequestRow } from "#db/queries/privacy-requests.ts";
import { byStore, sumOf } from "./stores.ts";

type JobRow = Awaited<ReturnType<typeof jobsOf>>[number];

export function requestView(row: PrivacyRequestRow, job: JobRow | null) {
  return {
    id: row.id,
    type: row.type,
    subject_kind: row.subjectKind,
    subject: row.subjectId,
    drill: row.drill,
    step: row.step,
    outcome: row.outcome,
    received_at: row.receivedAt.toISOString(),
    due_at: row.dueAt.toISOString(),
    extended_reason: row.extendedReason,
    finished_at: row.finishedAt?.toISOString() ?? null,
    identified_by: row.identifiedBy,
    note: row.note,
    located: row.located,
    stores: row.located && byStore(row.located),
    records: sumOf(row.located),
    decision: row.decision,
    created_by: row.createdBy,
    assignee: row.assignee,
    approved_by: row.approvedBy,
    approved_at: row.approvedAt?.toISOString() ?? null,
    job: job && jobView(job),
    certificate: row.certificate,
  };
}

function jobView(job: JobRow) {
  const { done = null, note = null, total = null } = job.progress;
  return { id: job.id, state: job.state, done, total, note, error: job.error, result: job.result };
}
