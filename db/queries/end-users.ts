/** Reads of end users. */
import { asc, count, desc, eq, inArray } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { endUsers } from "../schema/people.ts";

type Row = typeof endUsers.$inferSelect;

export async function findEndUser(db: Db | Tx, id: string): Promise<Row | null> {
  const [row] = await db.select().from(endUsers).where(eq(endUsers.id, id));
  return row ?? null;
}

/** Locked in the order of their ids, so that two changes cannot wait for each other. */
export async function lockEndUsers(tx: Tx, ids: readonly string[]): Promise<Row[]> {
  return tx
    .select()
    .from(endUsers)
    .where(inArray(endUsers.id, [...ids]))
    .orderBy(asc(endUsers.id))
    .for("update");
}

/** One page of end users that have a row, newest first, and how many there are in all. @param page from 1 */
export async function listEndUsers(
  db: Db | Tx,
  page: number,
  size: number,
): Promise<{ rows: Row[]; total: number }> {
  const rows = await db
    .select()
    .from(endUsers)
    .orderBy(desc(endUsers.createdAt), desc(endUsers.id))
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(endUsers);
  return { rows, total: counted?.total ?? 0 };
}
