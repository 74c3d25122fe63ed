/** People and service accounts as the console lists them: with what they spent this month, what is theirs, and when they were seen. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
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
  /** person, service or drill */
  kind: string;
  /** Who answers for a service account. */
  owner_id: string | null;
  owner_name: string | null;
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
  readonly kind?: "person" | "service";
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

function people(sql: Sql, { id, kind, month, nowMs, roles, search, teamId }: PeopleAsked): Fragment {
  const pattern = `%${(search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const filters = [
    id === undefined ? null : sql`u.id = ${id}`,
    kind === undefined ? null : sql`u.kind = ${kind}`,
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
    select u.id, u.email, u.alias, u.role, u.kind, u.blocked,
      o.id as owner_id, coalesce(o.alias, o.email, o.id) as owner_name, u.created_at, u.updated_at, u.models, u.max_budget_nano_usd, u.soft_budget_nano_usd,
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
      left join users o on u.kind = 'service' and o.id = u.metadata->>'owner_user_id'
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
