/** The columns of the list of budgets. */
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { BudgetActions } from "#components/budgets/budget-actions.tsx";
import { periodWords } from "#components/budgets/target.ts";
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, exactMoney, moment, money, shortDay } from "#components/format.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { BudgetLine } from "#lib/console/budget-list.ts";
import { type Forecast, LEAST_DAYS } from "#lib/console/forecast.ts";
import { dayAt } from "#lib/spend/calendar.ts";
import type { PageContext } from "../../../request.ts";
import { KIND_WORDS, partWords, targetOf } from "./words.ts";

export interface ShownBudget {
  readonly line: BudgetLine;
  /** Undefined: its spend is not kept by day. Null: too few days. */
  readonly forecast: Forecast | null | undefined;
  readonly href: string;
}

export function columnsOf(
  { nowMs, timezone }: Pick<PageContext, "nowMs" | "timezone">,
  change: boolean,
): Column<ShownBudget>[] {
  const columns: Column<ShownBudget>[] = [
    {
      id: "whose",
      header: "Whose",
      sort: "name",
      className: "min-w-24 sm:min-w-40",
      cell: ({ href, line }) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={href}
            scroll={false}
            prefetch={false}
            dir="auto"
            className="truncate text-left font-medium text-ink hover:underline"
          >
            {line.kind === "gateway" ? "The whole gateway" : line.name}
          </Link>
          <span className="truncate text-faint text-xs">
            {[KIND_WORDS[line.kind], partWords(line)].filter(Boolean).join(" · ")}
          </span>
        </span>
      ),
    },
    {
      id: "bar",
      header: "Spent",
      sort: "share",
      className: "w-32 sm:w-56",
      cell: ({ forecast, line }) => (
        <BudgetBar
          spent={line.spentNanoUsd}
          limit={line.limitNanoUsd ?? line.softNanoUsd}
          soft={line.limitNanoUsd === null ? null : line.softNanoUsd}
          expected={line.endMs === null ? null : (forecast?.expectedNanoUsd ?? null)}
        />
      ),
    },
    { id: "state", header: "State", from: "sm", cell: ({ line }) => <BudgetBadge line={line} /> },
    {
      id: "forecast",
      header: "At the end",
      from: "md",
      cell: ({ forecast, line }) => <ForecastCell line={line} forecast={forecast} timezone={timezone} />,
    },
    {
      id: "period",
      header: "Starts anew",
      sort: "reset",
      from: "lg",
      cell: ({ line }) => (
        <span className="flex flex-col whitespace-nowrap" title={periodWords(line.duration)}>
          <span className="text-soft">
            {line.endMs === null ? "Never" : ago(new Date(line.endMs), nowMs)}
          </span>
          {line.endMs !== null && (
            <span className="text-faint text-xs">{moment(new Date(line.endMs), timezone)}</span>
          )}
        </span>
      ),
    },
    {
      id: "set",
      header: "Set in",
      from: "xl",
      cell: ({ line }) => <span className="block truncate text-faint text-xs">{setIn(line)}</span>,
    },
  ];
  if (change)
    columns.push({
      id: "actions",
      header: "Actions",
      align: "right",
      className: "w-12 [th&]:text-transparent",
      cell: ({ line }) => {
        const target = targetOf(line, timezone);
        return target && <BudgetActions target={target} />;
      },
    });
  return columns;
}

export function BudgetBadge({ line }: { line: BudgetLine }) {
  const { limitNanoUsd, raise, softNanoUsd, spentNanoUsd } = line;
  if (limitNanoUsd !== null && spentNanoUsd >= limitNanoUsd)
    return (
      <Badge tone="bad" dot title="Calls are refused until it starts anew or is raised">
        Spent
      </Badge>
    );
  if (softNanoUsd !== null && spentNanoUsd >= softNanoUsd)
    return (
      <Badge tone="warn" dot title={`The warning level of ${money(softNanoUsd)} is passed`}>
        Past warning
      </Badge>
    );
  if (limitNanoUsd !== null && spentNanoUsd * 10n >= limitNanoUsd * 8n)
    return (
      <Badge tone="warn" dot title="More than four fifths are spent">
        Nearly spent
      </Badge>
    );
  if (raise)
    return (
      <Badge tone="accent" dot title={`Raised by ${money(raise.nanoUsd)}`}>
        Raised
      </Badge>
    );
  if (limitNanoUsd === null) return <Badge title="Raises an alert and refuses nothing">Warns only</Badge>;
  return (
    <Badge tone="good" dot>
      Within
    </Badge>
  );
}

function ForecastCell({
  forecast,
  line,
  timezone,
}: {
  forecast: Forecast | null | undefined;
  line: BudgetLine;
  timezone: string;
}) {
  if (forecast === undefined)
    return (
      <span className="text-faint text-xs" title="What it costs is not kept by day">
        –
      </span>
    );
  if (forecast === null)
    return <span className="text-faint text-xs">Too few days (fewer than {LEAST_DAYS})</span>;
  if (line.limitNanoUsd !== null && line.spentNanoUsd >= line.limitNanoUsd)
    return <span className="whitespace-nowrap text-bad text-xs">Nothing is left</span>;
  const { expectedNanoUsd, highNanoUsd, lowNanoUsd, runsOutAtMs } = forecast;
  return (
    <span className="num flex flex-col whitespace-nowrap">
      {line.endMs !== null && (
        <span
          title={`${exactMoney(expectedNanoUsd)}; eight in ten futures lie between ${money(lowNanoUsd)} and ${money(highNanoUsd)}`}
        >
          {money(expectedNanoUsd)}
        </span>
      )}
      {runsOutAtMs === null ? (
        line.endMs === null && <span className="text-soft">Lasts 90 days</span>
      ) : (
        <span className="text-warn text-xs">
          {line.limitNanoUsd === null ? "warns" : "runs out"} {shortDay(dayAt(runsOutAtMs, timezone).date)}
        </span>
      )}
    </span>
  );
}

function setIn({ kind, owner, source, tierId }: BudgetLine): string {
  if (source !== null) return source;
  if (tierId !== null) return `Tier ${tierId}`;
  if (kind === "team_member" && owner?.row.member?.max_budget === null)
    return "The team's default for members";
  return `This ${KIND_WORDS[kind].toLowerCase()}`;
}
