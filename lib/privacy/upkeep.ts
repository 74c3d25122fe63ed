/** Hourly upkeep: days of spend records made ahead, and those past their retention dropped. */
import type { Sql } from "#db/client.ts";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { noBackupRuns } from "#lib/backup/lock.ts";
import type { Config } from "#lib/config/config.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { keepRetention } from "./retention.ts";

/** Days of partitions that are there ahead of time. */
export const PARTITION_DAYS = 8;

export interface UpkeepDeps {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: () => { readonly config: Pick<Config, "dataRetentionDays"> };
}

/** @returns the days that were dropped, `YYYYMMDD` */
export async function keepHouse({ clock, log, policy, sql }: UpkeepDeps): Promise<string[]> {
  const { dataRetentionDays } = policy().config;
  // Days are made ahead, and one kept too long is no harm: the next hour will do.
  if (!(await noBackupRuns(sql))) return [];
  await ensurePartitions(sql, clock.now(), PARTITION_DAYS);
  if (dataRetentionDays === null) return [];
  const dropped = await keepRetention(sql, clock.now(), dataRetentionDays);
  if (dropped.length > 0)
    log.info({ dropped, dataRetentionDays }, "spend records past data_retention_days dropped");
  return dropped;
}
