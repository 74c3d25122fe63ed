/** Rows that are a person's own: their access, which ends first, and what is deleted with them. */
import { sql as raw } from "drizzle-orm";
import type { TransactionSql } from "postgres";
import type { Sql, Tx } from "../client.ts";

export interface ErasedPerson {
  readonly kind: "user" | "end_user";
  readonly id: string;
  readonly ids: readonly string[];
  readonly email: string | null;
  readonly keyIds: readonly string[];
  readonly pseudonym: string;
}

type Counts = Record<string, number>;

/** How many rows are a person's, by table; without spend records and sums. */
export async function countOwn(sql: Sql, person: ErasedPerson): Promise<Counts> {
  const tables = ownRows(sql, person);
  const counts: Counts = {};
  for (const [table, where] of Object.entries(tables)) {
    const [row] = await sql<{ rows: bigint }[]>`select count(*) as rows from ${sql(table)} where ${where}`;
    counts[table] = Number(row?.rows ?? 0n);
  }
  return counts;
}

/** Deletes what is a person's own, table by table; keys stay as empty shells, for records point to them. */
export async function deleteOwn(sql: Sql, person: ErasedPerson): Promise<void> {
  const { alerts, virtual_keys, ...deleted } = ownRows(sql, person);
  await sql.begin(async (tx) => {
    if (alerts !== undefined) {
      await tx`delete from alert_deliveries where alert_id in (select id from alerts where ${alerts})`;
      await tx`delete from alerts where ${alerts}`;
    }
    for (const [table, where] of Object.entries(deleted)) await tx`delete from ${tx(table)} where ${where}`;
    if (virtual_keys !== undefined)
      await tx`update virtual_keys set ${emptied(sql, person)} where ${virtual_keys}`;
    await restated(tx, person);
  });
}

function ownRows(sql: Sql, { email, id, ids, keyIds, kind }: ErasedPerson) {
  const named = sql`subject_kind = ${kind} and subject_id in ${sql(ids)}`;
  if (kind === "end_user")
    return {
      end_users: sql`id = ${id}`,
      call_contents: sql`end_user in ${sql(ids)}`,
      alerts: named,
    };
  const keys = keyIds.length === 0 ? sql`false` : sql`key_id in ${sql(keyIds)}`;
  const keySubject =
    keyIds.length === 0 ? sql`false` : sql`subject_kind = 'key' and subject_id in ${sql(keyIds)}`;
  return {
    console_sessions: sql`user_id = ${id}`,
    console_codes: email === null ? sql`false` : sql`lower(email) = ${email.toLowerCase()}`,
    console_accounts: sql`user_id = ${id}`,
    saved_views: sql`user_id = ${id}`,
    memberships: sql`user_id = ${id}`,
    call_contents: sql`user_id in ${sql(ids)}`,
    key_networks: keys,
    alerts: sql`(${named} or ${keySubject}
      or subject_kind = 'team_member' and regexp_replace(subject_id, '^[^/]*/', '') = ${id})`,
    virtual_keys: sql`(user_id = ${id} or ${keyIds.length === 0 ? sql`false` : sql`id in ${sql(keyIds)}`})
      and secret_hash <> 'erased ' || id`,
    users: sql`id = ${id}`,
  };
}

/** No secret opens it, and nothing in it leads to anybody. */
function emptied(sql: Sql, { pseudonym }: ErasedPerson) {
  return sql`secret_hash = 'erased ' || id, previous_secret_hash = null, previous_secret_expires_at = null,
    secret_start = '', secret_last4 = '', alias = null, user_id = null, organization_id = null, tags = '{}',
    metadata = '{}', last_used_at = null, blocked = true, deleted_at = coalesce(deleted_at, now()),
    created_by = ${pseudonym}, updated_by = ${pseudonym}, deleted_by = ${pseudonym}`;
}

/** Requests and holds are the gateway's own records: they go on under the pseudonym, without what was said. */
async function restated(
  tx: TransactionSql<{ bigint: bigint }>,
  { ids, kind, pseudonym }: ErasedPerson,
): Promise<void> {
  await tx`
    update privacy_requests set subject_id = ${pseudonym}, pseudonym = ${pseudonym}, identified_by = null, note = null,
      extended_reason = null where subject_kind = ${kind} and subject_id in ${tx(ids)}`;
  await tx`
    update budget_requests set subject_id = ${pseudonym}, reason = '', decision_reason = null
    where subject_kind = ${kind} and subject_id in ${tx(ids)}`;
  await tx`update freezes set scope_id = ${pseudonym}, reason = '' where scope_kind = ${kind} and scope_id in ${tx(ids)}`;
  await tx`
    update privacy_holds set subject_id = ${pseudonym}, reason = '', ended_at = coalesce(ended_at, now())
    where subject_kind = ${kind} and subject_id in ${tx(ids)}`;
}

/** Live keys of a user stop, and sessions end: the first thing that an erasure does. @returns ids of keys that were live */
export async function endAccess(tx: Tx, userId: string, now: Date): Promise<string[]> {
  const at = now.toISOString();
  const keys = await tx.execute<{ id: string }>(raw`
    update virtual_keys set deleted_at = ${at}, blocked = true where user_id = ${userId} and deleted_at is null
    returning id`);
  await tx.execute(
    raw`update console_sessions set ended_at = ${at} where user_id = ${userId} and ended_at is null`,
  );
  await tx.execute(
    raw`update console_accounts set session_version = session_version + 1 where user_id = ${userId}`,
  );
  await tx.execute(raw`update users set blocked = true where id = ${userId}`);
  return keys.map(({ id }) => id);
}
