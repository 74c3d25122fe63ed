/** The keys of a person or a team, with what each has spent of its budget. */
import { KeyRound } from "lucide-react";
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import type { RawParams } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { KeyBadge, MaskedSecret, ModelChips } from "#components/keys/key-badge.tsx";
import { type KeyListRow, listKeyRows } from "#db/queries/console-keys.ts";
import { keyBudget, keyState } from "#lib/console/key-state.ts";
import { maySee } from "#lib/console/roles.ts";
import { keyName } from "../../../key-actions.ts";
import type { PageContext } from "../../../request.ts";

const SIZE = 25;

export async function KeyTable({
  page,
  owner,
  path,
  params,
  number,
  empty,
}: {
  page: PageContext;
  owner: { readonly userId: string } | { readonly teamId: string };
  path: string;
  params: RawParams;
  number: number;
  empty: string;
}) {
  const { deps, nowMs, session, timezone } = page;
  const { rows, total } = await listKeyRows(deps.sql, { nowMs, ...owner }, "created", "desc", number, SIZE);
  return (
    <DataTable
      caption="Keys"
      columns={columnsOf(nowMs, timezone, "teamId" in owner, maySee(session.role, "keys"))}
      rows={rows}
      keyOf={(row) => row.id}
      state={{ path, params, page: number, size: SIZE, total }}
      empty={
        <NothingYet icon={KeyRound} title="No keys">
          <p>{empty}</p>
        </NothingYet>
      }
    />
  );
}

function columnsOf(nowMs: number, timezone: string, withUser: boolean, links: boolean): Column<KeyListRow>[] {
  const columns: Column<KeyListRow>[] = [
    {
      id: "name",
      header: "Name",
      className: "min-w-44",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          {links ? (
            <Link
              href={`/ui/keys/${row.id}`}
              prefetch={false}
              className="truncate font-medium text-ink hover:underline"
            >
              {keyName(row)}
            </Link>
          ) : (
            <span className="truncate font-medium">{keyName(row)}</span>
          )}
          <MaskedSecret start={row.secret_start} last4={row.secret_last4} />
        </span>
      ),
    },
    { id: "status", header: "Status", cell: (row) => <KeyBadge state={keyState(row, nowMs)} /> },
    {
      id: "models",
      header: "Models",
      from: "lg",
      cell: (row) => <ModelChips models={row.models} most={1} />,
    },
    {
      id: "spend",
      header: "Spend",
      className: "w-44",
      cell: (row) => {
        const budget = keyBudget(row, nowMs, timezone);
        return (
          <BudgetBar spent={budget.spentNanoUsd} limit={budget.limitNanoUsd} soft={budget.softNanoUsd} />
        );
      },
    },
    {
      id: "used",
      header: "Last used",
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
  ];
  columns.splice(2, 0, {
    id: "owner",
    header: withUser ? "Person" : "Team",
    from: "md",
    cell: (row) => (
      <span className="block truncate text-soft">
        {withUser ? (row.user_name ?? row.user_id ?? "Nobody") : (row.team_alias ?? row.team_id ?? "None")}
      </span>
    ),
  });
  return columns;
}
