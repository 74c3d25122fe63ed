/**
 * Sessions of the console. The cookie holds a sealed token; whether it still counts is asked of the database at every
 * use, so that signing out, losing a role and being blocked work at once.
 */
import type { Db, Sql } from "#db/client.ts";
import { findSession, insertSession, touchSession } from "#db/queries/console-access.ts";
import { newId } from "../ids.ts";
import { type Role, roleOf } from "./roles.ts";
import { csrfToken, seal, unseal } from "./seal.ts";

/** Signed in for this long at most, and this long without a sign of life. */
export const SESSION_MS = 8 * 3_600_000;
export const IDLE_MS = 30 * 60_000;
const TOUCH_MS = 60_000;

const PURPOSE = "session";
const PLAIN_COOKIE = "shin.session";
const SECURE_COOKIE = "__Host-shin.session";

/** @param secure TLS is seen: only then may a cookie say so */
export function sessionCookieName(secure: boolean): string {
  return secure ? SECURE_COOKIE : PLAIN_COOKIE;
}

export interface ConsoleSession {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  /** What the person is called. */
  readonly name: string;
  readonly role: Role;
  /** `users.role` as it stands. */
  readonly userRole: string;
  readonly hasTotp: boolean;
  readonly hasPassword: boolean;
  /** What requests that change something send as `x-csrf-token`. */
  readonly csrf: string;
}

export interface SessionDeps {
  readonly sql: Sql;
  readonly consoleSecret: string;
}

/** The token for a cookie. */
export function sessionToken(consoleSecret: string, sessionId: string): string {
  return seal(consoleSecret, PURPOSE, sessionId);
}

export function sessionIdOf(consoleSecret: string, token: string): string | null {
  return unseal(consoleSecret, PURPOSE, token);
}

/** Begins a session; its id. */
export async function beginSession(
  db: Db,
  account: { readonly userId: string; readonly sessionVersion: number },
  from: { readonly ip: string | null; readonly userAgent: string | null },
  nowMs: number,
): Promise<string> {
  const id = newId("ses", nowMs);
  const now = new Date(nowMs);
  await insertSession(db, {
    id,
    userId: account.userId,
    sessionVersion: account.sessionVersion,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(nowMs + SESSION_MS),
    ip: from.ip,
    userAgent: from.userAgent?.slice(0, 256) ?? null,
  });
  return id;
}

/** Who is signed in by this `cookie` header, or null. */
export async function readSession(
  { sql, consoleSecret }: SessionDeps,
  cookieHeader: string | null,
  secure: boolean,
  nowMs: number,
): Promise<ConsoleSession | null> {
  const token = cookieValue(cookieHeader, sessionCookieName(secure));
  const id = token === null ? null : sessionIdOf(consoleSecret, token);
  if (id === null) return null;
  const row = await findSession(sql, id, nowMs, IDLE_MS);
  if (!row) return null;
  if (nowMs - row.last_seen_at.getTime() > TOUCH_MS) await touchSession(sql, id, nowMs);
  const email = row.email ?? row.user_id;
  return {
    id,
    userId: row.user_id,
    email,
    name: row.alias ?? email,
    role: roleOf(row.role),
    userRole: row.role,
    hasTotp: row.totp_confirmed_at !== null,
    hasPassword: row.has_password,
    csrf: csrfToken(consoleSecret, id),
  };
}

/** One cookie of a `cookie` header; of two with the same name nobody knows whose they are. */
export function cookieValue(header: string | null, name: string): string | null {
  const found = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  const [only] = found;
  if (only === undefined || found.length > 1) return null;
  return only.slice(name.length + 1) || null;
}
