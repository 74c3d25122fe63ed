/** What teams have spent day by day, in LiteLLM's shape of `/global/spend/teams`. Pure. */
import type { SpendSums } from "#db/queries/spend.ts";
import { nanoToUsd } from "../money.ts";
import type { Day } from "./calendar.ts";

export interface TeamTotal {
  /** Empty: what no team was charged for. */
  readonly id: string;
  readonly alias: string | null;
  readonly sums: SpendSums;
}

const UNASSIGNED = "Unassigned";
/** Members of a day's object that are not teams. */
const RESERVED = new Set(["date", UNASSIGNED]);

/**
 * A column for each team: its alias, or its id when it has none, shares it with another team or could be taken for another
 * member. Two teams never fall together, as they do in LiteLLM.
 */
export function teamColumns(teams: readonly TeamTotal[]): Map<string, string> {
  const timesUsed = new Map<string, number>();
  for (const { id, alias } of teams)
    for (const name of new Set([id, alias ?? id])) timesUsed.set(name, (timesUsed.get(name) ?? 0) + 1);
  const column = ({ id, alias }: TeamTotal) => {
    if (id === "") return UNASSIGNED;
    const clear = alias !== null && alias !== "" && timesUsed.get(alias) === 1 && !RESERVED.has(alias);
    return clear ? alias : id;
  };
  return new Map(teams.map((team) => [team.id, column(team)]));
}

/** @param daily spend of these teams by place of the day */
export function teamReport(
  teams: readonly TeamTotal[],
  daily: readonly { readonly day: number; readonly id: string; readonly sums: SpendSums }[],
  days: readonly Day[],
): Record<string, unknown> {
  const columns = teamColumns(teams);
  const byDay = Map.groupBy(daily, (row) => row.day);
  const perDay = days.map(({ date }, place) => ({
    date,
    ...Object.fromEntries(
      (byDay.get(place) ?? []).flatMap(({ id, sums }) => {
        const column = columns.get(id);
        return column === undefined ? [] : [[column, nanoToUsd(sums.costNanoUsd)]];
      }),
    ),
  }));
  return {
    daily_spend: perDay.filter((day) => Object.keys(day).length > 1),
    teams: [...columns.values()],
    total_spend_per_team: teams.map(({ id, alias, sums }) => ({
      team_id: id === "" ? null : id,
      team_alias: alias,
      name: columns.get(id),
      total_spend: nanoToUsd(sums.costNanoUsd),
      total_tokens: sums.promptTokens + sums.completionTokens,
      api_requests: sums.requests,
    })),
  };
}
