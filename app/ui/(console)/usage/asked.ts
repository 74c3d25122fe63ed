/** What the Usage page and its export are asked for: one reading of the URL and one query for both. */
import type { Query } from "#components/data-table/query.ts";
import { namesOf, USAGE_COLUMNS } from "#lib/exports/names.ts";
import { USAGE_DIMENSIONS, type UsageDimension } from "#lib/exports/schema.ts";
import { dayAt, daysAgoStartMs, monthStartMs } from "#lib/spend/calendar.ts";
import type { PageContext } from "../../../request.ts";
import { type DailyFigures, type Metric, readDays, readGreatest } from "../../../spend-figures.ts";

export const DIMENSIONS = {
  model: { ...USAGE_COLUMNS.model, label: "By model", heading: "Model" },
  team: { ...USAGE_COLUMNS.team, label: "By team", heading: "Team" },
  key: { ...USAGE_COLUMNS.key, label: "By key", heading: "Key" },
  user: { ...USAGE_COLUMNS.user, label: "By user", heading: "User" },
  provider: { ...USAGE_COLUMNS.provider, label: "By provider", heading: "Provider" },
} as const satisfies Readonly<Record<UsageDimension, { label: string; heading: string }>>;

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
  readonly by: UsageDimension;
  /** Id -> what it is called. */
  readonly names: ReadonlyMap<string, string>;
  readonly title: string;
  /** The range, to the millisecond: exports ask for the same. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** @param metric whose greatest values alone are told by day; absent: all of them are */
export async function readUsage(
  { deps, nowMs, timezone, ownUserId }: PageContext,
  query: Query,
  metric?: Metric,
): Promise<Usage> {
  const by = query.word("by", USAGE_DIMENSIONS) ?? "model";
  const range = query.word("range", RANGES) ?? "30d";
  const monthMs = monthStartMs(nowMs, timezone);
  const [fromMs, toMs] =
    range === "mtd"
      ? [monthMs, nowMs]
      : range === "last-month"
        ? [monthStartMs(monthMs - 1, timezone), monthMs]
        : [daysAgoStartMs(nowMs, Number.parseInt(range, 10), timezone), dayAt(nowMs, timezone).endMs];
  const filter = ownUserId === null ? {} : { userId: ownUserId };
  const asked = [deps, DIMENSIONS[by].column, fromMs, toMs, filter] as const;
  const figures = metric === undefined ? await readDays(...asked) : await readGreatest(...asked, metric);
  const ids = figures.groups.map((group) => group.id);
  return { figures, by, names: await namesOf(deps.sql, by, ids), title: TITLES[range], fromMs, toMs };
}
