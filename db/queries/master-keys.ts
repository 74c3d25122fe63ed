/** What is known of master keys. */
import type { Sql } from "../client.ts";

export interface MasterKeyRow {
  hash: string;
  length: number;
  first_seen_at: Date;
  valid_until: Date | null;
  alone: boolean;
  uses: string;
  uses_after_rotation: string;
  last_used_at: Date | null;
  clients: MasterKeyClient[];
  created_by: string;
}

/** Who used a key after it was replaced. */
export interface MasterKeyClient {
  readonly ip: string;
  /** The start of its user agent. */
  readonly client: string;
  readonly at: string;
  readonly uses: number;
}

/** The newest first. */
export function listMasterKeys(sql: Sql): Promise<MasterKeyRow[]> {
  return sql<MasterKeyRow[]>`
    select hash, length, first_seen_at, valid_until, alone, uses, uses_after_rotation, last_used_at, clients, created_by
    from master_keys order by first_seen_at desc, hash`;
}

/**
 * Remembers a key that a configuration names. One that no rotation made and none has replaced is the operator's word: keys
 * that counted without being configured count no more.
 */
export async function noteConfigured(
  sql: Sql,
  key: { readonly hash: string; readonly length: number; readonly at: Date },
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      insert into master_keys (hash, length, first_seen_at, created_by)
      values (${key.hash}, ${key.length}, ${key.at}, 'configuration') on conflict (hash) do nothing`;
    await tx`
      update master_keys set alone = false
      where alone and hash <> ${key.hash} and exists (select 1 from master_keys
        where hash = ${key.hash} and created_by = 'configuration' and valid_until is null)`;
  });
}

export interface MasterKeyUses {
  readonly hash: string;
  readonly uses: number;
  readonly afterRotation: number;
  readonly at: Date;
  readonly clients: readonly MasterKeyClient[];
}

const MOST_CLIENTS = 5;

/** Adds to what a key was used for. */
export async function addUses(
  sql: Sql,
  { afterRotation, at, clients, hash, uses }: MasterKeyUses,
): Promise<void> {
  await sql.begin(async (tx) => {
    const [row] = await tx<{ clients: MasterKeyClient[] }[]>`
      select clients from master_keys where hash = ${hash} for update`;
    if (!row) return;
    const known = row.clients.map((old) => {
      const more = clients.find((one) => one.ip === old.ip && one.client === old.client);
      return more ? { ...more, uses: more.uses + old.uses } : old;
    });
    const fresh = clients.filter(
      (one) => !known.some((old) => old.ip === one.ip && old.client === one.client),
    );
    const all = [...known, ...fresh].sort((a, b) => b.at.localeCompare(a.at)).slice(0, MOST_CLIENTS);
    await tx`
      update master_keys set uses = uses + ${uses}, uses_after_rotation = uses_after_rotation + ${afterRotation},
        last_used_at = greatest(last_used_at, ${at}), clients = ${tx.json(all as never)}
      where hash = ${hash}`;
  });
}
