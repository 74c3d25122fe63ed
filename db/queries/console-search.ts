/** What the console's search finds: a few of each kind, the closest names first. */
import type { Sql } from "../client.ts";

export interface FoundKey {
  id: string;
  alias: string | null;
  secret_start: string;
  secret_last4: string;
  owner: string | null;
  deleted_at: Date | null;
  /** The secret that was asked for is the one before the last rotation. */
  former: boolean;
}

/** Keys by part of their name, by id, or by the hash of a secret. @param userId null: whoever's */
export async function searchKeys(
  sql: Sql,
  text: string,
  hash: string | null,
  userId: string | null,
  limit: number,
): Promise<FoundKey[]> {
  const found =
    hash === null
      ? sql`k.deleted_at is null and (k.alias ilike ${partOf(text)} or k.id = ${text} or k.secret_last4 = ${text})`
      : sql`(k.secret_hash = ${hash} or k.previous_secret_hash = ${hash})`;
  const own = userId === null ? sql`true` : sql`k.user_id = ${userId}`;
  return sql<FoundKey[]>`
    select k.id, k.alias, k.secret_start, k.secret_last4, coalesce(t.alias, u.alias, u.email) as owner, k.deleted_at,
      coalesce(k.previous_secret_hash = ${hash ?? ""}, false) as former
    from virtual_keys k left join users u on u.id = k.user_id left join teams t on t.id = k.team_id
    where ${found} and ${own}
    order by position(lower(${text}) in lower(coalesce(k.alias, ''))), lower(k.alias), k.id limit ${limit}`;
}

export interface FoundName {
  id: string;
  name: string;
  note: string | null;
}

/** Users by part of name or address, or by id. */
export async function searchUsers(sql: Sql, text: string, limit: number): Promise<FoundName[]> {
  return sql<FoundName[]>`
    select id, coalesce(alias, email, id) as name, email as note from users
    where alias ilike ${partOf(text)} or email ilike ${partOf(text)} or id = ${text} order by 2 limit ${limit}`;
}

/** Teams by part of their name, or by id. @param userId only teams that this user belongs to; null: all */
export async function searchTeams(
  sql: Sql,
  text: string,
  userId: string | null,
  limit: number,
): Promise<FoundName[]> {
  const own =
    userId === null
      ? sql`true`
      : sql`exists (select 1 from memberships m where m.team_id = t.id and m.user_id = ${userId})`;
  return sql<FoundName[]>`
    select t.id, coalesce(t.alias, t.id) as name, null as note from teams t
    where (t.alias ilike ${partOf(text)} or t.id = ${text}) and ${own} order by 2 limit ${limit}`;
}

function partOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
