/** Virtual keys as the console lists them, with the names of their owners and what is theirs to tell. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";

export const KEY_STATES = ["active", "expiring", "grace", "disabled", "expired", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];
export const KEY_SORTS = ["created", "name", "spend", "used", "expires"] as const;
export type KeySort = (typeof KEY_SORTS)[number];

export interface KeyListRow {
  id: string;
  /** Names the key to the gateway; opens nothing. */
  secret_hash: string;
  secret_start: string;
  secret_last4: string;
  previous_secret_expires_at: Date | null;
  alias: string | null;
  user_id: string | null;
  user_name: string | null;
  team_id: string | null;
  team_alias: string | null;
  models: string[];
  expires_at: Date | null;
  rpm_limit: bigint | null;
  tpm_limit: bigint | null;
  max_parallel_requests: number | null;
  max_budget_nano_usd: bigint | null;
  soft_budget_nano_usd: bigint | null;
  budget_duration: string | null;
  spend_nano_usd: bigint;
  spend_period_started_at: Date | null;
  tags: string[];
  blocked: boolean;
  auto_rotate: boolean;
  rotation_interval: string | null;
  /** With auto_rotate: when a new secret is due. */
  rotate_at: Date | null;
  /** It was due: when the secret ends unless a new one is taken. */
  collect_by: Date | null;
  rotation_count: number;
  last_rotated_at: Date | null;
  last_used_at: Date | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
}

export interface KeyListFilter {
  /** Part of name, start, last four, owner or tag. */
  readonly search?: string;
  readonly state?: KeyState;
  readonly userId?: string;
  readonly teamId?: string;
  readonly nowMs: number;
}

const WEEK_MS = 7 * 86_400_000;

/** One page of keys and how many match. @param page from 1 */
export async function listKeyRows(
  sql: Sql,
  filter: KeyListFilter,
  sort: KeySort,
  order: "asc" | "desc",
  page: number,
  size: number,
): Promise<{ rows: KeyListRow[]; total: number }> {
  const from = sql`virtual_keys k left join users u on u.id = k.user_id left join teams t on t.id = k.team_id
    where ${matching(sql, filter)}`;
  const direction = order === "asc" ? sql`asc nulls last` : sql`desc nulls last`;
  const rows = await sql<KeyListRow[]>`
    select k.*, coalesce(u.alias, u.email) as user_name, t.alias as team_alias
    from ${from} order by ${column(sql, sort)} ${direction}, k.id desc limit ${size} offset ${(page - 1) * size}`;
  const counted = await sql<{ total: bigint }[]>`select count(*) as total from ${from}`;
  return { rows, total: Number(counted[0]?.total ?? 0n) };
}

/** A key by its id, revoked ones too. @param userId null: whoever's */
export async function findKeyRow(sql: Sql, id: string, userId: string | null): Promise<KeyListRow | null> {
  const own = userId === null ? sql`true` : sql`k.user_id = ${userId}`;
  const rows = await sql<KeyListRow[]>`
    select k.*, coalesce(u.alias, u.email) as user_name, t.alias as team_alias
    from virtual_keys k left join users u on u.id = k.user_id left join teams t on t.id = k.team_id
    where k.id = ${id} and ${own}`;
  return rows[0] ?? null;
}

/** Calls of each key in each of the last `hours` hours. */
export async function keyActivity(
  sql: Sql,
  ids: readonly string[],
  firstHourMs: number,
): Promise<Map<string, { hour: number; ok: number; bad: number }[]>> {
  const byKey = new Map<string, { hour: number; ok: number; bad: number }[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return byKey;
  const rows = await sql<{ key_id: string; hour: Date; requests: string; bad: string }[]>`
    select key_id, hour, sum(requests)::text as requests, sum(failures + refusals)::text as bad
    from spend_hourly where key_id = any(${[...ids]}) and hour >= ${new Date(firstHourMs)} group by 1, 2`;
  for (const row of rows) {
    const bad = Number(row.bad);
    byKey.get(row.key_id)?.push({
      hour: Math.round((row.hour.getTime() - firstHourMs) / 3_600_000),
      ok: Number(row.requests) - bad,
      bad,
    });
  }
  return byKey;
}

export interface OwnerChoice {
  id: string;
  name: string;
}

/** Users and teams to choose an owner from. */
export async function ownerChoices(sql: Sql): Promise<{ users: OwnerChoice[]; teams: OwnerChoice[] }> {
  const users = await sql<OwnerChoice[]>`
    select id, coalesce(alias, email, id) as name from users where not blocked order by 2 limit 500`;
  const teams = await sql<OwnerChoice[]>`
    select id, coalesce(alias, id) as name from teams where not blocked order by 2 limit 500`;
  return { users: [...users], teams: [...teams] };
}

/** People to choose from: those who answer for something, not programs' accounts. */
export async function peopleChoices(sql: Sql): Promise<OwnerChoice[]> {
  return sql<OwnerChoice[]>`
    select id, coalesce(alias, email, id) as name from users where not blocked and kind = 'person' order by 2 limit 500`;
}

export interface HistoryRow {
  seq: bigint;
  at: Date;
  actor_kind: string;
  actor_id: string;
  actor_name: string | null;
  action: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  outcome: string;
}

/** What happened to an object, the latest first. */
export async function historyOf(sql: Sql, kind: string, id: string, limit: number): Promise<HistoryRow[]> {
  return sql<HistoryRow[]>`
    select e.seq, e.at, e.actor_kind, e.actor_id, coalesce(u.alias, u.email) as actor_name, e.action, e.before, e.after, e.outcome
    from audit_events e left join users u on u.id = e.actor_id
    where e.target_kind = ${kind} and e.target_id = ${id} order by e.seq desc limit ${limit}`;
}

function column(sql: Sql, sort: KeySort): Fragment {
  if (sort === "name") return sql`lower(k.alias)`;
  if (sort === "spend") return sql`k.spend_nano_usd`;
  if (sort === "used") return sql`k.last_used_at`;
  if (sort === "expires") return sql`k.expires_at`;
  return sql`k.created_at`;
}

function matching(sql: Sql, { search, state, userId, teamId, nowMs }: KeyListFilter): Fragment {
  const pattern = search === undefined ? "" : `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  const found =
    search === undefined
      ? sql`true`
      : sql`(k.alias ilike ${pattern} or k.id = ${search} or k.secret_start || k.secret_last4 ilike ${pattern}
          or k.secret_last4 = ${search.slice(-4)} or u.email ilike ${pattern} or u.alias ilike ${pattern}
          or t.alias ilike ${pattern} or exists (select 1 from unnest(k.tags) g where g ilike ${pattern}))`;
  const own = userId === undefined ? sql`true` : sql`k.user_id = ${userId}`;
  const team = teamId === undefined ? sql`true` : sql`k.team_id = ${teamId}`;
  return sql`${found} and ${own} and ${team} and ${inState(sql, state, new Date(nowMs), new Date(nowMs + WEEK_MS))}`;
}

function inState(sql: Sql, state: KeyState | undefined, now: Date, week: Date): Fragment {
  const live = sql`k.deleted_at is null`;
  const ended = sql`k.expires_at is not null and k.expires_at <= ${now}`;
  if (state === undefined) return live;
  if (state === "revoked") return sql`k.deleted_at is not null`;
  if (state === "expired") return sql`${live} and ${ended}`;
  if (state === "disabled") return sql`${live} and k.blocked`;
  const working = sql`${live} and not k.blocked and not (${ended})`;
  if (state === "expiring") return sql`${working} and k.expires_at < ${week}`;
  if (state === "grace") return sql`${working} and k.previous_secret_expires_at > ${now}`;
  return working;
}

/** Live keys with a budget that have spent most of it, whichever period that was in. */
export async function keysNearBudget(sql: Sql, userId: string | null, limit: number): Promise<KeyListRow[]> {
  const own = userId === null ? sql`true` : sql`k.user_id = ${userId}`;
  return sql<KeyListRow[]>`
    select k.*, coalesce(u.alias, u.email) as user_name, t.alias as team_alias
    from virtual_keys k left join users u on u.id = k.user_id left join teams t on t.id = k.team_id
    where k.deleted_at is null and k.max_budget_nano_usd > 0 and k.spend_nano_usd * 10 >= k.max_budget_nano_usd * 8 and ${own}
    order by k.spend_nano_usd::numeric / k.max_budget_nano_usd desc limit ${limit}`;
}

/** Id -> name of users; those that are gone are absent. */
export async function userNames(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; name: string }[]>`
    select id, coalesce(alias, email, id) as name from users where id = any(${[...ids]})`;
  return new Map(rows.map((row) => [row.id, row.name]));
}
