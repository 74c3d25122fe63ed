/** Where a span of time begins and ends in the audit chain. */
import type { Sql } from "../client.ts";
import type { StoredHead } from "./audit.ts";

export interface SpanEnd {
  readonly seq: bigint;
  /** Null where the chain begins after it. */
  readonly hash: string | null;
}

/** The last event before a moment; number and start of the chain when there is none. */
export async function lastEventBefore(sql: Sql, before: Date): Promise<SpanEnd> {
  const [row] = await sql<{ seq: bigint; hash: string | null }[]>`
    select seq, hash from audit_events where at < ${before} order by seq desc limit 1`;
  if (row?.hash) return row;
  const [chain] = await sql<{ started_after: bigint }[]>`select started_after from audit_chain where id = 1`;
  return { seq: chain?.started_after ?? 0n, hash: null };
}

/** The first signed head at or after a number; null while there is none. */
export async function firstHeadFrom(sql: Sql, seq: bigint): Promise<StoredHead | null> {
  const [row] = await sql<StoredHead[]>`
    select seq, hash, at, key_id, public_key, signature from audit_heads where seq >= ${seq} order by seq limit 1`;
  return row ?? null;
}
