/** How each destination stands: one reading for the API, the console and the metrics. */

import type { Sql } from "#db/client.ts";
import { type DeliveryJob, deliveryJobs } from "#db/queries/callbacks.ts";
import type { CallbackDestination, CallbackKind } from "../config/callbacks.ts";
import { readCursor } from "./cursor.ts";
import { jobKindOf } from "./jobs.ts";
import { placeOf } from "./open.ts";

export interface CallbackStanding extends Record<string, unknown> {
  readonly destination: CallbackKind;
  /** Host or bucket. */
  readonly place: string;
  /** ok, not ok, all */
  readonly outcomes: CallbackDestination["outcomes"];
  readonly state: "not begun" | "in order" | "failing";
  readonly delivered: number;
  /** Passed and not sent: another outcome than asked for, people erased or restricted. */
  readonly held_back: number;
  readonly failures: number;
  /** All that settled until then was passed. */
  readonly delivered_up_to: string | null;
  readonly lag_seconds: number | null;
  readonly error: string | null;
  readonly next_try_at: string | null;
}

export async function readCallbacks(
  sql: Sql,
  destinations: readonly CallbackDestination[],
  nowMs: number,
): Promise<CallbackStanding[]> {
  if (destinations.length === 0) return [];
  const jobs = await deliveryJobs(
    sql,
    destinations.map(({ kind }) => jobKindOf(kind)),
  );
  return destinations.map((one) =>
    standingOf(
      one,
      jobs.find(({ kind }) => kind === jobKindOf(one.kind)),
      nowMs,
    ),
  );
}

function standingOf(
  destination: CallbackDestination,
  job: DeliveryJob | undefined,
  nowMs: number,
): CallbackStanding {
  const cursor = readCursor(job?.progress.cursor);
  const error = job?.error ?? null;
  const isWaiting = job?.state === "queued";
  return {
    destination: destination.kind,
    place: placeOf(destination),
    outcomes: destination.outcomes,
    state: error !== null ? "failing" : cursor === null ? "not begun" : "in order",
    delivered: cursor?.delivered ?? 0,
    held_back: cursor?.heldBack ?? 0,
    failures: cursor?.failures ?? 0,
    delivered_up_to: cursor === null ? null : new Date(cursor.sinceMs).toISOString(),
    lag_seconds: cursor === null ? null : Math.max(0, Math.round((nowMs - cursor.sinceMs) / 1_000)),
    error,
    next_try_at: error !== null && isWaiting ? (job?.run_after.toISOString() ?? null) : null,
  };
}
