/** Networks that keys were used from. */
import type { Sql } from "../client.ts";

export interface FoundNetwork {
  key_id: string;
  network: string;
  alias: string | null;
  /** How many the key has now. */
  networks: number;
  /** When its first one was seen; null: this is the first. */
  first_at: Date | null;
}

/** Writes uses down. @returns those networks that are new for their key */
export async function noteNetworks(
  sql: Sql,
  rows: readonly { readonly keyId: string; readonly network: string }[],
  now: Date,
): Promise<FoundNetwork[]> {
  return sql.begin(async (tx) => {
    const fresh = await tx<{ key_id: string; network: string; inserted: boolean }[]>`
      insert into key_networks (key_id, network, first_seen_at, last_seen_at)
      select r.key_id, r.network, ${now}, ${now}
      from jsonb_to_recordset(${tx.json(rows.map((row) => ({ key_id: row.keyId, network: row.network })))})
        as r(key_id text, network text)
      -- Noted a little after the call: by then the key's owner may have been erased.
      where not exists (select from virtual_keys k where k.id = r.key_id and k.secret_hash = 'erased ' || k.id)
      on conflict (key_id, network) do update set last_seen_at = excluded.last_seen_at
      returning key_id, network, (xmax = 0) as inserted`;
    const inserted = fresh.filter((row) => row.inserted);
    if (inserted.length === 0) return [];
    const known = await tx<
      { key_id: string; alias: string | null; networks: number; first_at: Date | null }[]
    >`
      select n.key_id, k.alias, count(*)::int as networks, min(n.first_seen_at) filter (
        where n.first_seen_at < ${now}) as first_at
      from key_networks n left join virtual_keys k on k.id = n.key_id
      where n.key_id = any(${inserted.map((row) => row.key_id)}) group by n.key_id, k.alias`;
    return inserted.flatMap(({ key_id, network }) => {
      const key = known.find((row) => row.key_id === key_id);
      return key
        ? [{ key_id, network, alias: key.alias, networks: key.networks, first_at: key.first_at }]
        : [];
    });
  });
}

export interface KeyNetworkRow {
  network: string;
  first_seen_at: Date;
  last_seen_at: Date;
}

/** The one used last first. */
export function networksOfKey(sql: Sql, keyId: string, limit: number): Promise<KeyNetworkRow[]> {
  return sql<KeyNetworkRow[]>`
    select network, first_seen_at, last_seen_at from key_networks where key_id = ${keyId}
    order by last_seen_at desc, network limit ${limit}`;
}

/** Forgets networks that were not used since. */
export async function forgetNetworks(sql: Sql, before: Date): Promise<void> {
  await sql`delete from key_networks where last_seen_at < ${before}`;
}
