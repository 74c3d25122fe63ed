/** Gives journal segments to the database, each row once, and deletes them. */
import type { Sql } from "#db/client.ts";
import { settleRows } from "#db/queries/ledger.ts";
import { type DatabaseHealth, isAway } from "../database-health.ts";
import type { Log } from "../log.ts";
import { batchOf, fromLine } from "./batch.ts";
import { Journal } from "./journal.ts";
import { defaultRow, type Instance } from "./record.ts";

export interface ReplayTools {
  readonly sql: Sql;
  readonly health: DatabaseHealth;
  readonly journal: Journal | null;
  readonly instance: Instance;
  readonly log: Log;
}

export const SET_ASIDE = "the database refused a spend record: kept in journal/rejected.jsonl";
const MOST_ROWS = 1000;

/**
 * Replays files, oldest first. A row that is in the database already changes nothing.
 * @returns how many rows were replayed
 * @throws when the database is away; files that were not finished stay for the next time
 */
export async function replayFiles(tools: ReplayTools, files: readonly string[]): Promise<number> {
  let replayed = 0;
  for (const file of files) {
    const lines = await Journal.read(file);
    for (let at = 0; at < lines.length; at += MOST_ROWS) {
      const rows = lines.slice(at, at + MOST_ROWS);
      await replayRows(tools, rows);
      replayed += rows.length;
    }
    await Journal.discard(file);
  }
  return replayed;
}

async function replayRows(tools: ReplayTools, rows: readonly string[]): Promise<void> {
  const { health, instance, journal, log, sql } = tools;
  try {
    await health.run(() => settleRows(sql, defaultRow(instance), batchOf(rows.map(fromLine))));
  } catch (error) {
    if (isDeadlock(error)) return replayRows(tools, rows);
    if (isAway(error) || !journal) throw error;
    if (rows.length > 1) for (const row of rows) await replayRows(tools, [row]);
    else if (rows[0] !== undefined) {
      log.error({ err: error }, SET_ASIDE);
      await journal.reject(rows[0]);
    }
  }
}

/** Two statements that met each other half-way: the loser simply tries again. */
export function isDeadlock(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    (error.code === "40P01" || error.code === "40001")
  );
}
