/** Filters that people keep under a name: each sees their own and nobody else's. */
import { and, asc, count, eq } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { savedViews } from "../schema/operate.ts";

export type SavedView = typeof savedViews.$inferSelect;

export function viewsOf(db: Db | Tx, userId: string, page: string): Promise<SavedView[]> {
  return db
    .select()
    .from(savedViews)
    .where(and(eq(savedViews.userId, userId), eq(savedViews.page, page)))
    .orderBy(asc(savedViews.name));
}

export async function countViews(tx: Tx, userId: string, page: string): Promise<number> {
  const [row] = await tx
    .select({ views: count() })
    .from(savedViews)
    .where(and(eq(savedViews.userId, userId), eq(savedViews.page, page)));
  return row?.views ?? 0;
}

/** Keeps a view; one of the same name is replaced, and stays the same view. */
export async function upsertView(tx: Tx, view: SavedView): Promise<SavedView> {
  const [row] = await tx
    .insert(savedViews)
    .values(view)
    .onConflictDoUpdate({
      target: [savedViews.userId, savedViews.page, savedViews.name],
      set: { query: view.query },
    })
    .returning();
  return row ?? view;
}

/** @returns null when this person has no such view */
export async function deleteView(tx: Tx, userId: string, id: string): Promise<SavedView | null> {
  const [row] = await tx
    .delete(savedViews)
    .where(and(eq(savedViews.id, id), eq(savedViews.userId, userId)))
    .returning();
  return row ?? null;
}
