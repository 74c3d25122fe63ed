/** Calls as the console lists them: the newest first, page by page, without ever counting all of them. */
import type { Fragment } from "postgres";
import type { Sql } from "../client.ts";
import type { StoredCall } from "./stored-call.ts";

export interface CallFilter {
  readonly fromMs: number | null;
  /** Exclusive. */
  readonly toMs: number | null;
  /** ok, refused, or failed (everything else). */
  readonly outcome?: "ok" | "refused" | "failed";
  readonly model?: string;
  readonly provider?: string;
  readonly keyId?: string;
  readonly userId?: string;
  readonly teamId?: string;
  /** A request id of ours, the client's or the provider's. */
  readonly requestId?: string;
}

export interface CallRow extends StoredCall {
  state: string;
  key_start: string | null;
  key_last4: string | null;
  user_name: string | null;
}

/** One page; one row more than `size` tells that there is another. @param offset rows to pass over */
export async function listCalls(
  sql: Sql,
  filter: CallFilter,
  offset: number,
  size: number,
): Promise<CallRow[]> {
  return named(
    sql,
    sql`select * from spend_records where ${matching(sql, filter)} order by id desc limit ${size + 1} offset ${offset}`,
  );
}

/** The next `size` settled calls that are older than `beforeId`, for who reads all of them. @param beforeId null: from the newest */
export async function callsBefore(
  sql: Sql,
  filter: CallFilter,
  beforeId: string | null,
  size: number,
): Promise<CallRow[]> {
  const older = beforeId === null ? sql`true` : sql`id < ${beforeId}`;
  return named(
    sql,
    sql`select * from spend_records where state = 'settled' and ${older} and ${matching(sql, filter)}
      order by id desc limit ${size}`,
  );
}

/** How many settled calls match. */
export async function countCalls(sql: Sql, filter: CallFilter): Promise<number> {
  const [row] = await sql<{ calls: bigint }[]>`
    select count(*) as calls from spend_records where state = 'settled' and ${matching(sql, filter)}`;
  return Number(row?.calls ?? 0n);
}

/** Records with what their key, user and team are called. */
async function named(sql: Sql, records: Fragment): Promise<CallRow[]> {
  return sql<CallRow[]>`
    select r.*, k.alias as key_alias, k.secret_start as key_start, k.secret_last4 as key_last4,
      coalesce(u.alias, u.email) as user_name, t.alias as team_alias
    from (${records}) r
    left join virtual_keys k on k.id = r.key_id
    left join users u on u.id = r.user_id
    left join teams t on t.id = r.team_id
    order by r.id desc`;
}

/** Calls by outcome over equal buckets of a range. */
export async function callBuckets(
  sql: Sql,
  filter: CallFilter,
  fromMs: number,
  bucketMs: number,
): Promise<{ bucket: number; outcome: string; calls: number }[]> {
  const rows = await sql<{ bucket: number; outcome: string; calls: bigint }[]>`
    select floor((extract(epoch from started_at) * 1000 - ${fromMs}) / ${bucketMs})::int as bucket,
      case when outcome in ('ok', 'refused') then outcome else 'failed' end as outcome, count(*) as calls
    from spend_records where state = 'settled' and ${matching(sql, filter)} group by 1, 2`;
  return rows.map((row) => ({ bucket: row.bucket, outcome: row.outcome, calls: Number(row.calls) }));
}

/** One call by its id, or null. @param userId null: whoever's */
export async function findCall(sql: Sql, id: string, userId: string | null): Promise<CallRow | null> {
  const own = userId === null ? {} : { userId };
  const rows = await listCalls(sql, { fromMs: null, toMs: null, requestId: id, ...own }, 0, 1);
  return rows[0] ?? null;
}

/** The latest settled call with a key of a user. */
export async function latestCallOf(sql: Sql, userId: string, keyId: string): Promise<CallRow | null> {
  const rows = await sql<CallRow[]>`
    select * from spend_records where state = 'settled' and key_id = ${keyId} and user_id = ${userId}
    order by started_at desc limit 1`;
  return rows[0] ?? null;
}

/** Values to choose a filter from, over the last weeks. */
export async function knownModels(sql: Sql, sinceMs: number): Promise<string[]> {
  const rows = await sql<{ model_group: string }[]>`
    select distinct model_group from spend_hourly where hour >= ${new Date(sinceMs)} and model_group <> '' order by 1 limit 200`;
  return rows.map((row) => row.model_group);
}

function matching(sql: Sql, filter: CallFilter): Fragment {
  const { fromMs, toMs, outcome, model, provider, keyId, userId, teamId, requestId } = filter;
  const parts = [
    fromMs === null ? null : sql`started_at >= ${new Date(fromMs)}`,
    toMs === null ? null : sql`started_at < ${new Date(toMs)}`,
    outcome === undefined
      ? null
      : outcome === "failed"
        ? sql`outcome not in ('ok', 'refused')`
        : sql`outcome = ${outcome}`,
    model === undefined ? null : sql`model_group = ${model}`,
    provider === undefined ? null : sql`provider = ${provider}`,
    keyId === undefined ? null : sql`key_id = ${keyId}`,
    userId === undefined ? null : sql`user_id = ${userId}`,
    teamId === undefined ? null : sql`team_id = ${teamId}`,
    requestId === undefined
      ? null
      : sql`(id = ${requestId} or client_request_id = ${requestId} or response_id = ${requestId})`,
  ];
  return parts.reduce<Fragment>((all, part) => (part === null ? all : sql`${all} and ${part}`), sql`true`);
}
