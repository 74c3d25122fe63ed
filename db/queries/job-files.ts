/** A job's file, in parts: written while it grows, sent without ever being whole in memory. */
import { sql as raw } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";

export interface JobFileRow {
  job_id: string;
  name: string;
  content_type: string;
  size_bytes: bigint;
  sha256: string | null;
  expires_at: Date;
}

/** Begins the file anew: what an earlier attempt had written is gone. */
export async function beginFile(
  sql: Sql,
  file: {
    readonly jobId: string;
    readonly name: string;
    readonly contentType: string;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await sql`delete from job_files where job_id = ${file.jobId}`;
  await sql`
    insert into job_files (job_id, name, content_type, expires_at)
    values (${file.jobId}, ${file.name}, ${file.contentType}, ${file.expiresAt})`;
}

export async function writePart(sql: Sql, jobId: string, part: number, bytes: Uint8Array): Promise<void> {
  await sql`insert into job_file_parts (job_id, part, bytes) values (${jobId}, ${part}, ${bytes})`;
}

export async function finishFile(
  sql: Sql,
  jobId: string,
  end: { readonly sizeBytes: number; readonly sha256: string },
): Promise<void> {
  await sql`
    update job_files set size_bytes = ${end.sizeBytes}, sha256 = ${end.sha256} where job_id = ${jobId}`;
}

/** The same within a transaction. */
export async function finishFileIn(
  tx: Tx,
  jobId: string,
  { sha256, sizeBytes }: { readonly sizeBytes: number; readonly sha256: string },
): Promise<void> {
  await tx.execute(
    raw`update job_files set size_bytes = ${sizeBytes}, sha256 = ${sha256} where job_id = ${jobId}`,
  );
}

/** Null when there is none, it is not whole yet, or its time is over. */
export async function findFile(sql: Sql, jobId: string, now: Date): Promise<JobFileRow | null> {
  const [row] = await sql<JobFileRow[]>`
    select job_id, name, content_type, size_bytes, sha256, expires_at from job_files
    where job_id = ${jobId} and sha256 is not null and expires_at > ${now}`;
  return row ?? null;
}

/** Files of some jobs that are whole and not over, by job. */
export async function findFiles(
  sql: Sql,
  jobIds: readonly string[],
  now: Date,
): Promise<Map<string, JobFileRow>> {
  if (jobIds.length === 0) return new Map();
  const rows = await sql<JobFileRow[]>`
    select job_id, name, content_type, size_bytes, sha256, expires_at from job_files
    where job_id = any(${[...jobIds]}) and sha256 is not null and expires_at > ${now}`;
  return new Map(rows.map((row) => [row.job_id, row]));
}

/** The parts in order, one in memory at a time. */
export async function* readParts(sql: Sql, jobId: string): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part++) {
    const [row] = await sql<{ bytes: Uint8Array }[]>`
      select bytes from job_file_parts where job_id = ${jobId} and part = ${part}`;
    if (!row) return;
    yield row.bytes;
  }
}

/** @returns how many files' time was over */
export async function deleteExpiredFiles(sql: Sql, now: Date): Promise<number> {
  const rows = await sql`delete from job_files where expires_at <= ${now} returning job_id`;
  return rows.length;
}
