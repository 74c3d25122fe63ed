/** The columns of Keys. */
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { Spark } from "#components/charts/spark.tsx";
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, compact, moment } from "#components/format.ts";
import { KeyActions } from "#components/keys/key-actions.tsx";
import { KeyBadge, MaskedSecret, ModelChips } from "#components/keys/key-badge.tsx";
import type { KeyListRow, keyActivity } from "#db/queries/console-keys.ts";
import { keyBudget, keyState } from "#lib/console/key-state.ts";
import { PAGES } from "#lib/console/roles.ts";
import { actionKey, keyName } from "../../../key-actions.ts";
import type { PageContext } from "../../../request.ts";

/** How far back a row's small bars go. */
export const HOURS = 36;
const { path } = PAGES.keys;

/** @param actions null for those who only look */
export function columnsOf(
  { nowMs, timezone }: PageContext,
  activity: Awaited<ReturnType<typeof keyActivity>>,
  actions: { origin: string; model: string; known: readonly string[] } | null,
): Column<KeyListRow>[] {
  const columns: Column<KeyListRow>[] = [
    {
      id: "name",
      header: "Name",
      sort: "name",
      className: "min-w-44",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={`${path}/${row.id}`}
            prefetch={false}
            className="truncate font-medium text-ink hover:underline"
          >
            {keyName(row)}
          </Link>
          <span className="flex items-center gap-2">
            <MaskedSecret start={row.secret_start} last4={row.secret_last4} />
            <span className="sm:hidden">
              <KeyBadge state={keyState(row, nowMs)} />
            </span>
          </span>
        </span>
      ),
    },
    { id: "status", header: "Status", from: "sm", cell: (row) => <KeyBadge state={keyState(row, nowMs)} /> },
    {
      id: "owner",
      header: "Owner",
      from: "md",
      cell: (row) => (
        <span className="block truncate text-soft">
          {row.team_alias ?? row.team_id ?? row.user_name ?? row.user_id ?? "Nobody"}
        </span>
      ),
    },
    {
      id: "models",
      header: "Models",
      from: "xl",
      cell: (row) => <ModelChips models={row.models} most={1} />,
    },
    {
      id: "spend",
      header: "Spend",
      sort: "spend",
      className: "w-32 sm:w-44",
      cell: (row) => {
        const budget = keyBudget(row, nowMs, timezone);
        return (
          <BudgetBar spent={budget.spentNanoUsd} limit={budget.limitNanoUsd} soft={budget.softNanoUsd} />
        );
      },
    },
    {
      id: "limits",
      header: "Limits",
      from: "xl",
      cell: (row) => <span className="num whitespace-nowrap text-soft text-xs">{limitsOf(row)}</span>,
    },
    {
      id: "activity",
      header: `Last ${HOURS} h`,
      from: "lg",
      cell: (row) => (
        <Spark label={`Calls of the last ${HOURS} hours`} bars={barsOf(activity.get(row.id) ?? [])} />
      ),
    },
    {
      id: "used",
      header: "Last used",
      sort: "used",
      from: "sm",
      cell: (row) => (
        <span
          className="whitespace-nowrap text-soft"
          title={row.last_used_at ? moment(row.last_used_at, timezone) : ""}
        >
          {row.last_used_at ? ago(row.last_used_at, nowMs) : "Never"}
        </span>
      ),
    },
    {
      id: "expires",
      header: "Expires",
      sort: "expires",
      from: "lg",
      cell: (row) => (
        <span
          className="whitespace-nowrap text-soft"
          title={row.expires_at ? moment(row.expires_at, timezone) : ""}
        >
          {row.expires_at ? ago(row.expires_at, nowMs) : "Never"}
        </span>
      ),
    },
  ];
  if (actions)
    columns.push({
      id: "actions",
      header: "Actions",
      align: "right",
      className: "w-12 [th&]:text-transparent",
      cell: (row) => !row.deleted_at && <KeyActions target={actionKey(row, nowMs, timezone)} {...actions} />,
    });
  return columns;
}

function limitsOf(row: KeyListRow): string {
  const parts = [
    row.rpm_limit === null ? null : `${compact(Number(row.rpm_limit))} rpm`,
    row.tpm_limit === null ? null : `${compact(Number(row.tpm_limit))} tpm`,
    row.max_parallel_requests === null ? null : `${row.max_parallel_requests} at once`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "None" : parts.join(" · ");
}

function barsOf(hours: readonly { hour: number; ok: number; bad: number }[]) {
  const bars = Array.from({ length: HOURS }, () => ({ ok: 0, bad: 0 }));
  for (const { hour, ok, bad } of hours) if (bars[hour]) bars[hour] = { ok, bad };
  return bars;
}
