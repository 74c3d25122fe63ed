/** Jobs with their files, as somebody may see them: one reading for the API, the console and the command line. */
import type { Sql } from "#db/client.ts";
import { findFiles } from "#db/queries/job-files.ts";
import { findJob, type JobFilter, type JobRow, listJobs } from "#db/queries/jobs.ts";
import type { Role } from "#lib/console/roles.ts";
import { type JobViewer, maySeeJob, seesAllJobs } from "./access.ts";
import type { JobKind } from "./job.ts";
import { type JobView, jobView } from "./view.ts";

/** What the engine says of kinds. */
interface Kinds {
  kind(name: string): Pick<JobKind<never>, "title" | "cancellable" | "roles"> | undefined;
  kindsOf(role: Role): string[];
}

export interface JobReader {
  readonly sql: Sql;
  readonly jobs: Kinds;
  readonly nowMs: number;
}

/** One page, the newest first. @param page from 1 */
export async function readJobs(
  reader: JobReader,
  viewer: JobViewer,
  filter: Omit<JobFilter, "seenBy">,
  page: number,
  size: number,
): Promise<{ jobs: JobView[]; more: boolean }> {
  const seenBy = { id: viewer.id, kinds: reader.jobs.kindsOf(viewer.role) };
  const asked = seesAllJobs(viewer.role) ? filter : { ...filter, seenBy };
  const rows = await listJobs(reader.sql, asked, (page - 1) * size, size);
  return { jobs: await viewsOf(reader, rows.slice(0, size)), more: rows.length > size };
}

/** One job; null when there is none, and when it is not the viewer's to see. */
export async function readJob(reader: JobReader, viewer: JobViewer, id: string): Promise<JobView | null> {
  const job = await findJob(reader.sql, id);
  if (!job || !maySeeJob(job, reader.jobs.kind(job.kind), viewer)) return null;
  return (await viewsOf(reader, [job]))[0] ?? null;
}

async function viewsOf({ jobs, nowMs, sql }: JobReader, rows: readonly JobRow[]): Promise<JobView[]> {
  const ids = rows.map(({ id }) => id);
  const files = await findFiles(sql, ids, new Date(nowMs));
  return rows.map((row) => jobView(row, jobs.kind(row.kind), files.get(row.id), nowMs));
}
