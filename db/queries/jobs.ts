/** Jobs in the database: any number of instances take from them, each job runs at one place at a time. */
import { and, inArray, like, sql as raw } from "drizzle-orm";
import type { Db, Sql, Tx } from "../client.ts";
import { jobs } from "../schema/jobs.ts";

export interface JobRow {
  id: string;
  kind: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  input: Record<string, unknown>;
  progress: { done?: number; total?: number | null; note?: string; cursor?: unknown };
  result: Record<string, unknown> | null;
  error: string | null;
  attempts: number;
  started_by: string;
  cancel_asked_at: Date | null;
  run_after: Date;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

const columns = (sql: Sql) => sql`
  id, kind, state, input, progress, result, error, attempts, started_by, cancel_asked_at, run_after, created_at,
  started_at, finished_at`;

export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly startedBy: string;
  readonly uniqueKey: string | null;
  readonly now: Date;
  readonly runAfter: Date;
}

/** @returns false when one with the same unique key is queued or running */
export async function insertJob(sql: Sql, job: NewJob): Promise<boolean> {
  const rows = await sql`
    insert into jobs (id, kind, state, unique_key, input, started_by, run_after, created_at, updated_at)
    values (${job.id}, ${job.kind}, 'queued', ${job.uniqueKey}, ${sql.json(job.input as never)}, ${job.startedBy},
      ${job.runAfter}, ${job.now}, ${job.now})
    on conflict (unique_key) where state in ('queued', 'running') do nothing returning id`;
  return rows.length > 0;
}

/** The same within a transaction: the job is there when that commits, or never was. */
export async function insertJobIn(tx: Tx, job: NewJob): Promise<boolean> {
  const { id, kind, input, now, runAfter, startedBy, uniqueKey } = job;
  const rows = await tx
    .insert(jobs)
    .values({
      id,
      kind,
      state: "queued",
      uniqueKey,
      input,
      startedBy,
      runAfter,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: jobs.id });
  return rows.length > 0;
}

/** When a job of this kind was last begun by the schedule; null: never. */
export async function lastScheduled(sql: Sql, kind: string): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    select max(created_at) as at from jobs where kind = ${kind} and started_by = 'schedule'`;
  return row?.at ?? null;
}

/** Takes the next job that is due, or one whose instance has not been heard of for too long; null: there is none. */
export async function claimJob(
  sql: Sql,
  holder: { readonly by: string; readonly now: Date; readonly until: Date },
  kinds: readonly string[],
): Promise<JobRow | null> {
  const [row] = await sql<JobRow[]>`
    update jobs set state = 'running', held_by = ${holder.by}, held_until = ${holder.until}, attempts = attempts + 1,
      started_at = coalesce(started_at, ${holder.now}), updated_at = ${holder.now}
    where id = (
      select id from jobs
      where kind = any(${[...kinds]}) and (state = 'queued' and run_after <= ${holder.now}
        or state = 'running' and held_until < ${holder.now})
      order by run_after, id limit 1 for update skip locked)
    returning ${columns(sql)}`;
  return row ?? null;
}

/** Says that the job goes on, and how far it is. @returns false when it is no longer this holder's, or was cancelled */
export async function holdJob(
  sql: Sql,
  id: string,
  holder: { readonly by: string; readonly now: Date; readonly until: Date },
  progress: JobRow["progress"] | null,
): Promise<"held" | "cancelled" | "lost"> {
  const [row] = await sql<{ cancelled: boolean }[]>`
    update jobs set held_until = ${holder.until}, updated_at = ${holder.now},
      progress = ${progress === null ? sql`progress` : sql`${sql.json(progress as never)}`}
    where id = ${id} and held_by = ${holder.by} and state = 'running'
    returning cancel_asked_at is not null as cancelled`;
  if (!row) return "lost";
  return row.cancelled ? "cancelled" : "held";
}

export interface JobEnd {
  readonly state: "done" | "failed" | "cancelled" | "queued";
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: string | null;
  readonly now: Date;
  /** For one that is queued again. */
  readonly runAfter: Date;
  /** Its attempts count from nothing again: what was begun went well. */
  readonly anew?: boolean;
}

export async function endJob(sql: Sql, id: string, by: string, end: JobEnd): Promise<void> {
  await sql`
    update jobs set state = ${end.state}, error = ${end.error}, held_by = null, held_until = null,
      result = ${end.result === null ? null : sql.json(end.result as never)}, run_after = ${end.runAfter},
      finished_at = ${end.state === "queued" ? null : end.now}, updated_at = ${end.now},
      attempts = ${end.anew ? 0 : sql`attempts`}
    where id = ${id} and held_by = ${by}`;
}

export async function findJob(sql: Sql, id: string): Promise<JobRow | null> {
  const [row] = await sql<JobRow[]>`select ${columns(sql)} from jobs where id = ${id}`;
  return row ?? null;
}

export interface JobFilter {
  readonly kind?: string;
  readonly state?: JobRow["state"];
  /** What somebody may see: their own, and every job of these kinds; absent: all. */
  readonly seenBy?: { readonly id: string; readonly kinds: readonly string[] };
}

/** One page of jobs, the newest first; one row more than `size` tells that there is another. @param offset rows to pass over */
export function listJobs(
  sql: Sql,
  { kind, seenBy, state }: JobFilter,
  offset: number,
  size: number,
): Promise<JobRow[]> {
  return sql<JobRow[]>`
    select ${columns(sql)} from jobs
    where ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
      and ${state === undefined ? sql`true` : sql`state = ${state}`}
      and ${seenBy === undefined ? sql`true` : sql`(started_by = ${seenBy.id} or kind = any(${[...seenBy.kinds]}))`}
    order by created_at desc, id desc limit ${size + 1} offset ${offset}`;
}

/** A queued one ends at once, a running one at its next step. @returns false when it had ended */
export async function cancelJob(db: Db | Tx, id: string, now: Date): Promise<boolean> {
  const at = now.toISOString();
  const rows = await db.execute(raw`
    update jobs set cancel_asked_at = ${at}, updated_at = ${at},
      finished_at = case when state = 'queued' then ${at}::timestamptz else finished_at end,
      state = case when state = 'queued' then 'cancelled' else state end
    where id = ${id} and state in ('queued', 'running') returning id`);
  return rows.length > 0;
}

/** Ended jobs from before, with their files' rows. */
export async function deleteEndedJobs(sql: Sql, before: Date): Promise<number> {
  const rows = await sql`
    with old as (delete from jobs where finished_at < ${before} returning id)
    delete from job_files where job_id in (select id from old) returning job_id`;
  return rows.length;
}

/** Stops every export that waits or runs; a running one ends at its next step. @returns their ids */
export async function cancelExports(tx: Tx, now: Date): Promise<string[]> {
  const rows = await tx
    .update(jobs)
    .set({
      cancelAskedAt: now,
      updatedAt: now,
      finishedAt: raw`case when ${jobs.state} = 'queued' then ${now.toISOString()}::timestamptz else ${jobs.finishedAt} end`,
      state: raw`case when ${jobs.state} = 'queued' then 'cancelled' else ${jobs.state} end`,
    })
    .where(and(like(jobs.kind, "%export%"), inArray(jobs.state, ["queued", "running"])))
    .returning({ id: jobs.id });
  return rows.map(({ id }) => id);
}
