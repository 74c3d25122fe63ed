/** Legal holds and restrictions of processing, by person. */
import { and, asc, desc, eq, isNotNull, isNull, lt, or } from "drizzle-orm";
import type { Db, Sql, Tx } from "../client.ts";
import { privacyHolds } from "../schema/privacy.ts";

export type HoldRow = typeof privacyHolds.$inferSelect;
type Person = { readonly kind: string; readonly id: string };

/** @returns false when one of its kind runs on the person already */
export async function insertHold(tx: Tx, row: typeof privacyHolds.$inferInsert): Promise<boolean> {
  const rows = await tx
    .insert(privacyHolds)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: privacyHolds.id });
  return rows.length > 0;
}

/** The one that runs, locked for a change; null when none does. */
export async function lockHold(tx: Tx, kind: string, person: Person): Promise<HoldRow | null> {
  const [row] = await tx
    .select()
    .from(privacyHolds)
    .where(
      and(
        eq(privacyHolds.kind, kind),
        eq(privacyHolds.subjectKind, person.kind),
        eq(privacyHolds.subjectId, person.id),
        isNull(privacyHolds.endedAt),
      ),
    )
    .for("update");
  return row ?? null;
}

export async function updateHold(
  tx: Tx,
  id: string,
  set: Partial<Pick<HoldRow, "endAskedAt" | "endAskedBy" | "endedAt" | "endedBy">>,
): Promise<void> {
  await tx.update(privacyHolds).set(set).where(eq(privacyHolds.id, id));
}

/** The one that runs, or null. */
export async function findHold(
  sql: Sql,
  kind: string,
  person: Person,
): Promise<{ id: string; created_at: Date } | null> {
  const [row] = await sql<{ id: string; created_at: Date }[]>`
    select id, created_at from privacy_holds
    where kind = ${kind} and subject_kind = ${person.kind} and subject_id = ${person.id} and ended_at is null`;
  return row ?? null;
}

/** Everybody whose data's processing is restricted now. */
export async function restrictedPeople(sql: Sql): Promise<Person[]> {
  const rows = await sql<{ kind: string; id: string }[]>`
    select subject_kind as kind, subject_id as id from privacy_holds where kind = 'restriction' and ended_at is null`;
  return [...rows];
}

/** One page of holds, those that run or those that were lifted, the newest first. */
export async function listHolds(
  db: Db,
  state: "running" | "lifted",
  page: { readonly number: number; readonly size: number },
) {
  const of = state === "running" ? isNull(privacyHolds.endedAt) : isNotNull(privacyHolds.endedAt);
  const rows = await db
    .select()
    .from(privacyHolds)
    .where(of)
    .orderBy(desc(privacyHolds.createdAt), desc(privacyHolds.id))
    .limit(page.size)
    .offset((page.number - 1) * page.size);
  return { rows, total: await db.$count(privacyHolds, of) };
}

/** Legal holds that run and are to be reviewed before a moment; those placed without one count as due. */
export function holdsToReview(db: Db, before: Date) {
  return db
    .select()
    .from(privacyHolds)
    .where(
      and(
        eq(privacyHolds.kind, "hold"),
        isNull(privacyHolds.endedAt),
        or(isNull(privacyHolds.reviewAt), lt(privacyHolds.reviewAt, before)),
      ),
    )
    .orderBy(asc(privacyHolds.reviewAt));
}
