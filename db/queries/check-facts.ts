/** What the compliance checks ask of the database: counts and dates, no names. */
import type { Sql } from "../client.ts";

const SELF_TEST_MS = 10 * 60_000;

export interface KeyFacts {
  live: number;
  /** Every model, those added later among them. */
  everything: number;
  without_expiry: number;
  without_budget: number;
  unused: number;
  /** Neither the key nor its tier, user or team bounds its requests or tokens. */
  unlimited: number;
  /** Secret older than `oldestSince`. */
  aged: number;
  /** Neither an expiry nor a date to rotate. */
  unscheduled: number;
  due: Date | null;
}

/** Of live keys. @param unusedSince keys made before it and not used since count as unused */
export async function keyFacts(sql: Sql, now: Date, unusedSince: Date, agedSince: Date): Promise<KeyFacts> {
  const [row] = await sql<KeyFacts[]>`
    select count(*)::int as live,
      (count(*) filter (where cardinality(k.models) = 0 or '*' = any(k.models)
        or 'all-proxy-models' = any(k.models)))::int as everything,
      (count(*) filter (where k.expires_at is null))::int as without_expiry,
      (count(*) filter (where coalesce(k.max_budget_nano_usd, b.max_budget_nano_usd, t.max_budget_nano_usd,
        u.max_budget_nano_usd) is null))::int as without_budget,
      (count(*) filter (where ${unused(sql, unusedSince)}))::int as unused,
      (count(*) filter (where coalesce(k.rpm_limit, k.tpm_limit, k.max_parallel_requests, b.rpm_limit, b.tpm_limit,
        b.max_parallel_requests, t.rpm_limit, t.tpm_limit, t.max_parallel_requests, u.rpm_limit, u.tpm_limit,
        u.max_parallel_requests) is null))::int as unlimited,
      (count(*) filter (where coalesce(k.last_rotated_at, k.created_at) < ${agedSince}))::int as aged,
      (count(*) filter (where k.expires_at is null and k.rotate_at is null and not k.auto_rotate))::int as unscheduled,
      min(least(k.expires_at, k.rotate_at)) as due
    from virtual_keys k left join budgets b on b.id = k.budget_id left join teams t on t.id = k.team_id
      left join users u on u.id = k.user_id
    where ${live(sql, now)}`;
  if (!row) throw new TypeError("a count has one row");
  return row;
}

/** Ids of live keys that nobody has used since then. */
export async function unusedKeys(sql: Sql, now: Date, unusedSince: Date): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select k.id from virtual_keys k where ${live(sql, now)} and ${unused(sql, unusedSince)} order by k.id limit 1000`;
  return rows.map(({ id }) => id);
}

/** Those of a self-test that runs at this moment are not counted. */
function live(sql: Sql, now: Date) {
  const lately = new Date(now.getTime() - SELF_TEST_MS);
  return sql`k.deleted_at is null and not k.blocked and (k.expires_at is null or k.expires_at > ${now})
    and not (k.created_by = 'self-test' and k.created_at > ${lately} and k.expires_at is not null)`;
}

function unused(sql: Sql, since: Date) {
  return sql`k.created_at < ${since} and (k.last_used_at is null or k.last_used_at < ${since})`;
}

/** Models made through the API whose sealed credential was not touched since then. */
export async function oldStoredKeys(sql: Sql, before: Date): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from stored_deployments where sealed is not null and updated_at < ${before}`;
  return row?.count ?? 0;
}

/** Calls since then, all of them and those with the master key. */
export async function masterShare(sql: Sql, since: Date): Promise<{ calls: number; master: number }> {
  const [row] = await sql<{ calls: number; master: number }[]>`
    select coalesce(sum(requests), 0)::float8 as calls,
      coalesce(sum(requests) filter (where key_id = 'master'), 0)::float8 as master
    from spend_hourly where hour >= ${since}`;
  return row ?? { calls: 0, master: 0 };
}

/** Calls since then, and those that failed. Refusals are no faults. */
export async function failureShare(sql: Sql, since: Date): Promise<{ calls: number; failures: number }> {
  const [row] = await sql<{ calls: number; failures: number }[]>`
    select coalesce(sum(requests), 0)::float8 as calls, coalesce(sum(failures), 0)::float8 as failures
    from spend_hourly where hour >= ${since}`;
  return row ?? { calls: 0, failures: 0 };
}

export interface AccessFacts {
  admins: number;
  /** With a second factor, or signed in by a provider of identities. */
  admins_mfa: number;
  people: number;
  people_mfa: number;
  roles: string[];
  /** Nobody signed in since `idleSince`. */
  idle: number;
  /** Live keys whose user is gone. */
  orphans: number;
}

/** @param adminRoles what `users.role` says for an admin */
export async function accessFacts(
  sql: Sql,
  now: Date,
  idleSince: Date,
  adminRoles: readonly string[],
): Promise<AccessFacts> {
  const [row] = await sql<AccessFacts[]>`
    select (count(*) filter (where u.role = any(${[...adminRoles]})))::int as admins,
      (count(*) filter (where u.role = any(${[...adminRoles]}) and a.strong))::int as admins_mfa,
      count(*)::int as people, (count(*) filter (where a.strong))::int as people_mfa,
      coalesce(array_agg(distinct u.role), '{}') as roles,
      (count(*) filter (where coalesce(a.last_signed_in_at, a.created_at) < ${idleSince}))::int as idle,
      (select count(*)::int from virtual_keys k where ${live(sql, now)} and k.user_id is not null
        and k.user_id <> 'default_user_id' and not exists (select 1 from users o where o.id = k.user_id)) as orphans
    from users u join (select user_id, last_signed_in_at, created_at,
        (totp_confirmed_at is not null or oidc_subject is not null) as strong from console_accounts) a
      on a.user_id = u.id
    where not u.blocked`;
  if (!row) throw new TypeError("a count has one row");
  return row;
}

/** How this gateway's own connection stands. */
export async function connectionFacts(sql: Sql): Promise<{ ssl: boolean; version: string }> {
  const [row] = await sql<{ ssl: boolean; version: string }[]>`
    select coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as ssl,
      current_setting('server_version') as version`;
  return row ?? { ssl: false, version: "" };
}

/** Whether this gateway's own role could change or remove audit events, triggers aside. */
export async function mayChangeAudit(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ may: boolean }[]>`
    select has_table_privilege('audit_events', 'update') or has_table_privilege('audit_events', 'delete')
      or has_table_privilege('audit_events', 'truncate') as may`;
  return row?.may ?? true;
}

/** When the master key that counts was first seen, and whether a rotation made it; null: none is kept there. */
export async function masterKeySince(sql: Sql): Promise<{ at: Date; rotated: boolean } | null> {
  const [row] = await sql<{ at: Date; rotated: boolean }[]>`
    select first_seen_at as at, alone as rotated from master_keys where valid_until is null
    order by alone desc, first_seen_at desc limit 1`;
  return row ?? null;
}

export interface ChannelFacts {
  enabled: number;
  tested_at: Date | null;
}

/** Ways out for alerts, and the last test that arrived. */
export async function channelFacts(sql: Sql): Promise<ChannelFacts> {
  const [row] = await sql<ChannelFacts[]>`
    select (count(*) filter (where enabled))::int as enabled,
      max(tested_at) filter (where enabled and test_result = 'ok') as tested_at
    from alert_channels`;
  return row ?? { enabled: 0, tested_at: null };
}

export interface IncidentFacts {
  last_drill: Date | null;
  open: number;
}

export async function incidentFacts(sql: Sql): Promise<IncidentFacts> {
  const [row] = await sql<IncidentFacts[]>`
    select max(closed_at) filter (where drill) as last_drill, (count(*) filter (where state = 'open' and not drill))::int as open
    from incidents`;
  return row ?? { last_drill: null, open: 0 };
}

export interface LastBackup {
  /** When one was written that is still there, whether it was read back or not. */
  readonly at: Date | null;
  /** The last job of backups, if it failed. */
  readonly failure: { readonly at: Date; readonly why: string } | null;
}

export async function lastBackup(sql: Sql): Promise<LastBackup> {
  const [written] = await sql<
    { at: Date | null }[]
  >`select max(at) as at from backups where removed_at is null`;
  const [job] = await sql<{ state: string; at: Date; why: string | null }[]>`
    select state, finished_at as at, error as why from jobs
    where kind = 'backup' and state in ('done', 'failed') order by finished_at desc limit 1`;
  const failure =
    job?.state === "failed" ? { at: job.at, why: job.why ?? "for a reason that the log tells" } : null;
  return { at: written?.at ?? null, failure };
}

export async function lastAccessReview(sql: Sql): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    select max(finished_at) as at from access_reviews where state = 'signed'`;
  return row?.at ?? null;
}
