/**
 * Hourly upkeep: days of spend records made ahead, answers kept for an Idempotency-Key removed after their day, networks that
 * a key no longer uses forgotten. Whatever else is past its retention goes by a job of its own, once a day.
 */
import type { Sql } from "#db/client.ts";
import { removeReserved } from "#db/queries/idempotency.ts";
import { forgetNetworks } from "#db/queries/key-networks.ts";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { noBackupRuns } from "#lib/backup/lock.ts";
import type { Clock } from "../clock.ts";
import { KEPT_MS } from "../idempotency/key.ts";

/** Days of partitions that are there ahead of time. */
export const PARTITION_DAYS = 8;
const NETWORK_KEPT_MS = 90 * 86_400_000;

/** Days are made ahead, so while a backup reads the next hour will do. */
export async function keepHouse({ clock, sql }: { readonly sql: Sql; readonly clock: Clock }): Promise<void> {
  await removeReserved(sql, new Date(clock.now() - KEPT_MS));
  await forgetNetworks(sql, new Date(clock.now() - NETWORK_KEPT_MS));
  if (await noBackupRuns(sql)) await ensurePartitions(sql, clock.now(), PARTITION_DAYS);
}
