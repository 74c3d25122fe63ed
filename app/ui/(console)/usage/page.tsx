/** Usage: spend, tokens or requests, day by day and by model, team, key, user or provider; the table holds what the chart shows. */
import { ChartColumn } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Suspense } from "react";
import { Chart } from "#components/charts/chart.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, type RawParams, readQuery } from "#components/data-table/query.ts";
import { SavedViews } from "#components/data-table/saved-views.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { exactMoney, integer, money, percent } from "#components/format.ts";
import { ExportMenu } from "#components/jobs/export-menu.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import { cn } from "#components/ui/class-names.ts";
import { PAGES } from "#lib/console/roles.ts";
import { openPage, type PageContext, type SearchParams } from "../../../request.ts";
import {
  addSums,
  amount,
  chartOf,
  type Group,
  groupsOf,
  METRICS,
  type Metric,
  shownAs,
} from "../../../spend-figures.ts";
import { viewsFor } from "../../../views.ts";
import { DIMENSIONS, RANGE_OPTIONS, readUsage } from "./asked.ts";

export const metadata: Metadata = { title: "Usage" };

const SIZE = 25;
const { path } = PAGES.usage;
const METRIC_NAMES: Readonly<Record<Metric, string>> = {
  spend: "Spend",
  tokens: "Tokens",
  requests: "Requests",
};
const UNITS: Readonly<Record<Metric, string>> = {
  spend: "US dollars",
  tokens: "Tokens in and out",
  requests: "Calls",
};

/** Access is decided before anything is sent, so that a refusal has its own status; what takes longer follows. */
export default async function UsagePage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("usage");
  const params = await searchParams;
  return (
    <Suspense fallback={<PageSkeleton title="Usage" />}>
      <Usage page={page} params={params} />
    </Suspense>
  );
}

async function Usage({ page, params }: { page: PageContext; params: RawParams }) {
  const { nowMs, timezone } = page;
  const query = readQuery(params);
  const metric = query.word("metric", METRICS) ?? "spend";
  const number = query.whole("page", 1, 1, 1000);
  const { figures, by, names, title, fromMs, toMs } = await readUsage(page, query, metric);
  const nameOf = (id: string) => names.get(id) ?? (id || DIMENSIONS[by].nothing);
  const groups = groupsOf(figures, metric);
  const whole = addSums(groups.map((group) => group.sums));
  const chart = chartOf(figures, metric, nameOf, nowMs);
  return (
    <>
      <PageHeader
        title="Usage"
        note={`${title}. Days begin at midnight in ${timezone}.`}
        actions={
          <ExportMenu
            asked={{
              source: "usage",
              by,
              start_date: new Date(fromMs).toISOString(),
              end_date: new Date(toMs - 1).toISOString(),
            }}
            now={{
              href: linkTo("/ui/usage/export", params, { page: null }),
              label: "CSV of this table by day",
            }}
          />
        }
      />
      <DroppedNotice names={query.dropped} />
      <MetricTabs
        metric={metric}
        params={params}
        totals={METRICS.map((one) => [one, shownAs(amount(whole, one), one)])}
      />
      <FilterBar
        trailing={<SavedViews page="usage" views={await viewsFor(page, "usage")} />}
        fields={[
          { name: "range", label: "Time", any: "Last 30 days", options: RANGE_OPTIONS },
          {
            name: "by",
            label: "Grouped by",
            any: "By model",
            options: Object.entries(DIMENSIONS)
              .filter(([value]) => value !== "model")
              .map(([value, { label }]) => ({ value, label })),
          },
        ]}
      />
      <Chart
        className="mb-3"
        title={`${METRIC_NAMES[metric]} by day`}
        note={`${UNITS[metric]} ${DIMENSIONS[by].label.toLowerCase()}`}
        unit={metric === "spend" ? "usd" : "count"}
        bucket="Day"
        {...chart}
        height={260}
        empty="Nothing in this time."
      />
      <DataTable
        caption={`Usage ${DIMENSIONS[by].label.toLowerCase()}`}
        columns={columnsOf(by, nameOf, whole, metric)}
        rows={groups.slice((number - 1) * SIZE, number * SIZE)}
        keyOf={(group) => group.id}
        state={{ path, params, page: number, size: SIZE, total: groups.length }}
        note={`Total ${money(whole.costNanoUsd)} · ${integer(whole.requests)} requests`}
        empty={
          <NothingYet icon={ChartColumn} title="No usage in this time">
            <p>Choose a longer time, or send a request.</p>
          </NothingYet>
        }
      />
    </>
  );
}

function MetricTabs({
  metric,
  params,
  totals,
}: {
  metric: Metric;
  params: RawParams;
  totals: readonly (readonly [Metric, string])[];
}) {
  return (
    <nav aria-label="Metric" className="mb-3 flex gap-1 overflow-x-auto border-line border-b">
      {totals.map(([one, total]) => (
        <Link
          key={one}
          scroll={false}
          prefetch={false}
          href={linkTo(path, params, { metric: one === "spend" ? null : one })}
          aria-current={one === metric ? "true" : undefined}
          className={cn(
            "-mb-px flex flex-col border-transparent border-b-2 px-3 pt-1 pb-2 hover:text-ink",
            one === metric ? "border-accent text-ink" : "text-soft",
          )}
        >
          <span className="text-xs">{METRIC_NAMES[one]}</span>
          <span className="num font-semibold text-lg tracking-[-0.02em]">{total}</span>
        </Link>
      ))}
    </nav>
  );
}

function columnsOf(
  by: keyof typeof DIMENSIONS,
  nameOf: (id: string) => string,
  whole: Group["sums"],
  metric: Metric,
): Column<Group>[] {
  const share = ({ sums }: Group) => percent(Number(amount(sums, metric)), Number(amount(whole, metric)));
  return [
    {
      id: "name",
      header: DIMENSIONS[by].heading,
      className: "min-w-40",
      cell: (group) => (
        <span className={cn("block truncate font-medium", by === "model" && "font-mono text-xs")}>
          {nameOf(group.id)}
        </span>
      ),
    },
    {
      id: "spend",
      header: "Spend",
      align: "right",
      cell: ({ sums }) => <span title={exactMoney(sums.costNanoUsd)}>{money(sums.costNanoUsd)}</span>,
    },
    {
      id: "share",
      header: `Share of ${METRIC_NAMES[metric].toLowerCase()}`,
      align: "right",
      from: "md",
      cell: share,
    },
    { id: "requests", header: "Requests", align: "right", cell: ({ sums }) => integer(sums.requests) },
    {
      id: "denied",
      header: "Denied",
      align: "right",
      from: "md",
      cell: ({ sums }) => integer(sums.refusals),
    },
    {
      id: "failed",
      header: "Failed",
      align: "right",
      from: "md",
      cell: ({ sums }) => integer(sums.failures),
    },
    {
      id: "in",
      header: "Tokens in",
      align: "right",
      from: "sm",
      cell: ({ sums }) => integer(sums.promptTokens),
    },
    {
      id: "out",
      header: "Tokens out",
      align: "right",
      from: "sm",
      cell: ({ sums }) => integer(sums.completionTokens),
    },
  ];
}
