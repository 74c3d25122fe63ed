/** Teams and their members as the console lists them: with what they spent this month, and what is theirs. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import type { MemberLimits } from "../schema/people.ts";
import { movements, type SpendRange } from "./spend.ts";

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
