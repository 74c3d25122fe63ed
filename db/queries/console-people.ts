/** People and teams as the console lists them: with what they spent this month, what is theirs, and when they were seen. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import type { MemberLimits } from "../schema/people.ts";
import { movements, type SpendRange } from "./spend.ts";

export const USER_STATES = ["active", "invited", "blocked", "never"] as const;
export type UserState = (typeof USER_STATES)[number];
export const PERSON_SORTS = ["name", "spend", "seen", "created", "keys"] as const;
export type PersonSort = (typeof PERSON_SORTS)[number];

export interface PersonRow {
  id: string;
  email: string | null;
  alias: string | null;
  role: string;
  blocked: boolean;
  created_at: Date;
  updated_at: Date;
  models: string[];
  max_budget_nano_usd: bigint | null;
  soft_budget_nano_usd: bigint | null;
  budget_duration: string | null;
  rpm_limit: bigint | null;
  tpm_limit: bigint | null;
  teams: { id: string; name: string; role: string }[];
  keys: number;
  /** Of this month, nano-dollars. */
  spend: string;
  /** The later of the console's last sign of life and the last call with a key. */
  seen_at: Date | null;
  /** Can sign in with a password or by OpenID Connect. */
  has_access: boolean;
  has_totp: boolean;
  /** An invitation that was not used yet ends then. */
  invited_until: Date | null;
}

export interface PeopleAsked {
  readonly search?: string;
  readonly roles?: readonly string[];
  readonly state?: UserState;
  readonly teamId?: string;
  readonly id?: string;
  readonly month: SpendRange;
  readonly nowMs: number;
}

/** One page of users and how many match. @param page from 1 */
export async function listPeople(
  sql: Sql,
  asked: PeopleAsked,
  sort: PersonSort,
  order: "asc" | "desc",
  page: number,
  size: number,
): Promise<{ rows: PersonRow[]; total: number }> {
  const direction = order === "asc" ? sql`asc nulls last` : sql`desc nulls last`;
  const by = {
    name: sql`lower(coalesce(alias, email, id))`,
    spend: sql`spend`,
    seen: sql`seen_at`,
    created: sql`created_at`,
    keys: sql`keys`,
  }[sort];
  const rows = await sql<(PersonRow & { total: bigint })[]>`
    with found as (${people(sql, asked)})
    select *, count(*) over () as total from found where ${inState(sql, asked.state)}
    order by ${by} ${direction}, id limit ${size} offset ${(page - 1) * size}`;
  return { rows, total: Number(rows[0]?.total ?? 0n) };
}

export async function findPerson(
  sql: Sql,
  asked: PeopleAsked & { readonly id: string },
): Promise<PersonRow | null> {
  const rows = await sql<PersonRow[]>`select * from (${people(sql, asked)}) p`;
  return rows[0] ?? null;
}

function people(sql: Sql, { id, month, nowMs, roles, search, teamId }: PeopleAsked): Fragment {
  const pattern = `%${(search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const filters = [
    id === undefined ? null : sql`u.id = ${id}`,
    search === undefined
      ? null
      : sql`(u.alias ilike ${pattern} or u.email ilike ${pattern} or u.id = ${search})`,
    roles === undefined ? null : sql`u.role = any(${[...roles]})`,
    teamId === undefined
      ? null
      : sql`exists (select 1 from memberships m where m.user_id = u.id and m.team_id = ${teamId})`,
  ];
  const where = filters.reduce<Fragment>((all, one) => (one ? sql`${all} and ${one}` : all), sql`true`);
  const spendOf = id === undefined ? {} : { userId: id };
  return sql`
    select u.id, u.email, u.alias, u.role, u.blocked, u.created_at, u.updated_at, u.models, u.max_budget_nano_usd, u.soft_budget_nano_usd,
      u.budget_duration, u.rpm_limit, u.tpm_limit, coalesce(s.spend, 0) as spend,
      (select coalesce(json_agg(json_build_object('id', t.id, 'name', coalesce(t.alias, t.id), 'role', m.role) order by t.alias), '[]')
        from memberships m join teams t on t.id = m.team_id where m.user_id = u.id) as teams,
      coalesce(k.keys, 0)::int as keys, greatest(k.used, c.seen) as seen_at,
      (a.password_hash is not null or a.oidc_subject is not null) is true as has_access,
      a.totp_confirmed_at is not null as has_totp,
      (select max(i.expires_at) from console_codes i where i.kind = 'invitation' and i.email = u.email
        and i.used_at is null and i.expires_at > ${new Date(nowMs)}) as invited_until
    from users u
      left join (select user_id, sum(cost_nano_usd) as spend from (${movements(sql, month, spendOf)}) m group by 1) s
        on s.user_id = u.id
      left join (select user_id, count(*) filter (where deleted_at is null) as keys, max(last_used_at) as used
        from virtual_keys where user_id is not null group by 1) k on k.user_id = u.id
      left join console_accounts a on a.user_id = u.id
      left join (select user_id, max(last_seen_at) as seen from console_sessions group by 1) c on c.user_id = u.id
    where ${where}`;
}

function inState(sql: Sql, state: UserState | undefined): Fragment {
  if (state === undefined) return sql`true`;
  if (state === "blocked") return sql`blocked`;
  if (state === "invited") return sql`not blocked and not has_access and invited_until is not null`;
  if (state === "never") return sql`not blocked and seen_at is null`;
  return sql`not blocked`;
}

export const TEAM_SORTS = ["name", "spend", "members", "keys", "created"] as const;
export type TeamSort = (typeof TEAM_SORTS)[number];

export interface TeamListRow {
  id: string;
  alias: string | null;
  blocked: boolean;
  models: string[];
  created_at: Date;
  updated_at: Date;
  max_budget_nano_usd: bigint | null;
  soft_budget_nano_usd: bigint | null;
  budget_duration: string | null;
  rpm_limit: bigint | null;
  tpm_limit: bigint | null;
  max_parallel_requests: number | null;
  member_defaults: MemberLimits;
  member_permissions: string[];
  members: number;
  keys: number;
  /** Names of its admins. */
  owners: string[];
  spend: string;
}

export interface TeamsAsked {
  readonly search?: string;
  readonly id?: string;
  /** Only teams that this user belongs to. */
  readonly userId?: string;
  readonly month: SpendRange;
}

/** One page of teams and how many match. @param page from 1 */
export async function listTeamRows(
  sql: Sql,
  asked: TeamsAsked,
  sort: TeamSort,
  order: "asc" | "desc",
  page: number,
  size: number,
): Promise<{ rows: TeamListRow[]; total: number }> {
  const direction = order === "asc" ? sql`asc nulls last` : sql`desc nulls last`;
  const by =
    sort === "name" ? sql`lower(coalesce(alias, id))` : sort === "created" ? sql`created_at` : sql(sort);
  const rows = await sql<(TeamListRow & { total: bigint })[]>`
    with found as (${teamsMatching(sql, asked)})
    select *, count(*) over () as total from found
    order by ${by} ${direction}, id limit ${size} offset ${(page - 1) * size}`;
  return { rows, total: Number(rows[0]?.total ?? 0n) };
}

export async function findTeamRow(
  sql: Sql,
  asked: TeamsAsked & { readonly id: string },
): Promise<TeamListRow | null> {
  const rows = await sql<TeamListRow[]>`select * from (${teamsMatching(sql, asked)}) t`;
  return rows[0] ?? null;
}

function teamsMatching(sql: Sql, { id, month, search, userId }: TeamsAsked): Fragment {
  const pattern = `%${(search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const filters = [
    id === undefined ? null : sql`t.id = ${id}`,
    search === undefined ? null : sql`(t.alias ilike ${pattern} or t.id = ${search})`,
    userId === undefined
      ? null
      : sql`exists (select 1 from memberships m where m.team_id = t.id and m.user_id = ${userId})`,
  ];
  const where = filters.reduce<Fragment>((all, one) => (one ? sql`${all} and ${one}` : all), sql`true`);
  const spendOf = id === undefined ? {} : { teamIds: [id] };
  return sql`
    select t.id, t.alias, t.blocked, t.models, t.created_at, t.updated_at, t.max_budget_nano_usd, t.soft_budget_nano_usd, t.budget_duration,
      t.rpm_limit, t.tpm_limit, t.max_parallel_requests, t.member_defaults, t.member_permissions, coalesce(s.spend, 0) as spend,
      (select count(*)::int from memberships m where m.team_id = t.id) as members,
      (select count(*)::int from virtual_keys k where k.team_id = t.id and k.deleted_at is null) as keys,
      array(select coalesce(u.alias, u.email, m.user_id) from memberships m left join users u on u.id = m.user_id
        where m.team_id = t.id and m.role = 'admin' order by 1) as owners
    from teams t left join (select team_id, sum(cost_nano_usd) as spend from (${movements(sql, month, spendOf)}) m group by 1) s
      on s.team_id = t.id
    where ${where}`;
}

export interface MemberListRow {
  user_id: string;
  name: string;
  email: string | null;
  role: string;
  /** Live keys in this team. */
  keys: number;
  max_budget_nano_usd: bigint | null;
  budget_duration: string | null;
  rpm_limit: bigint | null;
  tpm_limit: bigint | null;
  created_at: Date;
  spend: string;
}

/** Members of a team with what they spent for it. */
export async function teamMembers(sql: Sql, teamId: string, month: SpendRange): Promise<MemberListRow[]> {
  return sql<MemberListRow[]>`
    select m.user_id, coalesce(u.alias, u.email, m.user_id) as name, u.email, m.role, m.max_budget_nano_usd, m.budget_duration,
      m.rpm_limit, m.tpm_limit, m.created_at, coalesce(s.spend, 0)::text as spend,
      (select count(*)::int from virtual_keys k where k.team_id = m.team_id and k.user_id = m.user_id
        and k.deleted_at is null) as keys
    from memberships m left join users u on u.id = m.user_id
      left join (select user_id, sum(cost_nano_usd) as spend
        from (${movements(sql, month, { teamIds: [teamId] })}) r group by 1) s on s.user_id = m.user_id
    where m.team_id = ${teamId} order by m.role, 2`;
}

/** A user's part in a team; null for who is none. */
export async function memberRole(sql: Sql, teamId: string, userId: string): Promise<string | null> {
  const rows = await sql<{ role: string }[]>`
    select role from memberships where team_id = ${teamId} and user_id = ${userId}`;
  return rows[0]?.role ?? null;
}

/** Addresses of people who are not in the team, to add. */
export async function addressesOutside(sql: Sql, teamId: string): Promise<{ email: string; name: string }[]> {
  return sql<{ email: string; name: string }[]>`
    select email, coalesce(alias, email) as name from users u where email is not null and not blocked
      and not exists (select 1 from memberships m where m.team_id = ${teamId} and m.user_id = u.id)
    order by 2 limit 500`;
}
