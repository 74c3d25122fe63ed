/** The made-up person of a drill: an account, a key that opens nothing, a session, and calls that stand in no sum. */
import type { Sql } from "../client.ts";

export interface MadeUp {
  readonly userId: string;
  readonly keyId: string;
  readonly sessionId: string;
  readonly now: Date;
}

export const DRILL_CALLS = 25;

export async function insertMadeUp(sql: Sql, { keyId, now, sessionId, userId }: MadeUp): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      insert into users (id, email, alias, kind, metadata)
      values (${userId}, ${`${userId}@example.invalid`}, 'Made-up person', 'drill', '{"drill": true}')`;
    await tx`
      insert into virtual_keys (id, secret_hash, secret_start, secret_last4, alias, user_id, blocked, created_by, updated_by)
      values (${keyId}, ${`drill ${keyId}`}, 'drill', 'none', ${`key-of-${userId}`}, ${userId}, true, 'drill', 'drill')`;
    await tx`
      insert into console_sessions (id, user_id, session_version, created_at, last_seen_at, expires_at, ended_at, ip, user_agent)
      values (${sessionId}, ${userId}, 1, ${now}, ${now}, ${now}, ${now}, '192.0.2.1', 'drill')`;
    await tx`
      insert into spend_records (id, started_at, state, outcome, instance_id, instance_boot, call_type, status_code,
        key_id, user_id, model, model_group, prompt_tokens, cost_nano_usd, ip, tags)
      select ${`req_${userId}_`} || n, ${now}::timestamptz - n * interval '1 second', 'settled', 'ok', 'drill', 1,
        'completion', 200, ${keyId}, ${userId}, 'drill', 'drill', 10, 1000, '192.0.2.1', array['drill']
      from generate_series(1, ${DRILL_CALLS}) n`;
  });
}

export async function sumOfCalls(sql: Sql, userId: string): Promise<{ calls: number; nanoUsd: bigint }> {
  const [row] = await sql<{ calls: bigint; nano_usd: bigint }[]>`
    select count(*) as calls, coalesce(sum(cost_nano_usd), 0)::bigint as nano_usd from spend_records
    where user_id = ${userId} and model = 'drill'`;
  return { calls: Number(row?.calls ?? 0n), nanoUsd: row?.nano_usd ?? 0n };
}

/** What an erasure keeps for the books was never spent here: it goes. */
export async function removeMadeUpCalls(sql: Sql, pseudonym: string): Promise<number> {
  const rows = await sql`
    delete from spend_records where user_id = ${pseudonym} and model = 'drill' and instance_id = 'drill' returning id`;
  await sql`delete from virtual_keys where user_id = ${pseudonym} and secret_start = 'drill'`;
  return rows.length;
}
