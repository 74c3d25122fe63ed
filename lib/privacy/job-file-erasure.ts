/** Files of jobs that hold something of a person, and what jobs remember of them. */
import type { Sql } from "#db/client.ts";
import { deleteJobFiles, forgetInJobs, jobFileParts, jobsWithFiles } from "#db/queries/job-erasure.ts";
import type { Names } from "./names.ts";
import type { Identity } from "./subject.ts";

/** Names are shorter: one that lies across two parts is seen. */
const OVERLAP = 1_024;

/**
 * Exports about the person go, and their own, and any file in plain text that names them; the jobs' own words about the
 * person are replaced. Archives of others are closed to this search, and hold others' data alone.
 */
export async function eraseFiles(
  sql: Sql,
  { ids }: Identity,
  { expression, pattern }: Names,
  pseudonym: string,
): Promise<void> {
  const gone: string[] = [];
  for (const job of await jobsWithFiles(sql)) {
    const about = ids.includes(job.started_by) || ids.some((id) => job.words.includes(JSON.stringify(id)));
    if (about || job.words.search(expression) >= 0 || (await names(sql, job.id, expression)))
      gone.push(job.id);
  }
  await deleteJobFiles(sql, gone);
  await forgetInJobs(sql, ids, pattern, pseudonym);
}

async function names(sql: Sql, jobId: string, expression: RegExp): Promise<boolean> {
  let before = "";
  for await (const [row] of jobFileParts(sql, jobId)) {
    const text = before + Buffer.from(row?.bytes ?? []).toString("utf8");
    if (text.search(expression) >= 0) return true;
    before = text.slice(-OVERLAP);
  }
  return false;
}
