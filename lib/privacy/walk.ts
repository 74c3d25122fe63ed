/**
 * Goes through all spend records in stretches, at a pace that calls do not feel: their commits wait behind what a stretch has
 * written, so that one that writes is small, and after each there is a rest.
 */
import { setTimeout } from "node:timers/promises";
import type { Sql } from "#db/client.ts";
import { recordPartitions, type Stretch } from "#db/queries/erasure-records.ts";

/** Blocks of 8 kB a stretch has: some hundred records, a few milliseconds of work. */
const BLOCKS = { read: 64, write: 16 } as const;
/** Milliseconds of rest for each of work. */
const REST = 2;
/** A crash loses at most so many blocks' work; to note the place at each stretch would cost as much as the stretch. */
const NOTED_BLOCKS = 1_024;

/** Where a walk stands: the partition, and the first block that is not done. */
export interface Place {
  readonly partition: string;
  readonly block: number;
}

export interface Walk {
  readonly to: keyof typeof BLOCKS;
  /** Where an earlier one stopped. */
  readonly from?: Place | null;
  /** Only so many partitions, the newest. */
  readonly last?: number;
}

export interface Step extends Stretch {
  /** Where the walk stands after it, when it is time to note that. */
  readonly note: Place | null;
}

/** The stretches of a walk; what is added meanwhile stands behind the end and is not in it. */
export async function* stretches(
  sql: Sql,
  { from = null, last = Number.POSITIVE_INFINITY, to }: Walk,
): AsyncGenerator<Step> {
  const partitions = await recordPartitions(sql);
  for (const { blocks, name } of partitions.slice(Math.max(0, partitions.length - last))) {
    if (from !== null && name < from.partition) continue;
    const first = from !== null && name === from.partition ? from.block : 0;
    for (let block = first; block < blocks; block += BLOCKS[to]) {
      const begunMs = performance.now();
      const end = Math.min(block + BLOCKS[to], blocks);
      const note = end === blocks || end % NOTED_BLOCKS === 0 ? { partition: name, block: end } : null;
      yield { partition: name, from: block, to: end, note };
      await setTimeout(REST * (performance.now() - begunMs));
    }
  }
}
