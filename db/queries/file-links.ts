/** Links to files of jobs: one a file, by the hash of its secret, and whether it was used. */
import { sql as raw } from "drizzle-orm";
import type { Tx } from "../client.ts";
import type { JobFileRow } from "./job-files.ts";

/** Gives the file a link in place of any before. @returns false without a file that is whole */
export async function setFileLink(
  tx: Tx,
  jobId: string,
  linkHash: string,
  expiresAt: Date,
  now: Date,
): Promise<boolean> {
  const rows = await tx.execute(raw`
    update job_files set link_hash = ${linkHash}, link_expires_at = ${expiresAt.toISOString()}, link_used_at = null
    where job_id = ${jobId} and sha256 is not null and expires_at > ${now.toISOString()} returning 1`);
  return rows.length > 0;
}

/** Uses the link up: of any number of transactions at one time, one gets the row. Null when it is used, late or another. */
export async function takeFileLink(
  tx: Tx,
  jobId: string,
  linkHash: string,
  now: Date,
): Promise<JobFileRow | null> {
  const at = now.toISOString();
  const rows = await tx.execute<{ [name in keyof JobFileRow]: unknown }>(raw`
    update job_files set link_used_at = ${at}
    where job_id = ${jobId} and link_hash = ${linkHash} and link_used_at is null and link_expires_at > ${at}
      and sha256 is not null and expires_at > ${at}
    returning job_id, name, content_type, size_bytes, sha256, expires_at`);
  const [row] = rows;
  return row
    ? {
        job_id: String(row.job_id),
        name: String(row.name),
        content_type: String(row.content_type),
        size_bytes: BigInt(String(row.size_bytes)),
        sha256: String(row.sha256),
        expires_at: new Date(String(row.expires_at)),
      }
    : null;
}

/** What became of a link that opens nothing any more; null when there never was this one, or another took its place. */
export async function linkOf(tx: Tx, jobId: string, linkHash: string): Promise<{ used: boolean } | null> {
  const rows = await tx.execute<{ used: boolean }>(raw`
    select link_used_at is not null as used from job_files where job_id = ${jobId} and link_hash = ${linkHash}`);
  const [row] = rows;
  return row ? { used: row.used } : null;
}

/** The open incident that stopped exports, for a job that is one; drills stop nothing. Null: its file may be fetched. */
export async function incidentWithholding(tx: Tx, jobId: string): Promise<string | null> {
  const rows = await tx.execute<{ id: string }>(raw`
    select i.id from incidents i join incident_steps s on s.incident_id = i.id
    where i.state = 'open' and s.action = 'stop_exports' and s.outcome = 'done'
      and exists (select 1 from jobs where id = ${jobId} and kind like '%export%')
    limit 1`);
  return rows[0]?.id ?? null;
}

/** The privacy request that a job's file answers. */
export async function requestOfJob(tx: Tx, jobId: string): Promise<string | null> {
  const rows = await tx.execute<{ id: string }>(
    raw`select id from privacy_requests where job_id = ${jobId} limit 1`,
  );
  return rows[0]?.id ?? null;
}
