/** One run of a destination's standing job: delivers what settled since, batch by batch, and says how far it is after each. */
import { type SettledRange, settledIn } from "#db/queries/callbacks.ts";
import { restrictedPeople } from "#db/queries/holds.ts";
import type { StoredCall } from "#db/queries/stored-call.ts";
import { raiseAlert } from "../alerts/alerts.ts";
import { sentenceOf } from "../alerts/channel-operations.ts";
import type { CallbackDestination } from "../config/callbacks.ts";
import { GatewayError } from "../errors.ts";
import type { JobDeps } from "../jobs/deps.ts";
import type { JobContext } from "../jobs/job.ts";
import {
  agree,
  beginAt,
  type Cursor,
  closeStretch,
  counted,
  firstWithin,
  hourStart,
  hoursBehind,
  openStretch,
  readCursor,
  stretchFrom,
} from "./cursor.ts";
import { openPort, placeOf } from "./open.ts";
import { batchOf, type CallbackPort, recordOf, releasable } from "./record.ts";

const BATCH = 500;
/** Then the job makes room for whoever else asks the lane's instance; it goes on at once. */
const MOST_BATCHES = 50;
const HOUR_MS = 3_600_000;
/** A destination that has taken nothing for so long is told of. */
const ALERT_MS = 15 * 60_000;

type Context = JobContext<JobDeps>;

/** @returns `more`: the run ended before everything was read. @throws GatewayError when the destination did not take it */
export async function deliverNew(
  context: Context,
  destination: CallbackDestination,
): Promise<{ more: boolean; delivered: number }> {
  const run = new Delivery(context, destination);
  try {
    return await run.pass();
  } catch (error) {
    // Stopped from outside: not the destination's fault.
    context.signal.throwIfAborted();
    throw await run.failed(error);
  }
}

class Delivery {
  readonly #context: Context;
  readonly #destination: CallbackDestination;
  readonly #port: CallbackPort;
  #cursor: Cursor | null;
  #batches = 0;

  constructor(context: Context, destination: CallbackDestination) {
    this.#context = context;
    this.#destination = destination;
    this.#port = openPort(context.deps, destination);
    this.#cursor = readCursor(context.cursor);
  }

  async pass(): Promise<{ more: boolean; delivered: number }> {
    const { clock, pseudonymKey, sql } = this.#context.deps;
    const before = this.#cursor?.delivered ?? 0;
    const mayLeave = releasable(await restrictedPeople(sql), pseudonymKey);
    const nowMs = clock.now();
    const stretch =
      this.#cursor === null
        ? await beginAt(sql, fromMsOf(this.#context.input, nowMs), nowMs)
        : await openStretch(sql, this.#cursor, nowMs);
    const { rollups } = stretch;
    let cursor = stretch.cursor;
    for (;;) {
      const { afterId, since, until } = cursor;
      const range = { since, until, afterId, beforeId: null, from: stretchFrom(cursor), to: null };
      const calls = await settledIn(sql, range, BATCH);
      // The stretch is written down before its first record leaves: a second attempt makes the same batches.
      if (calls.length > 0 && afterId === stretch.cursor.afterId) await this.#save(cursor);
      cursor = await this.#take(cursor, calls, mayLeave, true);
      if (calls.length < BATCH) break;
      if (this.#batches >= MOST_BATCHES) return { more: true, delivered: cursor.delivered - before };
    }
    if (rollups !== null) cursor = await this.#lookForLate(cursor, rollups, mayLeave);
    await this.#save(closeStretch(cursor));
    return { more: false, delivered: cursor.delivered - before };
  }

  /** Writes down what went wrong and raises the alarm when it lasts. @returns what the job fails with */
  async failed(error: unknown): Promise<GatewayError> {
    const { clock } = this.#context.deps;
    const cursor = this.#cursor;
    const why = sentenceOf(error);
    const { kind } = this.#destination;
    const waitedMs = cursor === null ? 0 : clock.now() - cursor.sinceMs;
    if (cursor !== null) await this.#save({ ...cursor, failures: cursor.failures + 1 });
    if (cursor !== null && waitedMs >= ALERT_MS)
      await raiseAlert(this.#context.deps, {
        kind: "callback_failing",
        severity: "critical",
        subject: { kind: "callback", id: kind, name: kind },
        cause: `${kind} ${cursor.sinceMs}`,
        message: `The callback ${kind} (${placeOf(this.#destination)}) has taken no records for ${Math.floor(waitedMs / 60_000)} minutes: ${why}. Nothing is lost, they are sent when it does.`,
        data: { waited_seconds: Math.round(waitedMs / 1_000) },
      });
    return new GatewayError("upstream_error", why, { cause: error });
  }

  /** Sends what may leave, and passes all. @param inOrder moves the position within the stretch as well */
  async #take(
    cursor: Cursor,
    calls: readonly StoredCall[],
    mayLeave: (call: StoredCall) => boolean,
    inOrder: boolean,
  ): Promise<Cursor> {
    const last = calls.at(-1);
    if (!last) return cursor;
    const { clock, policy, pseudonymKey } = this.#context.deps;
    const leaving = calls.filter((call) => mayLeave(call) && isWanted(call, this.#destination.outcomes));
    const anonymous = policy().config.anonymizeLogs;
    const records = leaving.map((call) => recordOf(call, anonymous, pseudonymKey));
    if (records.length > 0) await this.#port.deliver(batchOf(records, clock.now()), this.#context.signal);
    this.#batches += 1;
    const taken = {
      ...cursor,
      hours: inOrder ? counted(cursor, calls) : cursor.hours,
      afterId: inOrder ? last.id : cursor.afterId,
      delivered: cursor.delivered + records.length,
      heldBack: cursor.heldBack + calls.length - records.length,
    };
    await this.#save(taken);
    return taken;
  }

  /** Records of calls that began long before they settled. */
  async #lookForLate(
    start: Cursor,
    rollups: Readonly<Record<string, number>>,
    mayLeave: (call: StoredCall) => boolean,
  ): Promise<Cursor> {
    let cursor = start;
    const found: Record<string, number> = {};
    for (const hour of hoursBehind(cursor, rollups)) {
      const from = hourStart(hour);
      const range: Omit<SettledRange, "afterId"> = {
        since: cursor.agreed,
        until: cursor.until,
        beforeId: firstWithin(cursor),
        from,
        to: new Date(from.getTime() + HOUR_MS),
      };
      for (let afterId = ""; ; ) {
        const calls: StoredCall[] = await settledIn(this.#context.deps.sql, { ...range, afterId }, BATCH);
        cursor = await this.#take(cursor, calls, mayLeave, false);
        found[hour] = (found[hour] ?? 0) + calls.length;
        afterId = calls.at(-1)?.id ?? "";
        if (calls.length < BATCH) break;
      }
    }
    return agree(cursor, rollups, found);
  }

  async #save(cursor: Cursor): Promise<void> {
    this.#cursor = cursor;
    const note = `${cursor.delivered} delivered, up to ${new Date(cursor.sinceMs).toISOString().slice(0, 19)}Z`;
    await this.#context.progress({ done: cursor.delivered, total: null, note, cursor });
  }
}

function isWanted({ outcome }: StoredCall, outcomes: CallbackDestination["outcomes"]): boolean {
  return outcomes === "all" || (outcome === "ok") === (outcomes === "ok");
}

/** When the destination was configured; the job's input says so. */
function fromMsOf(input: Readonly<Record<string, unknown>>, nowMs: number): number {
  const { fromMs } = input;
  return typeof fromMs === "number" ? fromMs : nowMs;
}
