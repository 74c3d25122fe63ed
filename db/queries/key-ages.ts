/** How old secrets are, and which keys are due for a new one. */
import type { Sql } from "../client.ts";

/** Live keys with auto_rotate whose day has come, and whose secret still counts. */
export function keysDue(sql: Sql, now: Date): Promise<{ id: string }[]> {
  return sql<{ id: string }[]>`
    select id from virtual_keys
    where auto_rotate and rotate_at <= ${now} and (collect_by is null or collect_by > ${now}) and deleted_at is null order by rotate_at, id`;
}

/** Keys whose secret ends between two moments because nobody took a new one. */
export function keysNearEnd(
  sql: Sql,
  from: Date,
  to: Date,
): Promise<{ id: string; alias: string | null; collect_by: Date }[]> {
  return sql<{ id: string; alias: string | null; collect_by: Date }[]>`
    select id, alias, collect_by from virtual_keys
    where collect_by > ${from} and collect_by <= ${to} and deleted_at is null order by collect_by, id`;
}

/** Live keys that nothing rotates and whose secret is older than a moment. */
export async function agesOfKeys(sql: Sql, before: Date): Promise<{ keys: number; oldest: Date | null }> {
  const [row] = await sql<{ keys: number; oldest: Date | null }[]>`
    select count(*)::int as keys, min(coalesce(last_rotated_at, created_at)) as oldest from virtual_keys
    where deleted_at is null and not auto_rotate and (expires_at is null or expires_at > now())
      and coalesce(last_rotated_at, created_at) < ${before}`;
  return row ?? { keys: 0, oldest: null };
}

/**
 * Remembers since when provider credentials are known, by fingerprint; those that are gone are forgotten.
 * @returns fingerprint -> since when (ISO)
 */
export async function noteProviderKeys(
  sql: Sql,
  fingerprints: readonly string[],
  now: Date,
): Promise<Readonly<Record<string, string>>> {
  const [row] = await sql<{ value: Record<string, string> }[]>`
    select value from settings where name = 'provider_keys_seen'`;
  const known = Object.fromEntries(
    fingerprints.map((one) => [one, row?.value[one] ?? now.toISOString()] as const),
  );
  await sql`
    insert into settings (name, value, updated_by, updated_at)
    values ('provider_keys_seen', ${sql.json(known)}, 'system', ${now})
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`;
  return known;
}
