/**
 * Figures from some time ago up to now, in two parts: hours that are over are read once in a quarter of a minute for all who may
 * see the same, and the hour that runs is read for each look. So the latest call always counts, and twenty people who
 * look at a month cost one month. What comes late into an hour that is over shows 15 seconds later at most.
 *
 * @param userId of each of these: whose calls alone count; null: everybody's. It names what is shared
 */
import type { Sql } from "#db/client.ts";
import { type HourSums, hourlyOutcomes, type Latency, latencySince } from "#db/queries/console-overview.ts";
import { type CallRow, callBuckets, knownModels, listCalls } from "#db/queries/console-records.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { type SpendDimension, type SpendRange, totalOf } from "#db/queries/spend.ts";
import { dailyBy } from "#db/queries/spend-daily.ts";
import { SharedReads } from "#lib/shared-reads.ts";

const PAST_MS = 15_000;
const HOUR_MS = 3_600_000;
/** Calls run for some minutes and count in the hour that they began in: until then it is not over. */
const LATE_MS = 10 * 60_000;
/** A percentile of so many calls does not move within seconds; one of a few does with each of them. */
const MANY_CALLS = 1_000;

type Buckets = Awaited<ReturnType<typeof callBuckets>>;

const totals = new SharedReads<bigint>(PAST_MS);
const outcomes = new SharedReads<readonly HourSums[]>(PAST_MS);
const days = new SharedReads<Awaited<ReturnType<typeof dailyBy>>>(PAST_MS);
const buckets = new SharedReads<Buckets>(PAST_MS);
const models = new SharedReads<readonly string[]>(PAST_MS);
const denials = new SharedReads<readonly CallRow[]>(PAST_MS);
const latencies = new SharedReads<Latency>(PAST_MS, ({ calls }) => calls >= MANY_CALLS);

/** @param name all that the past depends on besides where it ends @param read both parts, with the same words */
async function pastAndNow<T>(
  shared: SharedReads<T>,
  sql: Sql,
  name: readonly unknown[],
  { fromMs, nowMs, toMs = null }: { fromMs: number; nowMs: number; toMs?: number | null },
  read: (range: SpendRange & { readonly fromMs: number }) => Promise<T>,
): Promise<readonly T[]> {
  const overMs = Math.floor((nowMs - LATE_MS) / HOUR_MS) * HOUR_MS;
  if (fromMs >= overMs) return [await read({ fromMs, toMs })];
  const asked = JSON.stringify([...name, fromMs, overMs]);
  return Promise.all([
    shared.read(sql, asked, nowMs, () => read({ fromMs, toMs: overMs })),
    read({ fromMs: overMs, toMs }),
  ]);
}

const ofUser = (userId: string | null) => (userId === null ? {} : { userId });

/** What is spent since then. */
export async function spentToNow(
  sql: Sql,
  fromMs: number,
  userId: string | null,
  nowMs: number,
): Promise<bigint> {
  const parts = await pastAndNow(totals, sql, [userId], { fromMs, nowMs }, (range) =>
    totalOf(sql, range, ofUser(userId)),
  );
  return parts.reduce((sum, part) => sum + part, 0n);
}

/** What was spent in a time that is over, exact to the minute in which it ends. */
export function spentBefore(
  sql: Sql,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  userId: string | null,
  nowMs: number,
): Promise<bigint> {
  const range = { fromMs, toMs: Math.max(fromMs, Math.floor(toMs / 60_000) * 60_000) };
  return totals.read(sql, JSON.stringify([userId, "before", range]), nowMs, () =>
    totalOf(sql, range, ofUser(userId)),
  );
}

/** Calls hour by hour. */
export async function outcomesToNow(
  sql: Sql,
  fromMs: number,
  userId: string | null,
  nowMs: number,
): Promise<HourSums[]> {
  const parts = await pastAndNow(outcomes, sql, [userId], { fromMs, nowMs }, (range) =>
    hourlyOutcomes(sql, range, userId),
  );
  return parts.flat();
}

/** Sums of days by a dimension; what is asked for may come in two cells of the same day, which add up. */
export async function daysToNow(
  sql: Sql,
  dimension: SpendDimension,
  dayStartsMs: readonly number[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  userId: string | null,
  nowMs: number,
): ReturnType<typeof dailyBy> {
  const parts = await pastAndNow(
    days,
    sql,
    [userId, dimension, dayStartsMs],
    { fromMs, nowMs, toMs },
    (range) => dailyBy(sql, dimension, dayStartsMs, range, ofUser(userId)),
  );
  return parts.flat();
}

/** Calls by outcome in buckets; whose they are stands in the filter. Minutes are counted call by call, and for each look. */
export async function bucketsToNow(
  sql: Sql,
  filter: CallFilter,
  startsMs: readonly number[],
  nowMs: number,
): Promise<Buckets> {
  const [fromMs] = startsMs;
  if (fromMs === undefined || !startsMs.every((ms) => ms % HOUR_MS === 0))
    return callBuckets(sql, filter, startsMs);
  const parts = await pastAndNow(buckets, sql, [filter, startsMs], { fromMs, nowMs }, (range) =>
    callBuckets(sql, { ...filter, ...range }, startsMs),
  );
  return [...Map.groupBy(parts.flat(), ({ bucket }) => bucket)].map(([bucket, all]) => ({
    bucket,
    ok: all.reduce((sum, one) => sum + one.ok, 0),
    refused: all.reduce((sum, one) => sum + one.refused, 0),
    failed: all.reduce((sum, one) => sum + one.failed, 0),
  }));
}

/** Names of models that calls asked for since then, in their order. */
export async function modelsToNow(sql: Sql, sinceMs: number, nowMs: number): Promise<string[]> {
  const fromMs = Math.ceil(sinceMs / HOUR_MS) * HOUR_MS;
  const parts = await pastAndNow(models, sql, [], { fromMs, nowMs }, (range) => knownModels(sql, range));
  return [...new Set(parts.flat())].sort();
}

/**
 * The newest calls that were denied since then.
 * @param denied how many were, of a count that was read just now: a call that is denied changes it, and the list is read anew
 */
export function latestDenials(
  sql: Sql,
  { fromMs, most }: { readonly fromMs: number; readonly most: number },
  denied: number,
  userId: string | null,
  nowMs: number,
): Promise<readonly CallRow[]> {
  const filter = { fromMs, toMs: null, outcome: "refused" as const, ...(userId === null ? {} : { userId }) };
  return denials.read(sql, JSON.stringify([userId, denied, nowMs - fromMs, most]), nowMs, () =>
    listCalls(sql, filter, 0, most),
  );
}

/** How long answers took in a time. @param name tells the time apart from others; it may end now */
export function latencyOf(
  sql: Sql,
  name: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  userId: string | null,
  nowMs: number,
): Promise<Latency> {
  return latencies.read(sql, JSON.stringify([userId, name, fromMs]), nowMs, () =>
    latencySince(sql, fromMs, toMs, userId),
  );
}
