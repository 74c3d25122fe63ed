/** Owners of budgets and limits as the console lists them, what they spent day by day, and who points to which tier. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import type { MemberLimits } from "../schema/people.ts";
import { ceilings, type MemberRow, type OwnerRow, type TierRow } from "./callers.ts";
import { guidedCalls } from "./guided-calls.ts";
import { movements } from "./spend.ts";

export const OWNER_KINDS = ["key", "user", "team", "team_member", "end_user", "tag"] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];

export interface OwnerListRow {
  id: string;
  /** The owner's own row; of a member, the team's. */
  own: OwnerRow & { member_defaults?: MemberLimits };
  tier: TierRow | null;
  /** Set for members alone. */
  member: MemberRow | null;
  user_id: string | null;
  user_name: string | null;
  team_id: string | null;
}

export interface OwnersAsked {
  readonly what: "budgets" | "limits";
  /** Part of a name, or a whole id. */
  readonly search?: string;
  /** Only what this user may see: its own, and teams that it administers. */
  readonly userId?: string;
  /** Only these, for keys made or used since then. */
  readonly usedSinceMs?: number;
  /** The tier of end users that name none. */
  readonly endUserTier?: string | null;
  readonly most: number;
}

/** Owners of one kind that have a budget (or a limit), by their own row, their tier or their team's defaults for members. */
export async function limitedOwners(sql: Sql, kind: OwnerKind, asked: OwnersAsked): Promise<OwnerListRow[]> {
  const found = (...columns: string[]) => searched(sql, columns, asked.search);
  if (kind === "key") {
    const own = asked.userId === undefined ? sql`true` : sql`k.user_id = ${asked.userId}`;
    const used =
      asked.usedSinceMs === undefined
        ? sql`true`
        : sql`greatest(k.last_used_at, k.created_at) >= ${new Date(asked.usedSinceMs)}`;
    return sql<OwnerListRow[]>`
      select k.id, k.user_id, k.team_id, null as user_name, null as member, ${tier(sql, "k")},
        (select row_to_json(o) from (select k.id, coalesce(k.alias, k.secret_start || '…' || k.secret_last4) as name,
          k.models, k.blocked, ${ceilings(sql, "k")}) o) as own
      from virtual_keys k left join budgets b on b.id = k.budget_id
      where k.deleted_at is null and (${has(sql, "k", asked)} or ${has(sql, "b", asked)})
        and ${found("k.alias", "k.id", "k.secret_last4")} and ${own} and ${used}
      order by k.spend_nano_usd::numeric / nullif(k.max_budget_nano_usd, 0) desc nulls last, k.id limit ${asked.most}`;
  }
  if (kind === "team_member") {
    const own = asked.userId === undefined ? sql`true` : sql`m.user_id = ${asked.userId}`;
    const terms =
      asked.what === "budgets"
        ? sql`(m.max_budget_nano_usd is not null or t.member_defaults ? 'maxBudgetNanoUsd')`
        : sql`(m.rpm_limit is not null or m.tpm_limit is not null or t.member_defaults ?| array['rpm', 'tpm'])`;
    return sql<OwnerListRow[]>`
      select m.team_id || '/' || m.user_id as id, m.user_id, m.team_id, coalesce(u.alias, u.email, m.user_id) as user_name,
        null as tier,
        (select row_to_json(o) from (select t.id, t.alias as name, t.models, t.blocked, t.member_defaults,
          ${ceilings(sql, "t")}) o) as own,
        (select row_to_json(o) from (select m.role, m.max_budget_nano_usd::text as max_budget, m.budget_duration,
          m.rpm_limit, m.tpm_limit, (select row_to_json(i) from (select b.id, ${ceilings(sql, "b")}) i where b.id is not null)
          as tier) o) as member
      from memberships m join teams t on t.id = m.team_id left join users u on u.id = m.user_id
        left join budgets b on b.id = m.budget_id
      where (${terms} or ${has(sql, "b", asked)}) and ${found("t.alias", "u.alias", "u.email", "m.user_id")} and ${own}
      order by m.team_id, m.user_id limit ${asked.most}`;
  }
  if (kind === "user" || kind === "team") {
    const table = kind === "user" ? sql`users s` : sql`teams s`;
    const name = kind === "user" ? sql`coalesce(s.alias, s.email)` : sql`s.alias`;
    const mine =
      asked.userId === undefined
        ? sql`true`
        : kind === "user"
          ? sql`s.id = ${asked.userId}`
          : sql`exists (select 1 from memberships m where m.team_id = s.id and m.user_id = ${asked.userId}
              and m.role = 'admin')`;
    return sql<OwnerListRow[]>`
      select s.id, null as user_id, null as team_id, null as user_name, null as tier, null as member,
        (select row_to_json(o) from (select s.id, ${name} as name, s.models, s.blocked, ${ceilings(sql, "s")}) o) as own
      from ${table} where ${has(sql, "s", asked)} and ${mine}
        and ${kind === "user" ? found("s.alias", "s.email", "s.id") : found("s.alias", "s.id")}
      order by s.spend_nano_usd::numeric / nullif(s.max_budget_nano_usd, 0) desc nulls last, s.id limit ${asked.most}`;
  }
  // End users and tags are the operator's to see.
  if (asked.userId !== undefined) return [];
  const [table, id, name] = kind === "tag" ? ["tags", "s.name", "s.name"] : ["end_users", "s.id", "s.alias"];
  const fallback = kind === "end_user" ? (asked.endUserTier ?? null) : null;
  return sql<OwnerListRow[]>`
    select ${sql(id)} as id, null as user_id, null as team_id, null as user_name, null as member, ${tier(sql, "s")},
      (select row_to_json(o) from (select ${sql(id)} as id, ${sql(name)} as name, s.models, s.blocked,
        ${ceilings(sql, "s")}) o) as own
    from ${sql(table)} s left join budgets b on b.id = coalesce(s.budget_id, ${fallback})
    where (${has(sql, "s", asked)} or ${has(sql, "b", asked)}) and ${found(id, name)}
    order by 1 limit ${asked.most}`;
}

function tier(sql: Sql, _of: string): Fragment {
  return sql`(select row_to_json(o) from (select b.id, ${ceilings(sql, "b")}) o where b.id is not null) as tier`;
}

function has(sql: Sql, table: string, { what }: OwnersAsked): Fragment {
  const of = sql(table);
  return what === "budgets"
    ? sql`(${of}.max_budget_nano_usd is not null or ${of}.soft_budget_nano_usd is not null
        or ${of}.limits ?| array['modelBudgets', 'budgets'])`
    : sql`(${of}.rpm_limit is not null or ${of}.tpm_limit is not null or ${of}.max_parallel_requests is not null
        or ${of}.limits ?| array['rph', 'rpd', 'tph', 'tpd', 'modelRpm', 'modelTpm'])`;
}

function searched(sql: Sql, columns: readonly string[], search: string | undefined): Fragment {
  if (search === undefined) return sql`true`;
  const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  const any = columns.reduce<Fragment>(
    (all, column) => sql`${all} or ${sql(column)} ilike ${pattern}`,
    sql`false`,
  );
  return sql`(${any})`;
}

/** Whose spend of each day is asked. The whole gateway has the id `gateway`. */
export interface DailyAsked {
  readonly kind: "gateway" | "key" | "user" | "team" | "team_member" | "model" | "provider";
  readonly ids: readonly string[];
}

/**
 * Id -> spend of each day, oldest first. Of a user, only calls that no team pays for: the others are not held against
 * its budget. Of a member (`team/user`), its calls for that team.
 * @param dayStartsMs where days begin, ascending
 */
export async function dailySpendOf(
  sql: Sql,
  { kind, ids }: DailyAsked,
  dayStartsMs: readonly number[],
  untilMs: number,
): Promise<Map<string, bigint[]>> {
  const spend = new Map<string, bigint[]>(ids.map((id) => [id, dayStartsMs.map(() => 0n)]));
  const [firstMs] = dayStartsMs;
  if (ids.length === 0 || firstMs === undefined) return spend;
  const edges = `{${dayStartsMs.map((ms) => new Date(ms).toISOString()).join(",")}}`;
  const fullHour = (ms: number) => Math.ceil(ms / HOUR_MS) * HOUR_MS;
  const range = { fromMs: fullHour(firstMs), toMs: fullHour(untilMs) };
  const id = dailyId(sql, kind);
  const teamIds = [...new Set(ids.map((one) => one.split("/")[0] ?? ""))];
  const from =
    kind === "team_member"
      ? movements(sql, range, { teamIds })
      : movements(sql, range, {}, GROUPED[kind], edges);
  const rows = await sql<{ id: string; day: number; cost: string }[]>`
    select ${id} as id, greatest(width_bucket(hour, (select ${edges}::text::timestamptz[])) - 1, 0) as day,
      sum(cost_nano_usd)::text as cost
    from (${from}) m where ${id} = any(${[...ids]}) ${kind === "user" ? sql`and team_id = ''` : sql``}
    group by 1, 2`;
  for (const { id: of, day, cost } of rows) {
    const days = spend.get(of);
    if (days) days[day] = BigInt(cost);
  }
  return spend;
}

const HOUR_MS = 3_600_000;
const GROUPED = {
  gateway: "all",
  key: "key_id",
  user: "own_user",
  team: "team_id",
  model: "model_group",
  provider: "provider",
} as const;

/** The column that names whose spend a row is. */
function dailyId(sql: Sql, kind: DailyAsked["kind"]): Fragment {
  if (kind === "gateway") return sql`'gateway'`;
  if (kind === "team_member") return sql`team_id || '/' || user_id`;
  return sql`${sql(kind === "model" ? "model_group" : kind === "provider" ? "provider" : `${kind}_id`)}`;
}

/** Tier id -> how many keys, members, end users and tags have it. */
export async function tierUses(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; uses: bigint }[]>`
    select id, count(*) as uses from (
      select budget_id as id from virtual_keys where deleted_at is null union all
      select budget_id from memberships union all select budget_id from end_users union all select budget_id from tags
    ) u where id is not null group by 1`;
  return new Map(rows.map((row) => [row.id, Number(row.uses)]));
}

export interface RefusedRow {
  rule: string;
  key_id: string;
  user_id: string;
  team_id: string;
  end_user: string | null;
  model_group: string;
  deployment_id: string;
  provider: string;
  calls: number;
}

/** Refused calls since then by the rule that refused, and by whom they were. */
export async function refusedByRule(sql: Sql, sinceMs: number, userId: string | null): Promise<RefusedRow[]> {
  const filter = {
    fromMs: sinceMs,
    toMs: null,
    outcome: "refused" as const,
    ...(userId === null ? {} : { userId }),
  };
  return sql<RefusedRow[]>`
    select rule, key_id, user_id, team_id, end_user, model_group, deployment_id, provider, count(*)::int as calls
    from (${guidedCalls(sql, filter, null)}) r where rule is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8`;
}

interface Named {
  id: string;
  name: string;
}

/** Teams, people and keys that have no budget of their own, to choose from. */
export async function withoutBudget(sql: Sql): Promise<{ teams: Named[]; users: Named[]; keys: Named[] }> {
  const teams = await sql<Named[]>`
    select id, coalesce(alias, id) as name from teams where max_budget_nano_usd is null order by 2 limit 300`;
  const users = await sql<Named[]>`
    select id, coalesce(alias, email, id) as name from users where max_budget_nano_usd is null order by 2 limit 300`;
  const keys = await sql<Named[]>`
    select id, coalesce(alias, secret_start || '…' || secret_last4) as name from virtual_keys
    where deleted_at is null and max_budget_nano_usd is null order by 2 limit 300`;
  return { teams: [...teams], users: [...users], keys: [...keys] };
}

/** One user or team as {@link limitedOwners} gives it, budget or not. @throws RangeError when there is none */
export async function ownerRow(sql: Sql, kind: "user" | "team", id: string): Promise<OwnerListRow> {
  const table = kind === "user" ? sql`users s` : sql`teams s`;
  const name = kind === "user" ? sql`coalesce(s.alias, s.email)` : sql`s.alias`;
  const [row] = await sql<OwnerListRow[]>`
    select s.id, null as user_id, null as team_id, null as user_name, null as tier, null as member,
      (select row_to_json(o) from (select s.id, ${name} as name, s.models, s.blocked, ${ceilings(sql, "s")}) o) as own
    from ${table} where s.id = ${id}`;
  if (!row) throw new RangeError(`no ${kind} ${id}`);
  return row;
}
