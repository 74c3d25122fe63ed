/** Tiers: amounts and limits under a name, shared by whoever points to it. */
import { Layers } from "lucide-react";
import { periodWords } from "#components/budgets/target.ts";
import { NewTier, TierActions, type TierTarget } from "#components/budgets/tier-actions.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import type { RawParams } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { compact, integer, money } from "#components/format.ts";
import { listBudgets } from "#db/queries/budgets.ts";
import { tierUses } from "#db/queries/console-budgets.ts";
import type { BudgetRow } from "#lib/budgets/view.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { formatUsd } from "#lib/money.ts";
import type { PageContext } from "../../../request.ts";

export async function Tiers({ page: { deps, session }, params }: { page: PageContext; params: RawParams }) {
  const rows = await listBudgets(deps.db);
  const uses = await tierUses(deps.sql);
  const change = mayChange(session.role);
  return (
    <DataTable
      caption="Tiers"
      columns={columnsOf(uses, change)}
      rows={rows}
      keyOf={(row) => row.id}
      state={{
        path: PAGES.budgets.path,
        params,
        page: 1,
        size: Math.max(1, rows.length),
        total: rows.length,
      }}
      empty={
        <NothingYet icon={Layers} title="No tiers yet">
          <p>A tier gives many keys or end users the same budget and limits, each its own money.</p>
          {change && <NewTier />}
        </NothingYet>
      }
    />
  );
}

function columnsOf(uses: ReadonlyMap<string, number>, change: boolean): Column<BudgetRow>[] {
  const columns: Column<BudgetRow>[] = [
    { id: "id", header: "Name", cell: (row) => <span className="font-medium">{row.id}</span> },
    {
      id: "budget",
      header: "Budget of each",
      cell: (row) => (
        <span className="flex flex-col">
          <span className="num">{row.maxBudgetNanoUsd === null ? "None" : money(row.maxBudgetNanoUsd)}</span>
          {row.maxBudgetNanoUsd !== null && (
            <span className="text-faint text-xs">{periodWords(row.budgetDuration)}</span>
          )}
        </span>
      ),
    },
    {
      id: "soft",
      header: "Warns at",
      from: "md",
      cell: (row) => (
        <span className="num text-soft">
          {row.softBudgetNanoUsd === null ? "–" : money(row.softBudgetNanoUsd)}
        </span>
      ),
    },
    {
      id: "limits",
      header: "Limits",
      from: "md",
      cell: (row) => <span className="num whitespace-nowrap text-soft text-xs">{limitsOf(row)}</span>,
    },
    {
      id: "uses",
      header: "Used by",
      align: "right",
      cell: (row) => integer(uses.get(row.id) ?? 0),
    },
  ];
  if (change)
    columns.push({
      id: "actions",
      header: "Actions",
      align: "right",
      className: "w-12 [th&]:text-transparent",
      cell: (row) => <TierActions tier={targetOf(row, uses.get(row.id) ?? 0)} />,
    });
  return columns;
}

function limitsOf(row: BudgetRow): string {
  const parts = [
    row.rpmLimit === null ? null : `${compact(row.rpmLimit)} rpm`,
    row.tpmLimit === null ? null : `${compact(row.tpmLimit)} tpm`,
    row.maxParallelRequests === null ? null : `${row.maxParallelRequests} at a time`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "None" : parts.join(" · ");
}

function targetOf(row: BudgetRow, uses: number): TierTarget {
  const text = (value: number | null) => (value === null ? "" : String(value));
  const dollars = (value: bigint | null) => (value === null ? "" : formatUsd(value));
  return {
    id: row.id,
    max: dollars(row.maxBudgetNanoUsd),
    soft: dollars(row.softBudgetNanoUsd),
    duration: row.budgetDuration === "1mo" ? "30d" : (row.budgetDuration ?? ""),
    rpm: text(row.rpmLimit),
    tpm: text(row.tpmLimit),
    parallel: text(row.maxParallelRequests),
    uses,
  };
}
