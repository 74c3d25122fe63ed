/** Reads of tags. */
import { asc, count, eq, inArray } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { tags } from "../schema/people.ts";

type Row = typeof tags.$inferSelect;

export async function findTags(db: Db | Tx, names: readonly string[]): Promise<Row[]> {
  if (names.length === 0) return [];
  return db
    .select()
    .from(tags)
    .where(inArray(tags.name, [...names]))
    .orderBy(asc(tags.name));
}

/** The tag, locked for a change. */
export async function lockTag(tx: Tx, name: string): Promise<Row | null> {
  const [row] = await tx.select().from(tags).where(eq(tags.name, name)).for("update");
  return row ?? null;
}

/** One page of tags that have a row, by name, and how many there are in all. @param page from 1 */
export async function listTags(
  db: Db | Tx,
  page: number,
  size: number,
): Promise<{ rows: Row[]; total: number }> {
  const rows = await db
    .select()
    .from(tags)
    .orderBy(asc(tags.name))
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(tags);
  return { rows, total: counted?.total ?? 0 };
}
