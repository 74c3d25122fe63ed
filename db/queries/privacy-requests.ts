/** Requests of people about their data. Their rows outlive the person: an erasure puts a pseudonym in the id's place. */
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, sql as raw, type SQL } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { jobs } from "../schema/jobs.ts";
import { privacyHolds, privacyRequests } from "../schema/privacy.ts";

export type PrivacyRequestRow = typeof privacyRequests.$inferSelect;
export type NewPrivacyRequest = typeof privacyRequests.$inferInsert;

export async function insertRequest(tx: Tx, row: NewPrivacyRequest): Promise<void> {
  await tx.insert(privacyRequests).values(row);
}

export async function findRequest(db: Db, id: string): Promise<PrivacyRequestRow | null> {
  const [row] = await db.select().from(privacyRequests).where(eq(privacyRequests.id, id));
  return row ?? null;
}

/** The row, until the transaction ends for nobody else. */
export async function lockRequest(tx: Tx, id: string): Promise<PrivacyRequestRow | null> {
  const [row] = await tx.select().from(privacyRequests).where(eq(privacyRequests.id, id)).for("update");
  return row ?? null;
}

export async function changeRequest(tx: Tx, id: string, patch: Partial<NewPrivacyRequest>): Promise<void> {
  await tx.update(privacyRequests).set(patch).where(eq(privacyRequests.id, id));
}

export const REQUEST_STATES = ["open", "finished"] as const;

export interface RequestFilter {
  readonly state?: (typeof REQUEST_STATES)[number];
  readonly type?: string;
  readonly drill?: boolean;
}

function matching({ drill, state, type }: RequestFilter): SQL | undefined {
  return and(
    state === "open" ? isNull(privacyRequests.finishedAt) : undefined,
    state === "finished" ? isNotNull(privacyRequests.finishedAt) : undefined,
    type === undefined ? undefined : eq(privacyRequests.type, type),
    drill === undefined ? undefined : eq(privacyRequests.drill, drill),
  );
}

/** Open ones first, by the day they are due; then the finished, the newest first. */
export async function listRequests(
  db: Db,
  filter: RequestFilter,
  page: { readonly number: number; readonly size: number },
): Promise<{ rows: PrivacyRequestRow[]; total: number }> {
  const where = matching(filter);
  const rows = await db
    .select()
    .from(privacyRequests)
    .where(where)
    .orderBy(
      raw`${privacyRequests.finishedAt} is not null`,
      raw`case when ${privacyRequests.finishedAt} is null then ${privacyRequests.dueAt} end`,
      desc(privacyRequests.finishedAt),
      asc(privacyRequests.id),
    )
    .limit(page.size)
    .offset((page.number - 1) * page.size);
  return { rows, total: await db.$count(privacyRequests, where) };
}

/** Those that wait for a job that has ended. */
export async function requestsToSettle(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: privacyRequests.id })
    .from(privacyRequests)
    .innerJoin(jobs, eq(jobs.id, privacyRequests.jobId))
    .where(and(eq(privacyRequests.step, "run"), eq(jobs.state, "done")));
  return rows.map(({ id }) => id);
}

export async function openRequestsDueBefore(db: Db, before: Date): Promise<PrivacyRequestRow[]> {
  return db
    .select()
    .from(privacyRequests)
    .where(
      and(
        isNull(privacyRequests.finishedAt),
        eq(privacyRequests.drill, false),
        lt(privacyRequests.dueAt, before),
      ),
    )
    .orderBy(asc(privacyRequests.dueAt));
}

/** A user by id or by whole e-mail address. */
export async function userNamed(db: Db, name: string): Promise<string | null> {
  const rows = await db.execute<{ id: string }>(
    raw`select id from users where id = ${name} or email = ${name} order by (id = ${name}) desc limit 1`,
  );
  return rows[0]?.id ?? null;
}

/** Queues a job with the change that wants it. @returns false when its like is queued or running already */
export async function queueJob(
  tx: Tx,
  job: {
    id: string;
    kind: string;
    input: Record<string, unknown>;
    startedBy: string;
    uniqueKey: string;
    now: Date;
  },
): Promise<boolean> {
  const { now, ...row } = job;
  const made = await tx
    .insert(jobs)
    .values({ ...row, state: "queued", runAfter: now, createdAt: now, updatedAt: now })
    .onConflictDoNothing()
    .returning({ id: jobs.id });
  return made.length > 0;
}

export async function jobsOf(db: Db, ids: readonly string[]) {
  return ids.length === 0
    ? []
    : db
        .select()
        .from(jobs)
        .where(inArray(jobs.id, [...ids]));
}

export async function insertHold(tx: Tx, row: typeof privacyHolds.$inferInsert): Promise<boolean> {
  const made = await tx
    .insert(privacyHolds)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: privacyHolds.id });
  return made.length > 0;
}
