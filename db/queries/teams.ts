/** Reads of teams, their members and their keys. */
import { and, count, desc, eq, getTableColumns, ilike, inArray, isNull, type SQL } from "drizzle-orm";
import type { Db, Tx } from "../client.ts";
import { virtualKeys } from "../schema/keys.ts";
import { memberships, teams, users } from "../schema/people.ts";
import { containing } from "./users.ts";

type Row = typeof teams.$inferSelect;
type KeyRow = typeof virtualKeys.$inferSelect;
type Member = typeof memberships.$inferSelect & { email: string | null };

export interface TeamFilter {
  readonly ids?: readonly string[];
  /** Part of the alias, in any case. */
  readonly alias?: string;
  /** Teams that this user belongs to. */
  readonly userId?: string;
}

export async function findTeam(db: Db | Tx, id: string): Promise<Row | null> {
  const [row] = await db.select().from(teams).where(eq(teams.id, id));
  return row ?? null;
}

export async function findTeams(db: Db | Tx, ids: readonly string[]): Promise<Row[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(teams)
    .where(inArray(teams.id, [...ids]))
    .orderBy(teams.id);
}

/** The team, locked for a change. */
export async function lockTeam(tx: Tx, id: string): Promise<Row | null> {
  const [row] = await tx.select().from(teams).where(eq(teams.id, id)).for("update");
  return row ?? null;
}

/** Locked in the order of their ids, so that two deletions cannot wait for each other. */
export async function lockTeams(tx: Tx, ids: readonly string[]): Promise<Row[]> {
  return tx
    .select()
    .from(teams)
    .where(inArray(teams.id, [...ids]))
    .orderBy(teams.id)
    .for("update");
}

/** Live keys of these teams, locked; before the teams, as the ledger's statement takes them. @param userId only this user's keys */
export async function lockKeysOfTeams(tx: Tx, ids: readonly string[], userId?: string): Promise<KeyRow[]> {
  const owned = and(
    isNull(virtualKeys.deletedAt),
    inArray(virtualKeys.teamId, [...ids]),
    userId === undefined ? undefined : eq(virtualKeys.userId, userId),
  );
  return tx.select().from(virtualKeys).where(owned).orderBy(virtualKeys.id).for("update");
}

export async function keysOfTeam(db: Db | Tx, id: string): Promise<KeyRow[]> {
  const owned = and(isNull(virtualKeys.deletedAt), eq(virtualKeys.teamId, id));
  return db
    .select()
    .from(virtualKeys)
    .where(owned)
    .orderBy(desc(virtualKeys.createdAt), desc(virtualKeys.id));
}

/** Team id -> its members, admins and users alike, in the order they joined. */
export async function membersOf(db: Db | Tx, teamIds: readonly string[]): Promise<Map<string, Member[]>> {
  const byTeam = new Map<string, Member[]>(teamIds.map((id) => [id, []]));
  if (teamIds.length === 0) return byTeam;
  const rows = await db
    .select({ ...getTableColumns(memberships), email: users.email })
    .from(memberships)
    .leftJoin(users, eq(users.id, memberships.userId))
    .where(inArray(memberships.teamId, [...teamIds]))
    .orderBy(memberships.createdAt, memberships.userId);
  for (const row of rows) byTeam.get(row.teamId)?.push(row);
  return byTeam;
}

/** One user's place in one team, with what the user's row says of it; null for who is no member. */
export async function findMembership(
  db: Db | Tx,
  teamId: string,
  userId: string,
): Promise<(Member & { userRole: string | null }) | null> {
  const [row] = await db
    .select({ ...getTableColumns(memberships), email: users.email, userRole: users.role })
    .from(memberships)
    .leftJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.teamId, teamId), eq(memberships.userId, userId)));
  return row ?? null;
}

/** One page of teams, newest first, and how many there are in all. @param page from 1 */
export async function listTeams(
  db: Db | Tx,
  filter: TeamFilter,
  page: number,
  size: number,
): Promise<{ rows: Row[]; total: number }> {
  const rows = await db
    .select()
    .from(teams)
    .where(where(db, filter))
    .orderBy(desc(teams.createdAt), desc(teams.id))
    .limit(size)
    .offset((page - 1) * size);
  const [counted] = await db.select({ total: count() }).from(teams).where(where(db, filter));
  return { rows, total: counted?.total ?? 0 };
}

function where(db: Db | Tx, { ids, alias, userId }: TeamFilter): SQL | undefined {
  return and(
    ids === undefined ? undefined : inArray(teams.id, [...ids]),
    alias === undefined ? undefined : ilike(teams.alias, containing(alias)),
    userId === undefined
      ? undefined
      : inArray(
          teams.id,
          db.select({ id: memberships.teamId }).from(memberships).where(eq(memberships.userId, userId)),
        ),
  );
}
