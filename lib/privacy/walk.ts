/** Goes through all spend records in stretches that are short for the database, and leaves the calls room between them. */
import { setImmediate } from "node:timers/promises";
import type { Sql } from "#db/client.ts";
import { recordPartitions, type Stretch } from "#db/queries/erasure-records.ts";

/** 8 MB: some ten thousand records, a fraction of a second. */
const BLOCKS = 1_024;

/** Where a walk stands: the partition, and the first block that is not done. */
export interface Place {
  readonly partition: string;
  readonly block: number;
}

/** Stretches from a place on; what is added meanwhile stands behind the end and is not in it. @param last only so many partitions */
export async function* stretches(
  sql: Sql,
  from: Place | null = null,
  last = Number.POSITIVE_INFINITY,
): AsyncGenerator<Stretch> {
  const partitions = await recordPartitions(sql);
  for (const { blocks, name } of partitions.slice(Math.max(0, partitions.length - last))) {
    if (from !== null && name < from.partition) continue;
    const first = from !== null && name === from.partition ? from.block : 0;
    for (let block = first; block < blocks; block += BLOCKS) {
      yield { partition: name, from: block, to: Math.min(block + BLOCKS, blocks) };
      await setImmediate();
    }
  }
}
