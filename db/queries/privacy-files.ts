/** Exports of persons as files behind a link. */
import { sql as raw } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";
import type { JobFileRow } from "./job-files.ts";

/** Gives the file a link in place of any before. @returns when file and link end; null without a file that is whole */
export async function setFileLink(tx: Tx, jobId: string, linkHash: string, now: Date): Promise<Date | null> {
  const rows = await tx.execute<{ expires_at: string }>(raw`
    update job_files set link_hash = ${linkHash}
    where job_id = ${jobId} and sha256 is not null and expires_at > ${now.toISOString()} returning expires_at`);
  const [row] = rows;
  return row ? new Date(row.expires_at) : null;
}

/** The whole file that this link opens now. */
export async function fileOfLink(
  sql: Sql,
  jobId: string,
  linkHash: string,
  now: Date,
): Promise<(JobFileRow & { request_id: string | null }) | null> {
  const [row] = await sql<(JobFileRow & { request_id: string | null })[]>`
    select f.job_id, f.name, f.content_type, f.size_bytes, f.sha256, f.expires_at, f.link_hash,
      (select id from privacy_requests r where r.job_id = f.job_id limit 1) as request_id
    from job_files f
    where f.job_id = ${jobId} and f.link_hash = ${linkHash} and f.sha256 is not null and f.expires_at > ${now}`;
  return row ?? null;
}
