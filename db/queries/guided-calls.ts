/**
 * Settled calls of a filter, found by way of the hourly rollups: those tell in which hours which keys had such calls, and the
 * records of those keys and hours have an index. So nobody reads through calls that do not match, however few do. What is
 * read depends on how many calls are wanted, not on how many there are.
 */
import type { Fragment } from "postgres";
import type { Reader } from "../client.ts";

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

const HOUR_MS = 3_600_000;

/**
 * Rows of `spend_records`, unsorted: at least the newest `most` that match, if there are so many.
 * @param most null: all of them, for a short time alone
 */
export function guidedCalls(sql: Reader, filter: CallFilter, most: number | null): Fragment {
  return sql`
    select r.* from (${most === null ? everyHour(sql, filter) : newestHours(sql, filter, most)}) h
    cross join lateral (
      select * from spend_records
      where key_id = h.key_id and started_at >= h.hour and started_at < h.hour + interval '1 hour'
        and state = 'settled' and ${matching(sql, filter)}
      -- Keeps the planner from joining all records with the hours.
      offset 0
    ) r`;
}

function everyHour(sql: Reader, filter: CallFilter): Fragment {
  return sql`select distinct hour, key_id from spend_hourly where ${matchingHours(sql, filter)}`;
}

/**
 * Hours and keys with at least `most` calls that match. Every row has one at least, so that many rows are enough; mostly
 * fewer are, and their counts tell. Of an hour that the range cuts at its end nobody knows how many are within: it is
 * taken besides.
 */
function newestHours(sql: Reader, filter: CallFilter, most: number): Fragment {
  const { outcome, toMs } = filter;
  const cutMs = toMs === null ? null : Math.floor(toMs / HOUR_MS) * HOUR_MS;
  const calls =
    outcome === undefined
      ? sql`requests`
      : outcome === "failed"
        ? sql`failures`
        : outcome === "refused"
          ? sql`refusals`
          : sql`requests - failures - refusals`;
  const cut =
    cutMs === null || cutMs === toMs ? sql`` : sql`union ${everyHour(sql, { ...filter, fromMs: cutMs })}`;
  return sql`
    select hour, key_id from (
      select hour, key_id, sum(calls) over (order by hour desc) - sum(calls) over (partition by hour) as newer
      from (
        select hour, key_id, sum(${calls}) as calls from spend_hourly
        where ${matchingHours(sql, { ...filter, toMs: cutMs })}
        group by hour, key_id order by hour desc fetch first ${most} rows with ties
      ) n
    ) c where newer < ${most} ${cut}`;
}

/**
 * How the newest calls come out of an index one by one, without a guide; null: they do not. All calls are in the order of
 * their ids, a key's calls in the order of their time; the two orders are the same.
 */
export function indexOrder(sql: Reader, filter: CallFilter): Fragment | null {
  const { keyId, model, outcome, provider, requestId, teamId, userId } = filter;
  const narrow = [model, provider, requestId, teamId, userId].some((value) => value !== undefined);
  if (narrow || (outcome !== undefined && outcome !== "ok")) return null;
  return keyId === undefined ? sql`id desc` : sql`started_at desc, id desc`;
}

/** Rows of `spend_hourly` that hold such calls. Whole hours: the first and last may hold others too. */
export function matchingHours(sql: Reader, filter: CallFilter): Fragment {
  const { fromMs, keyId, model, outcome, provider, teamId, toMs, userId } = filter;
  return all(sql, [
    fromMs === null ? null : sql`hour >= ${new Date(Math.floor(fromMs / HOUR_MS) * HOUR_MS)}`,
    toMs === null ? null : sql`hour < ${new Date(toMs)}`,
    outcome === undefined
      ? null
      : outcome === "failed"
        ? sql`failures > 0`
        : outcome === "refused"
          ? sql`refusals > 0`
          : sql`requests > failures + refusals`,
    ...owners(sql, { keyId, model, provider, teamId, userId }),
  ]);
}

/** Rows of `spend_records`. */
export function matching(sql: Reader, filter: CallFilter): Fragment {
  const { fromMs, keyId, model, outcome, provider, requestId, teamId, toMs, userId } = filter;
  return all(sql, [
    fromMs === null ? null : sql`started_at >= ${new Date(fromMs)}`,
    toMs === null ? null : sql`started_at < ${new Date(toMs)}`,
    outcome === undefined
      ? null
      : outcome === "failed"
        ? sql`outcome not in ('ok', 'refused')`
        : sql`outcome = ${outcome}`,
    ...owners(sql, { keyId, model, provider, teamId, userId }),
    requestId === undefined
      ? null
      : sql`(id = ${requestId} or client_request_id = ${requestId} or response_id = ${requestId})`,
  ]);
}

type Owners = { readonly [name in "keyId" | "model" | "provider" | "teamId" | "userId"]: string | undefined };

/** What rollups and records call by the same names. */
function owners(sql: Reader, { keyId, model, provider, teamId, userId }: Owners): (Fragment | null)[] {
  return [
    model === undefined ? null : sql`model_group = ${model}`,
    provider === undefined ? null : sql`provider = ${provider}`,
    keyId === undefined ? null : sql`key_id = ${keyId}`,
    userId === undefined ? null : sql`user_id = ${userId}`,
    teamId === undefined ? null : sql`team_id = ${teamId} and team_id <> ''`,
  ];
}

function all(sql: Reader, parts: readonly (Fragment | null)[]): Fragment {
  return parts.reduce<Fragment>((sum, part) => (part === null ? sum : sql`${sum} and ${part}`), sql`true`);
}
