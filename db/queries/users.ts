/** Reads of users, and the teams and keys that are theirs. */
import { and, asc, count, desc, eq, ilike, inArray, isNull, or, type SQL } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { virtualKeys } from "../schema/keys.ts";
import { memberships, users } from "../schema/people.ts";

type Row = typeof users.$inferSelect;
type KeyRow = typeof virtualKeys.$inferSelect;

export interface UserFilter {
  readonly role?: string;
  readonly ids?: readonly string[];
  readonly teamId?: string;
  /** Parts of the address or the alias, in any case. */
  readonly email?: string;
  readonly alias?: string;
  /** person, service or drill. */
  readonly kind?: string;
  /** Part of address, alias or id. */
  readonly search?: string;
}

const SORTABLE = {
  created_at: users.createdAt,
  user_id: users.id,
  user_email: users.email,
  user_alias: users.alias,
  user_role: users.role,
} as const;
export type UserSort = keyof typeof SORTABLE;
export const USER_SORTS: readonly UserSort[] = [
  "created_at",
  "user_id",
  "user_email",
  "user_alias",
  "user_role",
];

/** A LIKE pattern for text that holds `part`, whose own wildcards stand for themselves. */
export function containing(part: string): string {
  return `%${part.replace(/[\\%_]/g, "\\$&")}%`;
}

export async function findUser(db: Db | Tx, id: string): Promise<Row | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id));
  return row ?? null;
}

/** Users by address, for members that are named by theirs. */
export async function findUsersByEmail(db: Db | Tx, emails: readonly string[]): Promise<Row[]> {
  if (emails.length === 0) return [];
  return db
    .select()
    .from(users)
    .where(inArray(users.email, [...emails]));
}

/** The user with that id, else with that address, locked for a change. */
export async function lockUser(tx: Tx, named: { id: string } | { email: string }): Promise<Row | null> {
  const where = "id" in named ? eq(users.id, named.id) : eq(users.email, named.email);
  const [row] = await tx.select().from(users).where(where).for("update");
  return row ?? null;
}

/** Locked in the order of their ids, so that two deletions cannot wait for each other. */
export async function lockUsers(tx: Tx, ids: readonly string[]): Promise<Row[]> {
  return tx
    .select()
    .from(users)
    .where(inArray(users.id, [...ids]))
    .orderBy(users.id)
    .for("update");
}

/** Live keys of these users, locked; before the users, as the ledger's statement takes them. */
export async function lockKeysOfUsers(tx: Tx, ids: readonly string[]): Promise<KeyRow[]> {
  return tx
    .select()
    .from(virtualKeys)
    .where(and(isNull(virtualKeys.deletedAt), inArray(virtualKeys.userId, [...ids])))
    .orderBy(virtualKeys.id)
    .for("update");
}

export async function keysOfUser(db: Db | Tx, id: string): Promise<KeyRow[]> {
  const owned = and(isNull(virtualKeys.deletedAt), eq(virtualKeys.userId, id));
  return db
    .select()
    .from(virtualKeys)
    .where(owned)
    .orderBy(desc(virtualKeys.createdAt), desc(virtualKeys.id));
}

/** How many live keys each of these users has; users without one are left out. */
export async function keyCounts(db: Db | Tx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ userId: virtualKeys.userId, keys: count() })
    .from(virtualKeys)
    .where(and(isNull(virtualKeys.deletedAt), inArray(virtualKeys.userId, [...ids])))
    .groupBy(virtualKeys.userId);
  return new Map(rows.map((row) => [row.userId ?? "", row.keys]));
}

/** User id -> ids of the teams it belongs to, in order. */
export async function teamIdsOf(db: Db | Tx, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const byUser = new Map<string, string[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const rows = await db
    .select({ userId: memberships.userId, teamId: memberships.teamId })
    .from(memberships)
    .where(inArray(memberships.userId, [...userIds]))
    .orderBy(memberships.teamId);
  for (const row of rows) byUser.get(row.userId)?.push(row.teamId);
  return byUser;
}

/** One page of users and how many there are in all. @param page from 1 */
export async function listUsers(
  db: Db | Tx,
  filter: UserFilter,
  page: number,
  size: number,
  sort: UserSort = "created_at",
  order: "asc" | "desc" = "desc",
): Promise<{ rows: Row[]; total: number }> {
  const direction = order === "asc" ? asc : desc;
  const rows = await db
    .select()
    .from(users)
    .where(where(db, filter))
    .orderBy(direction(SORTABLE[sort]), direction(users.id))
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(users).where(where(db, filter));
  return { rows, total: counted?.total ?? 0 };
}

function where(db: Db | Tx, filter: UserFilter): SQL | undefined {
  const { role, ids, kind, teamId, email, alias, search } = filter;
  const anywhere = search === undefined ? null : containing(search);
  return and(
    role === undefined ? undefined : eq(users.role, role),
    ids === undefined ? undefined : inArray(users.id, [...ids]),
    kind === undefined ? undefined : eq(users.kind, kind),
    teamId === undefined
      ? undefined
      : inArray(
          users.id,
          db.select({ id: memberships.userId }).from(memberships).where(eq(memberships.teamId, teamId)),
        ),
    email === undefined ? undefined : ilike(users.email, containing(email)),
    alias === undefined ? undefined : ilike(users.alias, containing(alias)),
    anywhere === null
      ? undefined
      : or(ilike(users.email, anywhere), ilike(users.alias, anywhere), ilike(users.id, anywhere)),
  );
}
