/** One query that brings a key with its tier, its user, its team and the membership of that user in that team. */

import type { Sql } from "../client.ts";
import type { FinerLimits } from "../schema/columns.ts";
import type { MemberLimits } from "../schema/people.ts";

export interface CallerRow {
  id: string;
  secret_hash: string;
  alias: string | null;
  user_id: string | null;
  team_id: string | null;
  organization_id: string | null;
  aliases: Record<string, string>;
  expires_at: Date | null;
  allowed_routes: string[];
  tags: string[];
  key: OwnerRow;
  tier: TierRow | null;
  /** Null when the key has no user, or one that has no row. */
  owner: (OwnerRow & { role: string }) | null;
  team: (OwnerRow & { member_defaults: MemberLimits; member_permissions: string[] }) | null;
  /** Null when the user is no member of the team. */
  member: MemberRow | null;
  /** Processing of the user's data is restricted. */
  restricted: boolean;
  /** `store_prompts` in the metadata of key, team and user. */
  store_prompts: unknown[];
}

/** Ceilings as `row_to_json` gives them. Money is text: nano-dollars may pass what a JSON number holds. */
export interface CeilingsRow {
  rpm_limit: number | null;
  tpm_limit: number | null;
  max_parallel_requests: number | null;
  max_budget: string | null;
  soft_budget: string | null;
  budget_duration: string | null;
  limits: FinerLimits;
}

export interface OwnerRow extends CeilingsRow {
  id: string;
  name: string | null;
  models: string[];
  blocked: boolean;
}

export interface TierRow extends CeilingsRow {
  id: string;
}

export interface MemberRow {
  role: string;
  max_budget: string | null;
  budget_duration: string | null;
  rpm_limit: number | null;
  tpm_limit: number | null;
  tier: TierRow | null;
}

/** The ceilings of a row of any owner, under the names of {@link CeilingsRow}. */
export const ceilings = (sql: Sql, table: string) => sql`
  ${sql(table)}.rpm_limit, ${sql(table)}.tpm_limit, ${sql(table)}.max_parallel_requests,
  ${sql(table)}.max_budget_nano_usd::text as max_budget, ${sql(table)}.soft_budget_nano_usd::text as soft_budget,
  ${sql(table)}.budget_duration, ${sql(table)}.limits`;

/** The live key with this hash (or with it as its previous secret, while the grace of a rotation lasts), or null. */
export async function findCaller(sql: Sql, secretHash: string): Promise<CallerRow | null> {
  const rows = await sql<CallerRow[]>`
    select k.id, k.secret_hash, k.alias, k.user_id, k.team_id, k.organization_id, k.aliases, k.allowed_routes, k.tags,
      case when k.secret_hash <> ${secretHash} then least(k.expires_at, k.previous_secret_expires_at)
        else least(k.expires_at, k.collect_by) end as expires_at,
      (select row_to_json(o) from (select k.id, k.alias as name, k.models, k.blocked, ${ceilings(sql, "k")}) o) as key,
      (select row_to_json(o) from (select b.id, ${ceilings(sql, "b")} from budgets b where b.id = k.budget_id) o) as tier,
      (select row_to_json(o) from (select u.id, coalesce(u.alias, u.email) as name, u.role, u.models, u.blocked,
        ${ceilings(sql, "u")} from users u where u.id = k.user_id) o) as owner,
      (select row_to_json(o) from (select t.id, t.alias as name, t.models, t.blocked, t.member_defaults,
        t.member_permissions, ${ceilings(sql, "t")} from teams t where t.id = k.team_id) o) as team,
      (select row_to_json(o) from (select m.role, m.max_budget_nano_usd::text as max_budget, m.budget_duration,
        m.rpm_limit, m.tpm_limit, (select row_to_json(i) from (select b.id, ${ceilings(sql, "b")} from budgets b
          where b.id = m.budget_id) i) as tier
        from memberships m where m.team_id = k.team_id and m.user_id = k.user_id) o) as member,
      exists (select from privacy_holds h where h.kind = 'restriction' and h.subject_kind = 'user'
        and h.subject_id = k.user_id and h.ended_at is null) as restricted,
      jsonb_build_array(k.metadata -> 'store_prompts',
        (select t.metadata -> 'store_prompts' from teams t where t.id = k.team_id),
        (select u.metadata -> 'store_prompts' from users u where u.id = k.user_id)) as store_prompts
    from virtual_keys k
    where k.deleted_at is null and (k.secret_hash = ${secretHash}
      or (k.previous_secret_hash = ${secretHash} and k.previous_secret_expires_at > now()))
    limit 1`;
  return rows[0] ?? null;
}
