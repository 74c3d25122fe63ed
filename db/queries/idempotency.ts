/** Requests with an `Idempotency-Key`, by the hash that stands for caller, route and key. */
import { sql as raw } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";

export interface ReservedRequest {
  fingerprint: string;
  request_id: string;
  acted: boolean;
  answer: string | null;
  held_until: Date;
  created_at: Date;
}

export interface RequestToReserve {
  readonly id: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly now: Date;
  readonly heldUntil: Date;
  /** What was reserved before is forgotten. */
  readonly keptSince: Date;
}

export async function findReserved(sql: Sql, id: string): Promise<ReservedRequest | null> {
  const [row] = await sql<ReservedRequest[]>`
    select fingerprint, request_id, acted, answer, held_until, created_at
    from idempotent_requests where id = ${id}`;
  return row ?? null;
}

/** For a key that nobody has. Of several that ask at once one gets it, and none waits. @returns whether this one did */
export async function reserveRequest(sql: Sql, request: RequestToReserve): Promise<boolean> {
  const { fingerprint, heldUntil, id, now, requestId } = request;
  const rows = await sql`
    insert into idempotent_requests (id, fingerprint, request_id, held_until, created_at)
    values (${id}, ${fingerprint}, ${requestId}, ${heldUntil}, ${now})
    on conflict (id) do nothing returning id`;
  return rows.length > 0;
}

/** For a key whose request is past its day, or died before it did anything. @returns false when another was first */
export async function takeOverRequest(sql: Sql, request: RequestToReserve): Promise<boolean> {
  const { fingerprint, heldUntil, id, keptSince, now, requestId } = request;
  const rows = await sql`
    update idempotent_requests set fingerprint = ${fingerprint}, request_id = ${requestId}, held_until = ${heldUntil},
      created_at = ${now}, acted = false, answer = null
    where id = ${id} and (created_at <= ${keptSince} or (not acted and answer is null and held_until <= ${now}))
    returning id`;
  return rows.length > 0;
}

/** Commits with the change or not at all. @returns false when the reservation is no longer this request's */
export async function markActed(tx: Tx, id: string, requestId: string): Promise<boolean> {
  const rows = await tx.execute(raw`
    update idempotent_requests set acted = true where id = ${id} and request_id = ${requestId} returning id`);
  return rows.length > 0;
}

export async function keepAnswer(sql: Sql, id: string, requestId: string, answer: string): Promise<void> {
  await sql`
    update idempotent_requests set acted = true, answer = ${answer} where id = ${id} and request_id = ${requestId}`;
}

/** Gives the key back, unless something was done under it. @returns whether it was given back */
export async function releaseRequest(sql: Sql, id: string, requestId: string): Promise<boolean> {
  const rows = await sql`
    delete from idempotent_requests where id = ${id} and request_id = ${requestId} and not acted returning id`;
  return rows.length > 0;
}

/** Answers go, and that there was one stays: whose it was must not act twice. */
export async function dropAnswers(sql: Sql): Promise<void> {
  await sql`update idempotent_requests set answer = null where answer is not null`;
}

export async function removeReserved(sql: Sql, keptSince: Date): Promise<void> {
  await sql`delete from idempotent_requests where created_at <= ${keptSince}`;
}
