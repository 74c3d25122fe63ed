/** What the Usage page and its export are asked for: one reading of the URL and one query for both. */
import type { Query } from "#components/data-table/query.ts";
import { userNames } from "#db/queries/console-keys.ts";
import type { SpendDimension } from "#db/queries/spend.ts";
import { keyNames, teamAliases } from "#db/queries/spend-records.ts";
import { dayAt, daysAgoStartMs, monthStartMs } from "#lib/spend/calendar.ts";
import type { Deps, PageContext } from "../../../request.ts";
import { type DailyFigures, readDays } from "../../../spend-figures.ts";

export const DIMENSIONS = {
  model: { column: "model_group", label: "By model", heading: "Model", nothing: "(no model)" },
  team: { column: "team_id", label: "By team", heading: "Team", nothing: "(no team)" },
  key: { column: "key_id", label: "By key", heading: "Key", nothing: "(no key)" },
  user: { column: "user_id", label: "By user", heading: "User", nothing: "(nobody)" },
  provider: { column: "provider", label: "By provider", heading: "Provider", nothing: "(none)" },
} as const satisfies Record<
  string,
  { column: SpendDimension; label: string; heading: string; nothing: string }
>;
export type DimensionName = keyof typeof DIMENSIONS;
const DIMENSION_NAMES = Object.keys(DIMENSIONS) as DimensionName[];

const RANGES = ["7d", "30d", "90d", "mtd", "last-month"] as const;
export const RANGE_OPTIONS = [
  { value: "7d", label: "Last 7 days" },
  { value: "90d", label: "Last 90 days" },
  { value: "mtd", label: "This month" },
  { value: "last-month", label: "Last month" },
];
const TITLES: Readonly<Record<(typeof RANGES)[number], string>> = {
  "7d": "The last 7 days",
  "30d": "The last 30 days",
  "90d": "The last 90 days",
  mtd: "This month",
  "last-month": "Last month",
};

export interface Usage {
  readonly figures: DailyFigures;
  readonly by: DimensionName;
  /** Id -> what it is called. */
  readonly names: ReadonlyMap<string, string>;
  readonly title: string;
}

export async function readUsage(
  { deps, nowMs, timezone, ownUserId }: PageContext,
  query: Query,
): Promise<Usage> {
  const by = query.word("by", DIMENSION_NAMES) ?? "model";
  const range = query.word("range", RANGES) ?? "30d";
  const monthMs = monthStartMs(nowMs, timezone);
  const [fromMs, toMs] =
    range === "mtd"
      ? [monthMs, nowMs]
      : range === "last-month"
        ? [monthStartMs(monthMs - 1, timezone), monthMs]
        : [daysAgoStartMs(nowMs, Number.parseInt(range, 10), timezone), dayAt(nowMs, timezone).endMs];
  const filter = ownUserId === null ? {} : { userId: ownUserId };
  const figures = await readDays(deps, DIMENSIONS[by].column, fromMs, toMs, filter);
  const ids = [...new Set(figures.cells.map((cell) => cell.id))];
  return { figures, by, names: await namesOf(deps, by, ids), title: TITLES[range] };
}

async function namesOf(deps: Deps, by: DimensionName, ids: string[]): Promise<ReadonlyMap<string, string>> {
  if (by === "user") return userNames(deps.sql, ids);
  if (by === "team") {
    const aliases = await teamAliases(deps.sql, ids);
    return new Map([...aliases].flatMap(([id, alias]) => (alias === null ? [] : [[id, alias]])));
  }
  if (by !== "key") return new Map();
  const names = await keyNames(deps.sql, ids);
  const all = new Map([...names].map(([id, key]) => [id, key.alias ?? `…${key.secret_last4}`]));
  return all.set("master", "master key");
}
