/** Whose job is whose: who may see one, fetch its file, and stop it. The routes and the console's pages ask here. */
import type { JobRow } from "#db/queries/jobs.ts";
import type { Role } from "#lib/console/roles.ts";

export interface JobViewer {
  /** As `started_by` has it: a user's id, `master_key`, or the id of a key that belongs to no user. */
  readonly id: string;
  readonly role: Role;
}

type Kind = { readonly roles?: readonly Role[] } | undefined;

/** True for roles that see that a job ran and how it went, whoever asked for it. */
export function seesAllJobs(role: Role): boolean {
  return role === "admin" || role === "auditor";
}

export function maySeeJob(job: Pick<JobRow, "started_by">, kind: Kind, viewer: JobViewer): boolean {
  return seesAllJobs(viewer.role) || mayFetchFile(job, kind, viewer);
}

/** What is in the file is another matter than that it exists: auditors fetch what their role is named for. */
export function mayFetchFile(job: Pick<JobRow, "started_by">, kind: Kind, viewer: JobViewer): boolean {
  return mayCancelJob(job, viewer) || (kind?.roles?.includes(viewer.role) ?? false);
}

export function mayCancelJob(job: Pick<JobRow, "started_by">, viewer: JobViewer): boolean {
  return job.started_by === viewer.id || viewer.role === "admin";
}
