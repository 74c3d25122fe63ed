/**
 * How far a destination is. Records settle in another order than their calls began, minutes apart, and some come from a journal
 * hours later; so the position is no id and no time but a snapshot of the database: what is visible in it has been sent.
 *
 * Between two snapshots only records whose calls began a little before the first are read by id, which is cheap. What began
 * earlier and settled only now is found by count: the hourly rollups move in the statement that settles, so an hour of which
 * more records have settled than this cursor has passed is searched for what the last agreement did not have. Each record is
 * delivered at least once, and nearly always once.
 */
import { z } from "zod";
import type { Sql } from "#db/client.ts";
import { momentNow } from "#db/queries/callbacks.ts";
import type { StoredCall } from "#db/queries/stored-call.ts";
import { firstIdAt } from "../ids.ts";

const HOUR_MS = 3_600_000;
/** Calls that began so long before a snapshot are looked for by id when they settle after it. */
const OVERLAP_MS = 120_000;
/** The same where the last snapshot says nothing, since the rows came from another database. */
const MOVED_MS = 900_000;
/** How long an hour is watched for records that settle late. */
const WATCHED_MS = 35 * 24 * HOUR_MS;
/** Longest between a call's end and its commit, nearly always. */
const COMMIT_MS = 2_000;
/** Rollups and passed records are compared at most so often. */
const COMPARE_MS = 60_000;

const cursorSchema = z.object({
  cluster: z.string(),
  /** All that is visible in it was passed; null: nothing is known to be. */
  since: z.string().nullable(),
  sinceMs: z.number(),
  /** The end of the stretch that is being read. */
  until: z.string(),
  untilMs: z.number(),
  /** Passed within the stretch. */
  afterId: z.string(),
  /** When rollups and passed records last agreed. */
  agreed: z.string(),
  agreedMs: z.number(),
  /** Hours since 1970 -> records passed, sent or held back. */
  hours: z.record(z.string(), z.number()),
  delivered: z.number(),
  heldBack: z.number(),
  failures: z.number(),
});

export type Cursor = z.infer<typeof cursorSchema>;

/** A stretch that is open, and the rollups at its end when they are to be compared. */
export interface Stretch {
  readonly cursor: Cursor;
  readonly rollups: Readonly<Record<string, number>> | null;
}

export function readCursor(stored: unknown): Cursor | null {
  return cursorSchema.safeParse(stored).data ?? null;
}

export const hourStart = (hour: string): Date => new Date(Number(hour) * HOUR_MS);

/** From where on records of the stretch are looked for: a bound for partitions only. */
export const stretchFrom = ({ sinceMs }: Cursor): Date => new Date(sinceMs - MOVED_MS - HOUR_MS);

/** The first stretch of all: calls that began at `fromMs` or later. */
export function beginAt(sql: Sql, fromMs: number, nowMs: number): Promise<Stretch> {
  return openAfresh(sql, fromMs, nowMs, { delivered: 0, heldBack: 0, failures: 0 });
}

/** The next stretch after one that is done, or the same where it was left. */
export async function openStretch(sql: Sql, cursor: Cursor, nowMs: number): Promise<Stretch> {
  const moment = await momentNow(sql, watchedFrom(nowMs));
  const isMoved = moment.cluster !== cursor.cluster || lastNumber(moment.snapshot) < lastNumber(cursor.until);
  if (isMoved) return openAfresh(sql, cursor.sinceMs - MOVED_MS, nowMs, cursor);
  if (cursor.since !== cursor.until) return { cursor, rollups: null };
  const isDue = nowMs - cursor.agreedMs >= COMPARE_MS;
  return {
    cursor: {
      ...cursor,
      until: moment.snapshot,
      untilMs: nowMs,
      afterId: firstWithin(cursor),
    },
    rollups: isDue ? moment.hours : null,
  };
}

/** Where ids begin that are read within the stretch; those before it are only looked for when their hour is behind. */
export const firstWithin = ({ sinceMs }: Cursor): string => firstIdAt("req", sinceMs - OVERLAP_MS);

/** The stretch was read to its end. */
export function closeStretch(cursor: Cursor): Cursor {
  return { ...cursor, since: cursor.until, sinceMs: cursor.untilMs };
}

/** Hours of which more records settled than were passed. */
export function hoursBehind({ hours }: Cursor, rollups: Readonly<Record<string, number>>): string[] {
  return Object.keys(rollups).filter((hour) => (rollups[hour] ?? 0) > (hours[hour] ?? 0));
}

/**
 * The hours' counts with records that were passed. One that had ended well before the stretch began may be an earlier one that
 * was changed since (a person was erased): it is not counted, and the hour is searched.
 */
export function counted(
  cursor: Cursor,
  calls: readonly Pick<StoredCall, "started_at" | "duration_ms">[],
): Cursor["hours"] {
  if (cursor.since === null) return cursor.hours;
  const hours = { ...cursor.hours };
  for (const { duration_ms, started_at } of calls) {
    const startMs = started_at.getTime();
    if (startMs + (duration_ms ?? 0) < cursor.sinceMs - COMMIT_MS) continue;
    const hour = String(Math.floor(startMs / HOUR_MS));
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  return hours;
}

/**
 * Late records were looked for up to the end of the stretch. An hour of which too few were found stays behind: one that was
 * changed while it was looked for shows itself in the next stretch.
 */
export function agree(
  cursor: Cursor,
  rollups: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): Cursor {
  const passed = ([hour, records]: [string, number]): [string, number] => [
    hour,
    Math.min(records, (cursor.hours[hour] ?? 0) + (found[hour] ?? 0)),
  ];
  const hours = Object.fromEntries(Object.entries(rollups).map(passed));
  return { ...cursor, hours, agreed: cursor.until, agreedMs: cursor.untilMs };
}

/** What is visible now and began earlier counts as passed; what began since is read in this first stretch, and not counted twice. */
async function openAfresh(
  sql: Sql,
  fromMs: number,
  nowMs: number,
  known: Pick<Cursor, "delivered" | "heldBack" | "failures">,
): Promise<Stretch> {
  const { cluster, hours, snapshot } = await momentNow(sql, watchedFrom(nowMs));
  const cursor: Cursor = {
    cluster,
    since: null,
    sinceMs: fromMs,
    until: snapshot,
    untilMs: nowMs,
    afterId: firstIdAt("req", fromMs),
    agreed: snapshot,
    agreedMs: nowMs,
    hours: { ...hours },
    delivered: known.delivered,
    heldBack: known.heldBack,
    failures: known.failures,
  };
  return { cursor, rollups: null };
}

const watchedFrom = (nowMs: number): Date => new Date(nowMs - WATCHED_MS);

/** The number that the snapshot's next transaction was to have. */
function lastNumber(snapshot: string): bigint {
  return BigInt(snapshot.split(":")[1] ?? "0");
}
