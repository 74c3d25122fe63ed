/** Signs that something is wrong, read from the ledger and the keys. */
import type { Sql } from "../client.ts";

export interface DeploymentOutcomes {
  deployment_id: string;
  provider: string;
  calls: bigint;
  /** Failed or timed out at the provider. */
  failed: bigint;
}

/** Calls that reached a deployment since then. */
export function outcomesSince(sql: Sql, since: Date): Promise<DeploymentOutcomes[]> {
  return sql<DeploymentOutcomes[]>`
    select deployment_id, max(provider) as provider, count(*) as calls,
      count(*) filter (where outcome in ('failed', 'timeout')) as failed
    from spend_records
    where started_at >= ${since} and state = 'settled' and deployment_id <> ''
      and outcome in ('ok', 'failed', 'timeout')
    group by deployment_id`;
}

export interface ExpiringKey {
  id: string;
  alias: string | null;
  expires_at: Date;
}

/** Live keys whose time ends in that span, and that were used in the last 30 days. */
export function expiringKeys(sql: Sql, now: Date, until: Date): Promise<ExpiringKey[]> {
  return sql<ExpiringKey[]>`
    select id, alias, expires_at from virtual_keys
    where deleted_at is null and not blocked and expires_at > ${now} and expires_at <= ${until}
      and last_used_at > ${new Date(now.getTime() - 30 * 86_400_000)}
    order by expires_at limit 200`;
}
