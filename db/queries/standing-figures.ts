/** How the gateway as a whole stands, for whoever watches it: its log's head, its jobs, its backups, what is frozen, which keys run out. */
import type { Sql } from "../client.ts";

export interface StandingRow {
  readonly head_at: Date | null;
  readonly unsigned: string;
  readonly backup_at: Date | null;
  readonly backup_bytes: string | null;
}

export async function standing(sql: Sql): Promise<StandingRow | undefined> {
  const [row] = await sql<StandingRow[]>`
    with head as (select seq, at from audit_heads order by seq desc limit 1),
      backup as (select at, size_bytes from backups where verified_at is not null and removed_at is null order by at desc limit 1)
    select (select at from head) as head_at,
      ((select seq from audit_chain where id = 1)
        - greatest(coalesce((select seq from head), 0), (select started_after from audit_chain where id = 1)))::text as unsigned,
      (select at from backup) as backup_at, (select size_bytes from backup)::text as backup_bytes`;
  return row;
}

/** Jobs by state; ended ones of the last day. */
export async function jobsByState(sql: Sql, sinceEnded: Date): Promise<{ state: string; amount: number }[]> {
  const rows = await sql<{ state: string; amount: number }[]>`
    select state, count(*)::int as amount from jobs
    where state in ('queued', 'running') or finished_at >= ${sinceEnded} group by state`;
  return [...rows];
}

export async function freezesInForce(sql: Sql): Promise<{ scope: string; amount: number }[]> {
  const rows = await sql<{ scope: string; amount: number }[]>`
    select scope_kind as scope, count(*)::int as amount from freezes where lifted_at is null group by scope_kind`;
  return [...rows];
}

export interface KeyShareRow {
  readonly id: string;
  readonly share: number;
  readonly budget_duration: string | null;
  readonly spend_period_started_at: Date | null;
}

/** Keys with a budget, those nearest to its end first. */
export async function keysNearBudget(sql: Sql, most: number): Promise<KeyShareRow[]> {
  const rows = await sql<KeyShareRow[]>`
    select id, spend_nano_usd::float8 / max_budget_nano_usd as share, budget_duration, spend_period_started_at
    from virtual_keys where deleted_at is null and not blocked and max_budget_nano_usd > 0
    order by share desc, id limit ${most}`;
  return [...rows];
}
