/** The audit chain as it is verified, signed and exported: read in batches by number, never as a whole. */
import type { Reader, Sql } from "../client.ts";

export interface StoredEvent {
  readonly seq: bigint;
  readonly id: string;
  /** To the microsecond only where somebody meddled: the chain writes whole milliseconds. */
  readonly time: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_auth: string | null;
  readonly claimed_by: string | null;
  readonly action: string;
  readonly target_kind: string;
  readonly target_id: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
  readonly previous_hash: string | null;
  readonly hash: string | null;
}

export interface StoredHead {
  readonly seq: bigint;
  readonly hash: string;
  readonly at: Date;
  readonly key_id: string;
  readonly public_key: string;
  readonly signature: string;
}

export interface ChainEnd {
  readonly seq: bigint;
  readonly hash: string;
  readonly started_after: bigint;
}

/** Where the chain ends; null when its row is gone. */
export async function chainEnd(sql: Reader): Promise<ChainEnd | null> {
  const [row] = await sql<ChainEnd[]>`select seq, hash, started_after from audit_chain where id = 1`;
  return row ?? null;
}

/** The lowest number of an event, for what was put in front of the chain; null without events. */
export async function firstEvent(sql: Sql): Promise<bigint | null> {
  const [row] = await sql<{ seq: bigint | null }[]>`select min(seq) as seq from audit_events`;
  return row?.seq ?? null;
}

/**
 * The next events after one, by number.
 * @param after number and id of the last one seen: the id tells two apart that somebody gave one number; null skips them all
 */
export function eventsAfter(
  sql: Sql,
  after: { readonly seq: bigint; readonly id: string | null },
  limit: number,
): Promise<StoredEvent[]> {
  return sql<StoredEvent[]>`
    select seq, id, to_char(at at time zone 'UTC', case when date_trunc('milliseconds', at) = at
        then 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' end) as time,
      actor_kind, actor_id, actor_auth, claimed_by, action, target_kind, target_id, before, after, outcome, reason, ip,
      request_id, previous_hash, hash
    from audit_events where seq >= ${after.seq} and (seq > ${after.seq} or id collate "C" > ${after.id})
    order by seq, id collate "C" limit ${limit}`;
}

/** The hash of one event; null when it is not there. */
export async function hashOfEvent(sql: Sql, seq: bigint): Promise<string | null> {
  const [row] = await sql<{ hash: string | null }[]>`select hash from audit_events where seq = ${seq}`;
  return row?.hash ?? null;
}

/** The next signed heads after a number, by number. */
export function headsAfter(sql: Sql, seq: bigint, limit: number): Promise<StoredHead[]> {
  return sql<StoredHead[]>`
    select seq, hash, at, key_id, public_key, signature from audit_heads where seq > ${seq} order by seq limit ${limit}`;
}

/** The newest signed head, or null. */
export async function newestHead(sql: Sql): Promise<StoredHead | null> {
  const [row] = await sql<StoredHead[]>`
    select seq, hash, at, key_id, public_key, signature from audit_heads order by seq desc limit 1`;
  return row ?? null;
}

/** Keeps a head; one that is there already stays. */
export async function keepHead(sql: Sql, head: StoredHead): Promise<void> {
  await sql`insert into audit_heads (seq, hash, at, key_id, public_key, signature)
    values (${head.seq}, ${head.hash}, ${head.at}, ${head.key_id}, ${head.public_key}, ${head.signature})
    on conflict (seq) do nothing`;
}

/** The first event with a number above the chain's end, which nobody has by right; null as it should be. */
export async function eventBeyondEnd(sql: Sql): Promise<bigint | null> {
  const [row] = await sql<{ seq: bigint | null }[]>`
    select min(seq) as seq from audit_events where seq > (select seq from audit_chain where id = 1)`;
  return row?.seq ?? null;
}

/** How many events somebody made or is the object of. */
export async function countAuditOf(sql: Sql, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const [row] = await sql<{ events: bigint }[]>`
    select count(*) as events from audit_events where actor_id in ${sql(ids)} or target_id in ${sql(ids)}`;
  return Number(row?.events ?? 0n);
}

/**
 * Events that name a person in clear: those from before what is personal was sealed, and those that say a name in the
 * middle of some other text. @param pattern a regular expression of Postgres. @param words what it is made of
 */
export async function countClearAudit(
  sql: Sql,
  ids: readonly string[],
  { pattern, words }: { readonly pattern: string | null; readonly words: readonly string[] },
): Promise<number> {
  const text = sql`concat_ws(' ', actor_id, target_id, claimed_by, before, after, reason, request_id)`;
  const likes = words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`);
  const named =
    pattern === null
      ? sql`false`
      : sql`${text} like any (${sql.array(likes)}::text[]) and ${text} ~ ${pattern}`;
  const [row] = await sql<{ events: bigint }[]>`
    select count(*) as events from audit_events
    where (actor_kind = 'user' and actor_id in ${sql(ids)})
      or (target_kind in ('user', 'end_user') and target_id in ${sql(ids)}) or (${named})`;
  return Number(row?.events ?? 0n);
}
