/** What jobs keep of people: their files, and the words of their orders and results. */
import type { Sql } from "../client.ts";

/** Jobs that have a file, with all that they say of themselves. */
export function jobsWithFiles(sql: Sql): Promise<{ id: string; started_by: string; words: string }[]> {
  return sql<{ id: string; started_by: string; words: string }[]>`
    select j.id, j.started_by, concat_ws(' ', j.input::text, j.result::text, f.name) as words
    from job_files f join jobs j on j.id = f.job_id order by j.id`;
}

/** A file's parts, one after the other. */
export function jobFileParts(sql: Sql, jobId: string): AsyncIterable<{ bytes: Uint8Array }[]> {
  return sql<{ bytes: Uint8Array }[]>`
    select bytes from job_file_parts where job_id = ${jobId} order by part`.cursor(1);
}

export async function deleteJobFiles(sql: Sql, jobIds: readonly string[]): Promise<void> {
  if (jobIds.length > 0) await sql`delete from job_files where job_id in ${sql(jobIds)}`;
}

/**
 * Jobs that ended: their orders, results and keys with the pseudonym in the person's place. One that runs keeps its own.
 * @param pattern null: only where the id is all there is
 */
export async function forgetInJobs(
  sql: Sql,
  ids: readonly string[],
  pattern: string | null,
  pseudonym: string,
): Promise<void> {
  const ended = sql`state in ('done', 'failed', 'cancelled')`;
  for (const id of ids)
    await sql`
      update jobs set
        input = replace(input::text, ${JSON.stringify(id)}, ${JSON.stringify(pseudonym)})::jsonb,
        progress = replace(progress::text, ${JSON.stringify(id)}, ${JSON.stringify(pseudonym)})::jsonb,
        result = replace(result::text, ${JSON.stringify(id)}, ${JSON.stringify(pseudonym)})::jsonb
      where ${ended} and concat_ws(' ', input::text, progress::text, result::text) like ${`%${likeText(JSON.stringify(id))}%`}`;
  await sql`update jobs set started_by = ${pseudonym} where started_by in ${sql(ids)}`;
  if (pattern === null) return;
  await sql`
    update jobs set input = regexp_replace(input::text, ${pattern}, ${pseudonym}, 'g')::jsonb,
      progress = regexp_replace(progress::text, ${pattern}, ${pseudonym}, 'g')::jsonb,
      result = regexp_replace(result::text, ${pattern}, ${pseudonym}, 'g')::jsonb,
      error = regexp_replace(error, ${pattern}, ${pseudonym}, 'g'),
      unique_key = regexp_replace(unique_key, ${pattern}, ${pseudonym}, 'g')
    where ${ended} and concat_ws(' ', input::text, progress::text, result::text, error, unique_key) ~ ${pattern}`;
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
