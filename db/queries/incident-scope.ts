/** The keys that fall under an incident's scope, how they are used, and whose they are. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";

export interface ScopeOf {
  readonly kind: "key" | "team" | "user" | "ip" | "created_since" | "all" | "master_key";
  readonly id: string;
}

/** A key, revoked ones among them: an incident may be about one that is gone. */
export async function findScopeKey(
  sql: Sql,
  hash: string,
): Promise<{ id: string; alias: string | null } | null> {
  const [row] = await sql<{ id: string; alias: string | null }[]>`
    select id, alias from virtual_keys where id = ${hash} or secret_hash = ${hash} or previous_secret_hash = ${hash}
    order by deleted_at is not null limit 1`;
  return row ?? null;
}

/** A team or user by id, name or e-mail; one that only its keys name counts as well. */
export async function findScopeOwner(
  sql: Sql,
  kind: "team" | "user",
  named: string,
): Promise<{ id: string; name: string | null } | null> {
  const rows =
    kind === "team"
      ? await sql<{ id: string; name: string | null }[]>`
          select id, alias as name from teams where id = ${named} or alias = ${named} order by id <> ${named} limit 1`
      : await sql<{ id: string; name: string | null }[]>`
          select id, coalesce(alias, email) as name from users where id = ${named} or email = ${named}
          order by id <> ${named} limit 1`;
  if (rows[0]) return rows[0];
  const column = sql(kind === "team" ? "team_id" : "user_id");
  const [key] = await sql`select 1 from virtual_keys where ${column} = ${named} limit 1`;
  return key ? { id: named, name: null } : null;
}

/** How far back calls are looked at for the keys used from an address. */
const USED_DAYS = 30;

/** Live keys of a scope, as a condition on `virtual_keys k`. */
export function inScope(sql: Sql, { id, kind }: ScopeOf): Fragment {
  if (kind === "key") return sql`k.id = ${id}`;
  if (kind === "team") return sql`k.team_id = ${id}`;
  if (kind === "user") return sql`k.user_id = ${id}`;
  if (kind === "created_since") return sql`k.created_at >= ${id}::timestamptz`;
  // Whoever held the master key may have read or made any of them.
  if (kind === "master_key" || kind === "all") return sql`true`;
  // Networks are learned for every key; records then tell the single address, or its network where they are shortened.
  return sql`
    exists (select 1 from key_networks n where n.key_id = k.id and n.network::inet && ${id}::inet)
    and (masklen(${id}::inet) <= case family(${id}::inet) when 4 then 24 else 48 end
      or exists (select 1 from spend_records r where r.key_id = k.id
        and r.started_at > now() - make_interval(days => ${USED_DAYS})
        and case when r.ip ~ '^[0-9a-fA-F.:]+$' then r.ip::inet <<= ${id}::inet
          or r.ip::inet = host(network(set_masklen(${id}::inet, case family(${id}::inet) when 4 then 24 else 48 end)))::inet
          else false end))`;
}

export async function keyIdsInScope(sql: Sql, scope: ScopeOf): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select k.id from virtual_keys k where k.deleted_at is null and ${inScope(sql, scope)} order by k.id`;
  return rows.map(({ id }) => id);
}

/** How many live keys a scope has, and what was called with them since then. */
export async function scopeUse(
  sql: Sql,
  scope: ScopeOf,
  since: Date,
): Promise<{ keys: number; calls: number; failures: number }> {
  const [counted] = await sql<{ keys: number }[]>`
    select count(*)::int as keys from virtual_keys k where k.deleted_at is null and ${inScope(sql, scope)}`;
  const which =
    scope.kind === "master_key"
      ? sql`r.key_id = 'master'`
      : scope.kind === "all"
        ? sql`true`
        : sql`r.key_id in (select k.id from virtual_keys k where k.deleted_at is null and ${inScope(sql, scope)})`;
  const [calls] = await sql<{ calls: number; failures: number }[]>`
    select count(*)::int as calls, (count(*) filter (where r.outcome <> 'ok'))::int as failures
    from spend_records r where r.started_at >= ${since} and ${which}`;
  return { keys: counted?.keys ?? 0, calls: calls?.calls ?? 0, failures: calls?.failures ?? 0 };
}

export interface ScopeKeyRow {
  id: string;
  alias: string | null;
  start: string;
  last4: string;
  user_id: string | null;
  user_name: string | null;
  team_id: string | null;
  team_name: string | null;
  calls: number;
  last_used_at: Date | null;
  created_at: Date;
  deleted_at: Date | null;
}

/** The keys of a scope (live ones) or of a list, the most used since `since` first. */
export function keysOf(
  sql: Sql,
  which: ScopeOf | readonly string[],
  since: Date,
  limit: number,
): Promise<ScopeKeyRow[]> {
  const condition =
    "kind" in which ? sql`k.deleted_at is null and ${inScope(sql, which)}` : sql`k.id = any(${[...which]})`;
  return sql<ScopeKeyRow[]>`
    select k.id, k.alias, k.secret_start as start, k.secret_last4 as last4, k.user_id,
      coalesce(u.alias, u.email) as user_name, k.team_id, t.alias as team_name, coalesce(c.calls, 0)::int as calls,
      k.last_used_at, k.created_at, k.deleted_at
    from virtual_keys k
    left join users u on u.id = k.user_id
    left join teams t on t.id = k.team_id
    left join (select key_id, count(*) as calls from spend_records where started_at >= ${since} group by key_id) c
      on c.key_id = k.id
    where ${condition} order by c.calls desc nulls last, k.id limit ${limit}`;
}

export interface OwnerToTell {
  id: string;
  name: string | null;
  email: string | null;
  keys: number;
}

/** People whose keys are concerned: the keys' own users, and the admins of their teams. */
export function ownersToTell(
  sql: Sql,
  which: ScopeOf | readonly string[],
  limit: number,
): Promise<OwnerToTell[]> {
  const condition =
    "kind" in which ? sql`k.deleted_at is null and ${inScope(sql, which)}` : sql`k.id = any(${[...which]})`;
  return sql<OwnerToTell[]>`
    with concerned as (select k.id, k.user_id, k.team_id from virtual_keys k where ${condition}),
    people as (
      select c.id as key_id, c.user_id as id from concerned c where c.user_id is not null
      union
      select c.id, m.user_id from concerned c join memberships m on m.team_id = c.team_id and m.role = 'admin')
    select p.id, u.alias as name, u.email, count(*)::int as keys
    from people p left join users u on u.id = p.id
    group by p.id, u.alias, u.email order by count(*) desc, p.id limit ${limit}`;
}
