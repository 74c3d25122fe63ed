/** `/global/spend/report` in LiteLLM's shapes: owners day by day with their models and keys, or keys with their models. Pure. */
import type { ReportRow } from "#db/queries/spend-report.ts";
import { nanoToUsd } from "../money.ts";
import { type Day, dayInstant } from "./calendar.ts";

/** How keys and teams are called; an owner that is absent has the empty id. */
export interface ReportNames {
  readonly key: (id: string) => string;
  readonly owner: (id: string) => Record<string, unknown>;
}

/**
 * One entry for each day that had calls, oldest first, its owners the costliest first. What has no owner stands in an
 * entry of its own, so that a day adds up.
 * @param list what the list of owners is called: teams or customers
 */
export function reportByDay(
  rows: readonly ReportRow[],
  days: readonly Day[],
  list: "teams" | "customers",
  names: ReportNames,
): Record<string, unknown>[] {
  const byDay = Map.groupBy(rows, (row) => row.day);
  return days.flatMap((day, place) => {
    const ofDay = byDay.get(place);
    if (!ofDay) return [];
    const owners = [...Map.groupBy(ofDay, (row) => row.owner)]
      .map(([id, rowsOf]) => ({ id, rowsOf, costNanoUsd: costOf(rowsOf) }))
      .toSorted(byCost);
    return [
      {
        group_by_day: dayInstant(day),
        [list]: owners.map(({ id, rowsOf, costNanoUsd }) => ({
          ...names.owner(id),
          total_spend: nanoToUsd(costNanoUsd),
          metadata: rowsOf.map((row) => ({
            model: row.model,
            spend: nanoToUsd(row.costNanoUsd),
            total_tokens: row.promptTokens + row.completionTokens,
            api_key: names.key(row.keyId),
          })),
        })),
      },
    ];
  });
}

/** One entry a key, the costliest first. */
export function reportByKey(
  rows: readonly ReportRow[],
  keyName: (id: string) => string,
): Record<string, unknown>[] {
  return [...Map.groupBy(rows, (row) => row.keyId)]
    .map(([id, rowsOf]) => ({ id, rowsOf, costNanoUsd: costOf(rowsOf) }))
    .toSorted(byCost)
    .map(({ id, rowsOf, costNanoUsd }) => ({
      api_key: keyName(id),
      total_cost: nanoToUsd(costNanoUsd),
      total_input_tokens: rowsOf.reduce((sum, row) => sum + row.promptTokens, 0),
      total_output_tokens: rowsOf.reduce((sum, row) => sum + row.completionTokens, 0),
      model_details: rowsOf.map((row) => ({
        model: row.model,
        total_cost: nanoToUsd(row.costNanoUsd),
        total_input_tokens: row.promptTokens,
        total_output_tokens: row.completionTokens,
      })),
    }));
}

function costOf(rows: readonly ReportRow[]): bigint {
  return rows.reduce((sum, row) => sum + row.costNanoUsd, 0n);
}

function byCost(a: { costNanoUsd: bigint; id: string }, b: { costNanoUsd: bigint; id: string }): number {
  if (a.costNanoUsd !== b.costNanoUsd) return a.costNanoUsd > b.costNanoUsd ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
