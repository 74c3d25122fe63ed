/** Accounts, sessions and one-use codes of the console. */
import { and, count, desc, eq, gt, isNotNull, isNull, ne, sql } from "drizzle-orm";
import type { Db, Sql, Tx } from "../client.ts";
import { consoleAccounts, consoleCodes, consoleSessions } from "../schema/console.ts";
import { users } from "../schema/people.ts";

export type AccountRow = typeof consoleAccounts.$inferSelect;

export interface SessionRow {
  id: string;
  user_id: string;
  email: string | null;
  alias: string | null;
  role: string;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  totp_confirmed_at: Date | null;
  /** Can sign in with a password, not through an identity provider alone. */
  has_password: boolean;
}

/** The live session with that id: not ended, of the account's present version, of a user that is not blocked. */
export async function findSession(
  sql: Sql,
  id: string,
  nowMs: number,
  idleMs: number,
): Promise<SessionRow | null> {
  const rows = await sql<SessionRow[]>`
    select s.id, s.user_id, u.email, u.alias, u.role, s.created_at, s.last_seen_at, s.expires_at, a.totp_confirmed_at,
      a.password_hash is not null as has_password
    from console_sessions s
    join console_accounts a on a.user_id = s.user_id and a.session_version = s.session_version
    join users u on u.id = s.user_id and not u.blocked and u.kind = 'person'
    where s.id = ${id} and s.ended_at is null and s.expires_at > ${new Date(nowMs)}
      and s.last_seen_at > ${new Date(nowMs - idleMs)}`;
  return rows[0] ?? null;
}

export async function touchSession(sql: Sql, id: string, nowMs: number): Promise<void> {
  await sql`update console_sessions set last_seen_at = ${new Date(nowMs)} where id = ${id} and ended_at is null`;
}

export async function insertSession(db: Db | Tx, row: typeof consoleSessions.$inferInsert): Promise<void> {
  await db.insert(consoleSessions).values(row);
}

export async function endSession(db: Db | Tx, id: string, now: Date): Promise<void> {
  await db
    .update(consoleSessions)
    .set({ endedAt: now })
    .where(and(eq(consoleSessions.id, id), isNull(consoleSessions.endedAt)));
}

/** Ends a user's sessions, all or all but one; how many there were. */
export async function endSessionsOf(
  db: Db | Tx,
  userId: string,
  now: Date,
  except: string | null,
): Promise<number> {
  const rows = await db
    .update(consoleSessions)
    .set({ endedAt: now })
    .where(
      and(
        eq(consoleSessions.userId, userId),
        isNull(consoleSessions.endedAt),
        except === null ? undefined : ne(consoleSessions.id, except),
      ),
    )
    .returning({ id: consoleSessions.id });
  return rows.length;
}

/**
 * Ends everybody's sessions, or one user's; how many there were. The rows say so, and the version that every session must have.
 * @param own the session of whoever does it, which goes on
 */
export async function endAllSessions(
  tx: Tx,
  now: Date,
  userId: string | null,
  own: { readonly userId: string; readonly sessionId: string } | null,
): Promise<number> {
  const rows = await tx
    .update(consoleSessions)
    .set({ endedAt: now })
    .where(
      and(
        isNull(consoleSessions.endedAt),
        userId === null ? undefined : eq(consoleSessions.userId, userId),
        own === null ? undefined : ne(consoleSessions.id, own.sessionId),
      ),
    )
    .returning({ id: consoleSessions.id });
  await tx
    .update(consoleAccounts)
    .set({ sessionVersion: sql`${consoleAccounts.sessionVersion} + 1`, updatedAt: now })
    .where(
      and(
        userId === null ? undefined : eq(consoleAccounts.userId, userId),
        own === null ? undefined : ne(consoleAccounts.userId, own.userId),
      ),
    );
  return rows.length;
}

/** Where a user is signed in, the latest first. */
export async function liveSessions(db: Db | Tx, userId: string, now: Date) {
  return db
    .select()
    .from(consoleSessions)
    .where(
      and(
        eq(consoleSessions.userId, userId),
        isNull(consoleSessions.endedAt),
        gt(consoleSessions.expiresAt, now),
      ),
    )
    .orderBy(desc(consoleSessions.lastSeenAt))
    .limit(50);
}

export interface AccountOwner {
  readonly account: AccountRow;
  readonly user: typeof users.$inferSelect;
}

/** An account with its user, by address. */
export async function findAccountByEmail(db: Db | Tx, email: string): Promise<AccountOwner | null> {
  const [row] = await db
    .select({ account: consoleAccounts, user: users })
    .from(consoleAccounts)
    .innerJoin(users, eq(users.id, consoleAccounts.userId))
    .where(and(eq(users.kind, "person"), sql`lower(${users.email}) = ${email.toLowerCase()}`));
  return row ?? null;
}

export async function findAccount(db: Db | Tx, userId: string): Promise<AccountRow | null> {
  const [row] = await db.select().from(consoleAccounts).where(eq(consoleAccounts.userId, userId));
  return row ?? null;
}

export async function findAccountBySubject(db: Db | Tx, oidcSubject: string): Promise<AccountOwner | null> {
  const [row] = await db
    .select({ account: consoleAccounts, user: users })
    .from(consoleAccounts)
    .innerJoin(users, eq(users.id, consoleAccounts.userId))
    .where(and(eq(users.kind, "person"), eq(consoleAccounts.oidcSubject, oidcSubject)));
  return row ?? null;
}

export async function upsertAccount(
  db: Db | Tx,
  userId: string,
  columns: Partial<typeof consoleAccounts.$inferInsert>,
  now: Date,
): Promise<void> {
  await db
    .insert(consoleAccounts)
    .values({ ...columns, userId, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({ target: consoleAccounts.userId, set: { ...columns, updatedAt: now } });
}

/** True when no step of this or a later time was used before; the step counts as used from now on. */
export async function takeTotpStep(db: Db | Tx, userId: string, step: number): Promise<boolean> {
  const rows = await db
    .update(consoleAccounts)
    .set({ totpLastStep: step })
    .where(
      and(eq(consoleAccounts.userId, userId), sql`coalesce(${consoleAccounts.totpLastStep}, 0) < ${step}`),
    )
    .returning({ userId: consoleAccounts.userId });
  return rows.length === 1;
}

/** True when that recovery code was left; it is gone from now on. */
export async function takeRecoveryCode(db: Db | Tx, userId: string, hash: string): Promise<boolean> {
  const rows = await db
    .update(consoleAccounts)
    .set({ recoveryHashes: sql`array_remove(${consoleAccounts.recoveryHashes}, ${hash})` })
    .where(and(eq(consoleAccounts.userId, userId), sql`${hash} = any(${consoleAccounts.recoveryHashes})`))
    .returning({ userId: consoleAccounts.userId });
  return rows.length === 1;
}

/** How many people can sign in as an admin. */
export async function countAdmins(db: Db | Tx): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(consoleAccounts)
    .innerJoin(users, eq(users.id, consoleAccounts.userId))
    .where(
      and(
        eq(users.kind, "person"),
        eq(users.role, "proxy_admin"),
        eq(users.blocked, false),
        isNotNull(users.email),
      ),
    );
  return row?.total ?? 0;
}

/** Addresses of people who can give rights, for the page that says whom to ask. */
export async function adminEmails(db: Db | Tx): Promise<string[]> {
  const rows = await db
    .select({ email: users.email })
    .from(consoleAccounts)
    .innerJoin(users, eq(users.id, consoleAccounts.userId))
    .where(
      and(
        eq(users.kind, "person"),
        eq(users.role, "proxy_admin"),
        eq(users.blocked, false),
        isNotNull(users.email),
      ),
    )
    .limit(5);
  return rows.flatMap((row) => (row.email === null ? [] : [row.email]));
}

export async function insertCode(db: Db | Tx, row: typeof consoleCodes.$inferInsert): Promise<void> {
  await db.insert(consoleCodes).values(row);
}

/** Codes of a kind that are left stop working. */
export async function dropCodes(db: Db | Tx, kind: string): Promise<void> {
  await db.delete(consoleCodes).where(and(eq(consoleCodes.kind, kind), isNull(consoleCodes.usedAt)));
}

/** The code, marked as used, or null when it is unknown, used or too old. */
export async function takeCode(db: Db | Tx, kind: string, codeHash: string, now: Date) {
  const [row] = await db
    .update(consoleCodes)
    .set({ usedAt: now })
    .where(
      and(
        eq(consoleCodes.codeHash, codeHash),
        eq(consoleCodes.kind, kind),
        isNull(consoleCodes.usedAt),
        gt(consoleCodes.expiresAt, now),
      ),
    )
    .returning();
  return row ?? null;
}
