/** The columns of keys, wherever keys are listed. */
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { Spark } from "#components/charts/spark.tsx";
import type { Column } from "#components/data-table/data-table.tsx";
import { compact } from "#components/format.ts";
import { KeyActions } from "#components/keys/key-actions.tsx";
import { KeyBadge, MaskedSecret, ModelChips } from "#components/keys/key-badge.tsx";
import { When } from "#components/when.tsx";
import type { KeyListRow, keyActivity } from "#db/queries/console-keys.ts";
import { keyBudget, keyState } from "#lib/console/key-state.ts";
import { PAGES } from "#lib/console/roles.ts";
import { actionKey, keyName } from "../../../key-actions.ts";
import type { PageContext } from "../../../request.ts";

/** How far back a row's small bars go. */
export const HOURS = 36;
const { path } = PAGES.keys;

export interface KeyColumns {
  /** Leads to the key's own page. */
  readonly links: boolean;
  /** Whose: a team's keys tell the person, a person's the team, a list of all keys either. */
  readonly owner: "any" | "person" | "team";
  /** Of a list that can be ordered, with each key's last hours. */
  readonly activity?: Awaited<ReturnType<typeof keyActivity>>;
  /** Absent for those who only look. */
  readonly actions?: { readonly origin: string; readonly model: string; readonly known: readonly string[] };
}

/** What a list beside another subject leaves out. */
const LONG_ONLY: readonly string[] = ["limits", "activity", "expires"];

export function keyColumns(
  { nowMs, timezone }: PageContext,
  { actions, activity, links, owner }: KeyColumns,
): Column<KeyListRow>[] {
  const long = activity !== undefined;
  const columns: Column<KeyListRow>[] = [
    {
      id: "name",
      header: "Name",
      sort: "name",
      className: "min-w-44",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          {links ? (
            <Link
              href={`${path}/${row.id}`}
              prefetch={false}
              className="truncate font-medium text-ink hover:underline"
            >
              {keyName(row)}
            </Link>
          ) : (
            <span className="truncate font-medium">{keyName(row)}</span>
          )}
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
      header: OWNERS[owner].header,
      from: "md",
      cell: (row) => (
        <span dir="auto" className="block truncate text-left text-soft">
          {OWNERS[owner].of(row) ?? "Nobody"}
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
        <Spark label={`Calls of the last ${HOURS} hours`} bars={barsOf(activity?.get(row.id) ?? [])} />
      ),
    },
    {
      id: "used",
      header: "Last used",
      sort: "used",
      from: "sm",
      cell: (row) => <When at={row.last_used_at} nowMs={nowMs} timezone={timezone} />,
    },
    {
      id: "expires",
      header: "Expires",
      sort: "expires",
      from: "lg",
      cell: (row) => <When at={row.expires_at} nowMs={nowMs} timezone={timezone} />,
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
  if (long) return columns;
  return columns.filter(({ id }) => !LONG_ONLY.includes(id)).map(({ sort: _sort, ...column }) => column);
}

const team = (row: KeyListRow) => row.team_alias ?? row.team_id;
const person = (row: KeyListRow) => row.user_name ?? row.user_id;
const OWNERS = {
  any: { header: "Owner", of: (row: KeyListRow) => team(row) ?? person(row) },
  person: { header: "Person", of: person },
  team: { header: "Team", of: team },
} as const;

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
