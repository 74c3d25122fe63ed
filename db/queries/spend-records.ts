/** Settled spend records, one by one, and the names of who stands in them. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import { between, matching, type SpendFilter, type SpendRange } from "./spend.ts";
import type { StoredCall } from "./stored-call.ts";

export interface RecordFilter extends SpendFilter {
  /** The gateway's id, the client's own, or the answer's. */
  readonly requestId?: string;
}

export interface SpendRecordRow extends StoredCall {
  settled_at: Date | null;
  outcome: string;
  /** Null for the master key, and for a key that is no longer on record. */
  secret_hash: string | null;
  metadata: Record<string, unknown> | null;
}

/**
 * One page of records, newest first, and how many there are in all. Ids begin with the call's time, so the primary key
 * gives that order without a sort. @param page from 1
 */
export async function listRecords(
  sql: Sql,
  range: SpendRange,
  filter: RecordFilter,
  page: number,
  size: number,
): Promise<{ rows: SpendRecordRow[]; total: number }> {
  const where = sql`state = 'settled' and ${between(sql, "started_at", range.fromMs, range.toMs)}
    and ${matching(sql, filter)} and ${named(sql, filter.requestId)}`;
  const rows = await sql<SpendRecordRow[]>`
    select r.*, k.secret_hash, k.alias as key_alias, t.alias as team_alias
    from (select * from spend_records where ${where} order by id desc limit ${size} offset ${(page - 1) * size}) r
    left join virtual_keys k on k.id = r.key_id
    left join teams t on t.id = r.team_id
    order by r.id desc`;
  const counted = await sql<{ total: bigint }[]>`select count(*) as total from spend_records where ${where}`;
  return { rows, total: Number(counted[0]?.total ?? 0n) };
}

function named(sql: Sql, id: string | undefined): Fragment {
  return id === undefined ? sql`true` : sql`(id = ${id} or client_request_id = ${id} or response_id = ${id})`;
}

/** The id of a key by its hash or its id, also after it was deleted: what it spent stays on record. */
export async function findKeyId(sql: Sql, hashOrId: string): Promise<string | null> {
  const rows = await sql<{ id: string }[]>`
    select id from virtual_keys where secret_hash = ${hashOrId} or previous_secret_hash = ${hashOrId} or id = ${hashOrId} limit 1`;
  return rows[0]?.id ?? null;
}

export interface KeyName {
  id: string;
  secret_hash: string;
  secret_last4: string;
  alias: string | null;
  team_id: string | null;
}

/** Key id -> how it is called; deleted keys too. */
export async function keyNames(sql: Sql, ids: readonly string[]): Promise<Map<string, KeyName>> {
  const rows = await sql<KeyName[]>`
    select id, secret_hash, secret_last4, alias, team_id from virtual_keys where id = any(${[...ids]})`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Team id -> alias; deleted teams are absent. */
export async function teamAliases(sql: Sql, ids: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await sql<
    { id: string; alias: string | null }[]
  >`select id, alias from teams where id = any(${[...ids]})`;
  return new Map(rows.map((row) => [row.id, row.alias]));
}
