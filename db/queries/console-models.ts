/** How deployments did lately: their last call and their last test. */
import type { Sql } from "../client.ts";

export interface LastCheck {
  readonly at: Date;
  readonly ok: boolean;
  /** The provider's or the gateway's; null: unknown. */
  readonly status: number | null;
  readonly ms: number | null;
  readonly by: "call" | "test";
}

/** Enough to find the last call of whatever is called at all; of more, a quiet one's would cost a walk over the day. */
const LOOKED_AT = 5000;

/** Deployment -> the later of its last call and its last test. @param sinceMs nothing older is looked for */
export async function lastChecks(
  sql: Sql,
  ids: readonly string[],
  sinceMs: number,
): Promise<Map<string, LastCheck>> {
  const calls = await sql<
    { id: string; at: Date; outcome: string; status: number | null; ms: number | null }[]
  >`
    select distinct on (deployment_id) deployment_id as id, started_at as at, outcome, status_code as status, duration_ms as ms
    from (select id, deployment_id, started_at, outcome, status_code, duration_ms from spend_records
      where started_at >= ${new Date(sinceMs)} and state = 'settled' order by id desc limit ${LOOKED_AT}) r
    where deployment_id = any(${[...ids]}) and outcome in ('ok', 'failed', 'timeout') order by deployment_id, r.id desc`;
  const tests = await sql<{ id: string; at: Date; after: { ok?: boolean; status?: number; ms?: number } }[]>`
    select distinct on (target_id) target_id as id, at, after from audit_events
    where target_kind = 'deployment' and target_id = any(${[...ids]}) and action = 'deployment.test'
    order by target_id, seq desc`;
  const found = new Map<string, LastCheck>();
  for (const { at, id, ms, outcome, status } of calls)
    found.set(id, { at, ok: outcome === "ok", status, ms, by: "call" });
  for (const { after, at, id } of tests) {
    const known = found.get(id);
    if (known && known.at > at) continue;
    const { ms = null, ok = false, status = null } = after;
    found.set(id, { at, ok, status, ms, by: "test" });
  }
  return found;
}
