/**
 * Settled records in the order in which they became visible, without a column that says so: a row carries the number of the
 * transaction that wrote it, and a snapshot tells which transactions were finished when it was taken. What is visible now and
 * was not in an earlier snapshot is new, whenever its call began and whatever its id.
 */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import type { StoredCall } from "./stored-call.ts";

export interface Moment {
  /** `pg_snapshot` as text. */
  readonly snapshot: string;
  /** Names the database cluster whose transactions the snapshot counts. */
  readonly cluster: string;
  /** Hours since 1970 -> settled records of that hour, in that very snapshot. */
  readonly hours: Readonly<Record<string, number>>;
}

/** Now, with how many settled records each hour has: the rollups move in the statement that settles. */
export async function momentNow(sql: Sql, sinceHour: Date): Promise<Moment> {
  const [row] = await sql<{ snapshot: string; cluster: string; hours: Record<string, number> }[]>`
    select pg_current_snapshot()::text as snapshot, (select system_identifier::text from pg_control_system()) as cluster,
      coalesce((select json_object_agg(hour, records) from (
        select (extract(epoch from hour) / 3600)::bigint as hour, sum(requests)::float8 as records
        from spend_hourly where hour >= ${sinceHour} group by 1) sums), '{}') as hours`;
  if (!row) throw new Error("the database told no snapshot");
  return row;
}

export interface SettledRange {
  /** Not visible in this one; null: whatever the row's age. */
  readonly since: string | null;
  /** Visible in this one. */
  readonly until: string;
  readonly afterId: string;
  /** Null: no end. */
  readonly beforeId: string | null;
  readonly from: Date;
  /** Exclusive; null: no end. */
  readonly to: Date | null;
}

/** The next records of a range, by id. */
export function settledIn(sql: Sql, range: SettledRange, most: number): Promise<StoredCall[]> {
  const { afterId, beforeId, from, since, to, until } = range;
  return sql<StoredCall[]>`
    select r.*, k.alias as key_alias, t.alias as team_alias
    from (
      select * from spend_records
      where id > ${afterId} and ${beforeId === null ? sql`true` : sql`id < ${beforeId}`}
        and started_at >= ${from} and ${to === null ? sql`true` : sql`started_at < ${to}`}
        and state = 'settled' and ${visibleIn(sql, until)}
        and ${since === null ? sql`true` : sql`not ${visibleIn(sql, since)}`}
      order by id limit ${most}) r
    left join virtual_keys k on k.id = r.key_id
    left join teams t on t.id = r.team_id
    order by r.id`;
}

/** A row tells the lower 32 bits of its transaction's number; the upper ones follow from the number that comes next. */
function visibleIn(sql: Sql, snapshot: string): Fragment {
  return sql`pg_visible_in_snapshot(((select n from (
      select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as n) next)
    - (((select n from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as n) next)
      - xmin::text::bigint) & 4294967295))::text::xid8, ${snapshot}::pg_snapshot)`;
}

/** The jobs that deliver: those that stand, and of each kind the one that ended last. */
export interface DeliveryJob {
  kind: string;
  state: string;
  progress: { readonly cursor?: unknown };
  error: string | null;
  attempts: number;
  run_after: Date;
  updated_at: Date;
}

export function deliveryJobs(sql: Sql, kinds: readonly string[]): Promise<DeliveryJob[]> {
  return sql<DeliveryJob[]>`
    select kind, state, progress, error, attempts, run_after, updated_at from jobs
    where kind = any(${[...kinds]}) and state in ('queued', 'running') order by kind`;
}
