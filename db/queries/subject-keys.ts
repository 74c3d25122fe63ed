/** Keys that seal what the audit log says of a person. */
import type { Sql } from "../client.ts";

export interface StoredSubjectKey {
  readonly pseudonym: string;
  readonly subject_hash: string | null;
  /** Null once destroyed. */
  readonly sealed_key: string | null;
}

export async function keysByHash(sql: Sql, hashes: readonly string[]): Promise<StoredSubjectKey[]> {
  if (hashes.length === 0) return [];
  return sql<StoredSubjectKey[]>`
    select pseudonym, subject_hash, sealed_key from subject_keys where subject_hash in ${sql(hashes)}`;
}

export async function keysByPseudonym(sql: Sql, pseudonyms: readonly string[]): Promise<StoredSubjectKey[]> {
  if (pseudonyms.length === 0) return [];
  return sql<StoredSubjectKey[]>`
    select pseudonym, subject_hash, sealed_key from subject_keys where pseudonym in ${sql(pseudonyms)}`;
}

/** The newest that still open, for a search by what they seal. */
export async function livingKeys(sql: Sql, limit: number): Promise<StoredSubjectKey[]> {
  return sql<StoredSubjectKey[]>`
    select pseudonym, subject_hash, sealed_key from subject_keys
    where sealed_key is not null order by created_at desc limit ${limit}`;
}

/** Whoever comes second for the same person uses the first one's. */
export async function addSubjectKeys(
  sql: Sql,
  keys: readonly { readonly pseudonym: string; readonly subjectHash: string; readonly sealedKey: string }[],
  now: Date,
): Promise<void> {
  const rows = keys.map((key) => ({
    pseudonym: key.pseudonym,
    subject_hash: key.subjectHash,
    sealed_key: key.sealedKey,
    created_at: now,
  }));
  await sql`insert into subject_keys ${sql(rows)} on conflict (subject_hash) do nothing`;
}
