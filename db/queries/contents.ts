/** Prompts and answers that are kept, sealed; and the events of the audit log by which they are read. */
import { sql as raw } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";

export interface NewContent {
  readonly recordId: string;
  readonly at: Date;
  readonly userId: string;
  readonly endUser: string | null;
  readonly namedEndUser: string | null;
  /** Of its people, as erasures name them. */
  readonly hashes: readonly string[];
  readonly sealedRequest: string;
  readonly sealedAnswer: string | null;
  readonly format: number;
}

/**
 * Writers of contents hold it in common, the end of an erasure alone: a batch is in the table before that looks a last time,
 * or is written with a snapshot that has the erasure in it.
 */
export const WRITERS_LOCK = 7446020;

/** Leaves out whoever restricted processing or was erased since the call began. @returns how many were written */
export async function insertContents(sql: Sql, rows: readonly NewContent[]): Promise<number> {
  const list = rows.map((row) => ({ ...row, at: row.at.toISOString(), hashes: [...row.hashes] }));
  return sql.begin(async (tx) => {
    // A statement of its own: the next one's snapshot is taken once the lock is held.
    await tx`select pg_advisory_xact_lock_shared(${WRITERS_LOCK})`;
    const written = await tx`
      insert into call_contents (record_id, at, end_user, user_id, sealed_request, sealed_answer, format)
      select r."recordId", r.at, r."endUser", r."userId", r."sealedRequest", r."sealedAnswer", r.format
      from jsonb_to_recordset(${tx.json(list)}) as r ("recordId" text, at timestamptz, "endUser" text, "userId" text,
        "namedEndUser" text, hashes text[], "sealedRequest" text, "sealedAnswer" text, format smallint)
      where not exists (select from privacy_holds h where h.kind = 'restriction' and h.ended_at is null
          and ((h.subject_kind = 'user' and h.subject_id = r."userId")
            or (h.subject_kind = 'end_user' and h.subject_id = r."namedEndUser")))
        and not exists (select from erasures e where e.at >= r.at and e.subject_hashes && r.hashes)
      on conflict (record_id) do nothing`;
    return written.count;
  });
}

/** Keeps writers away until this transaction ends, and deletes what they have written of an erased person by now. */
export async function deleteLastContents(
  tx: Tx,
  kind: "user" | "end_user",
  ids: readonly string[],
): Promise<void> {
  await tx.execute(raw`select pg_advisory_xact_lock(${WRITERS_LOCK})`);
  const owner = kind === "user" ? raw`user_id` : raw`end_user`;
  const list = raw.join(
    ids.map((id) => raw`${id}`),
    raw`, `,
  );
  await tx.execute(raw`delete from call_contents where ${owner} in (${list})`);
}

export interface KeptContent {
  record_id: string;
  at: Date;
  user_id: string;
  end_user: string | null;
}

/** That something of the call is kept, without what; null: nothing is. */
export async function findKept(sql: Sql, recordId: string): Promise<KeptContent | null> {
  const [row] = await sql<KeptContent[]>`
    select record_id, at, user_id, end_user from call_contents where record_id = ${recordId}`;
  return row ?? null;
}

export interface SealedRow extends Record<string, unknown> {
  user_id: string;
  end_user: string | null;
  sealed_request: string;
  sealed_answer: string | null;
  format: number;
}

/** To be opened in the transaction that says so; null: nothing is kept. */
export async function findSealed(tx: Tx, recordId: string): Promise<SealedRow | null> {
  const [row] = await tx.execute<SealedRow>(raw`
    select user_id, end_user, sealed_request, sealed_answer, format from call_contents where record_id = ${recordId}`);
  return row ?? null;
}

export interface KeptFigures {
  rows: number;
  oldest: Date | null;
}

export async function keptFigures(sql: Sql): Promise<KeptFigures> {
  const [row] = await sql<KeptFigures[]>`select count(*)::int as rows, min(at) as oldest from call_contents`;
  return row ?? { rows: 0, oldest: null };
}

/** People whose processing is restricted. */
export async function peopleRestricted(sql: Sql): Promise<{ subject_kind: string; subject_id: string }[]> {
  return sql`select subject_kind, subject_id from privacy_holds where kind = 'restriction' and ended_at is null`;
}

export interface GlassEvent {
  seq: bigint;
  at: Date;
  actor_kind: string;
  actor_id: string;
  actor_name: string | null;
  action: string;
  target_kind: string;
  target_id: string;
  after: Record<string, unknown> | null;
  reason: string | null;
}

const ACTIONS = ["content.unlock", "content.approve", "content.read"];

/** What was asked, approved and read of one call, the oldest first. */
export function glassEventsOf(sql: Sql, recordId: string): Promise<GlassEvent[]> {
  return sql<GlassEvent[]>`
    select seq, at, actor_kind, actor_id, null as actor_name, action, target_kind, target_id, after, reason
    from audit_events where target_kind = 'call' and target_id = ${recordId} and outcome = 'ok'
      and action = any(${ACTIONS}) order by seq`;
}

/** Those of the calls that were asked for last, the oldest first. @param calls how many calls */
export function recentGlassEvents(sql: Sql, calls: number): Promise<GlassEvent[]> {
  return sql<GlassEvent[]>`
    select seq, at, actor_kind, actor_id, null as actor_name, action, target_kind, target_id, after, reason
    from audit_events where target_kind = 'call' and outcome = 'ok' and action = any(${ACTIONS})
      and target_id in (select target_id from audit_events where target_kind = 'call' and outcome = 'ok'
        and action = 'content.unlock' group by target_id order by max(seq) desc limit ${calls})
    order by seq`;
}
