/** Keys and users by what they have spent in their running budget period. */
import { and, count, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Db } from "../client.ts";
import { virtualKeys } from "../schema/keys.ts";
import { users } from "../schema/people.ts";

/** Where the running period of a budget duration began. */
export interface PeriodStart {
  readonly duration: string;
  readonly startedAt: Date;
}

/** Every budget duration that keys or users have. */
export async function budgetDurations(db: Db): Promise<string[]> {
  const keys = await db
    .selectDistinct({ duration: virtualKeys.budgetDuration })
    .from(virtualKeys)
    .where(isNull(virtualKeys.deletedAt));
  const people = await db.selectDistinct({ duration: users.budgetDuration }).from(users);
  return [...new Set([...keys, ...people].map((row) => row.duration))].filter(
    (duration) => duration !== null,
  );
}

/** What an earlier period left behind counts as nothing. */
function currentSpend(table: typeof virtualKeys | typeof users, starts: readonly PeriodStart[]): SQL {
  const stale = starts.map(
    ({ duration, startedAt }) => sql`when ${table.budgetDuration} = ${duration}
      and coalesce(${table.spendPeriodStartedAt}, '-infinity') < ${startedAt.toISOString()}::timestamptz then 0`,
  );
  return stale.length === 0
    ? sql`${table.spendNanoUsd}`
    : sql`case ${sql.join(stale, sql` `)} else ${table.spendNanoUsd} end`;
}

/** Live keys, the costliest first, and how many there are. */
export async function keysBySpend(
  db: Db,
  starts: readonly PeriodStart[],
  filter: { readonly keyId?: string; readonly userId?: string },
  page: number,
  size: number,
): Promise<{ rows: (typeof virtualKeys.$inferSelect)[]; total: number }> {
  const where = and(
    isNull(virtualKeys.deletedAt),
    filter.keyId === undefined ? undefined : eq(virtualKeys.id, filter.keyId),
    filter.userId === undefined ? undefined : eq(virtualKeys.userId, filter.userId),
  );
  const order = [desc(currentSpend(virtualKeys, starts)), virtualKeys.id];
  const rows = await db
    .select()
    .from(virtualKeys)
    .where(where)
    .orderBy(...order)
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(virtualKeys).where(where);
  return { rows, total: counted?.total ?? 0 };
}

/** Users, the costliest first, and how many there are. @param userId only this one */
export async function usersBySpend(
  db: Db,
  starts: readonly PeriodStart[],
  userId: string | undefined,
  page: number,
  size: number,
): Promise<{ rows: (typeof users.$inferSelect)[]; total: number }> {
  const where = userId === undefined ? undefined : eq(users.id, userId);
  const order = [desc(currentSpend(users, starts)), users.id];
  const rows = await db
    .select()
    .from(users)
    .where(where)
    .orderBy(...order)
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(users).where(where);
  return { rows, total: counted?.total ?? 0 };
}
