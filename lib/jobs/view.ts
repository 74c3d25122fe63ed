/** A job as the API, the console and the command line show it. What it was asked with stays inside: it may name people. */
import type { JobFileRow } from "#db/queries/job-files.ts";
import type { JobRow } from "#db/queries/jobs.ts";

export interface JobView extends Record<string, unknown> {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly state: JobRow["state"];
  readonly done: number | null;
  readonly total: number | null;
  readonly note: string | null;
  /** Pieces a second since it began; null before there is anything to tell. */
  readonly rate: number | null;
  readonly eta_seconds: number | null;
  readonly started_by: string;
  readonly cancellable: boolean;
  readonly cancelling: boolean;
  readonly attempts: number;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly file: JobFileView | null;
}

export interface JobFileView {
  readonly name: string;
  readonly content_type: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly expires_at: string;
}

interface Kind {
  readonly title: (input: Readonly<Record<string, unknown>>) => string;
  readonly cancellable: boolean;
}

/** @param kind undefined for one that this version does not know */
export function jobView(
  job: JobRow,
  kind: Kind | undefined,
  file: JobFileRow | undefined,
  nowMs: number,
): JobView {
  const { done = null, total = null, note = null } = job.progress;
  const alive = job.state === "queued" || job.state === "running";
  return {
    id: job.id,
    kind: job.kind,
    title: kind?.title(job.input) ?? job.kind,
    state: job.state,
    done,
    total,
    note,
    ...paceOf(job, nowMs),
    started_by: job.started_by,
    cancellable: alive && (kind?.cancellable ?? false),
    cancelling: alive && job.cancel_asked_at !== null,
    attempts: job.attempts,
    result: job.result,
    error: job.error,
    created_at: job.created_at.toISOString(),
    started_at: job.started_at?.toISOString() ?? null,
    finished_at: job.finished_at?.toISOString() ?? null,
    file: file === undefined ? null : fileView(file),
  };
}

function fileView(file: JobFileRow): JobFileView {
  return {
    name: file.name,
    content_type: file.content_type,
    size_bytes: Number(file.size_bytes),
    sha256: file.sha256 ?? "",
    expires_at: file.expires_at.toISOString(),
  };
}

/** How fast it goes, and when it will be done at that rate. Unknown before a second has passed. */
export function paceOf(
  job: Pick<JobRow, "state" | "progress" | "started_at" | "finished_at">,
  nowMs: number,
): { rate: number | null; eta_seconds: number | null } {
  const { done = 0, total = null } = job.progress;
  const passedMs =
    job.started_at === null ? 0 : (job.finished_at?.getTime() ?? nowMs) - job.started_at.getTime();
  if (done === 0 || passedMs < 1000) return { rate: null, eta_seconds: null };
  const rate = done / (passedMs / 1000);
  const left = job.state === "running" && total !== null ? Math.max(0, total - done) : null;
  return { rate, eta_seconds: left === null ? null : Math.ceil(left / rate) };
}
