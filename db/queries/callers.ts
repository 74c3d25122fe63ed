/** One query that brings a key with its user and its team. */
import type { Sql } from "../client.ts";

export interface CallerRow {
  id: string;
  secret_hash: string;
  alias: string | null;
  user_id: string | null;
  team_id: string | null;
  organization_id: string | null;
  models: string[];
  aliases: Record<string, string>;
  expires_at: Date | null;
  rpm_limit: bigint | null;
  tpm_limit: bigint | null;
  max_parallel_requests: number | null;
  max_budget_nano_usd: bigint | null;
  budget_duration: string | null;
  spend_nano_usd: bigint;
  spend_period_started_at: Date | null;
  allowed_routes: string[];
  tags: string[];
  blocked: boolean;
  /** Null when the key has no user, or one that has no row. */
  owner: OwnerRow | null;
  team: OwnerRow | null;
}

/** As `row_to_json` gives it: numbers, and instants as text. */
export interface OwnerRow {
  id: string;
  alias: string | null;
  email?: string | null;
  role?: string;
  models: string[];
  rpm_limit: number | null;
  tpm_limit: number | null;
  max_parallel_requests: number | null;
  /** As text: nano-dollars may pass what a JSON number holds. */
  max_budget: string | null;
  spend: string;
  budget_duration: string | null;
  spend_period_started_at: string | null;
  blocked: boolean;
}

/** The live key with this hash (or with it as its previous secret, while the grace of a rotation lasts), or null. */
export async function findCaller(sql: Sql, secretHash: string): Promise<CallerRow | null> {
  const rows = await sql<CallerRow[]>`
    select k.id, k.secret_hash, k.alias, k.user_id, k.team_id, k.organization_id, k.models, k.aliases,
      k.rpm_limit, k.tpm_limit, k.max_parallel_requests, k.max_budget_nano_usd, k.budget_duration, k.spend_nano_usd,
      k.spend_period_started_at, k.allowed_routes, k.tags, k.blocked,
      case when k.secret_hash <> ${secretHash} then least(k.expires_at, k.previous_secret_expires_at)
        else k.expires_at end as expires_at,
      (select row_to_json(o) from (select u.id, u.alias, u.email, u.role, u.models, u.rpm_limit, u.tpm_limit,
        u.max_parallel_requests, u.max_budget_nano_usd::text as max_budget, u.spend_nano_usd::text as spend,
        u.budget_duration, u.spend_period_started_at, u.blocked from users u where u.id = k.user_id) o) as owner,
      (select row_to_json(o) from (select t.id, t.alias, t.models, t.rpm_limit, t.tpm_limit,
        t.max_parallel_requests, t.max_budget_nano_usd::text as max_budget, t.spend_nano_usd::text as spend,
        t.budget_duration, t.spend_period_started_at, t.blocked from teams t where t.id = k.team_id) o) as team
    from virtual_keys k
    where k.deleted_at is null and (k.secret_hash = ${secretHash}
      or (k.previous_secret_hash = ${secretHash} and k.previous_secret_expires_at > now()))
    limit 1`;
  return rows[0] ?? null;
}
