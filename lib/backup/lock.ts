/** A backup and the daily partitions stay out of each other's way: a dropped one would wait for the backup, and calls for it. */
import type { Sql } from "#db/client.ts";

/** Any constant of our own; shared by backups, taken alone by whoever makes or drops partitions. */
export const BACKUP_LOCK = 7_446_003;

/** True while no backup reads. Partitions are made days ahead, so upkeep can wait for its next turn. */
export async function noBackupRuns(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ free: boolean }[]>`select pg_try_advisory_xact_lock(${BACKUP_LOCK}) as free`;
  return row?.free ?? false;
}
