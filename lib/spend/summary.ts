/** The summary that `/spend/logs` gives for a range of dates, in LiteLLM's shape. Pure. */
import type { SpendDimension } from "#db/queries/spend.ts";
import type { DailySums } from "#db/queries/spend-daily.ts";
import { nanoToUsd } from "../money.ts";
import type { Day } from "./calendar.ts";

/**
 * One entry for each day, oldest first, days without a call too: the sum, the sums by user and by model, and each key's
 * under its hash.
 */
export function summaryByDay(
  rows: readonly DailySums[],
  days: readonly Day[],
  keyName: (id: string) => string,
): Record<string, unknown>[] {
  const byDay = Map.groupBy(rows, (row) => row.day);
  return days.map(({ date }, place) => {
    const ofDay = byDay.get(place) ?? [];
    const by = (dimension: SpendDimension, name = (id: string) => id) =>
      Object.fromEntries(
        ofDay.flatMap((row) =>
          row.by?.dimension === dimension ? [[name(row.by.id), nanoToUsd(row.sums.costNanoUsd)]] : [],
        ),
      );
    return {
      ...by("key_id", keyName),
      startTime: date,
      spend: nanoToUsd(ofDay.find((row) => row.by === null)?.sums.costNanoUsd ?? 0n),
      users: by("user_id"),
      models: by("model_group"),
    };
  });
}
