/** Reads of shared tiers, and who points to one. */
import { and, asc, count, eq, inArray, isNull } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { budgets, virtualKeys } from "../schema/keys.ts";
import { endUsers, memberships, tags } from "../schema/people.ts";

type Row = typeof budgets.$inferSelect;

/** Tiers by id, in the order of their ids; ids that lead to none are left out. */
export async function findBudgets(db: Db | Tx, ids: readonly string[]): Promise<Row[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(budgets)
    .where(inArray(budgets.id, [...ids]))
    .orderBy(asc(budgets.id));
}

export async function listBudgets(db: Db | Tx): Promise<Row[]> {
  return db.select().from(budgets).orderBy(asc(budgets.createdAt), asc(budgets.id));
}

/** The tier, locked for a change. */
export async function lockBudget(tx: Tx, id: string): Promise<Row | null> {
  const [row] = await tx.select().from(budgets).where(eq(budgets.id, id)).for("update");
  return row ?? null;
}

/** The tier, held so that nobody deletes it before this transaction points to it. */
export async function holdBudget(tx: Tx, id: string): Promise<Row | null> {
  const [row] = await tx.select().from(budgets).where(eq(budgets.id, id)).for("key share");
  return row ?? null;
}

export interface BudgetUse {
  /** Live ones. */
  readonly keys: number;
  readonly members: number;
  readonly endUsers: number;
  readonly tags: number;
}

/** How many of each kind point to the tier. */
export async function budgetUse(tx: Tx, id: string): Promise<BudgetUse> {
  const [keys] = await tx
    .select({ n: count() })
    .from(virtualKeys)
    .where(and(isNull(virtualKeys.deletedAt), eq(virtualKeys.budgetId, id)));
  const [members] = await tx.select({ n: count() }).from(memberships).where(eq(memberships.budgetId, id));
  const [people] = await tx.select({ n: count() }).from(endUsers).where(eq(endUsers.budgetId, id));
  const [named] = await tx.select({ n: count() }).from(tags).where(eq(tags.budgetId, id));
  return {
    keys: keys?.n ?? 0,
    members: members?.n ?? 0,
    endUsers: people?.n ?? 0,
    tags: named?.n ?? 0,
  };
}
