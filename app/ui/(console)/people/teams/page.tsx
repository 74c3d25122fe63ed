/** Teams: who shares a budget, what they spent and who owns them. */
import { UsersRound } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { BudgetBar } from "#components/budget-bar.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { exactMoney, integer, money } from "#components/format.ts";
import { ModelChips } from "#components/keys/key-badge.tsx";
import { NewTeam } from "#components/people/team-actions.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { ownerChoices } from "#db/queries/console-keys.ts";
import { listTeamRows, TEAM_SORTS, type TeamListRow } from "#db/queries/console-teams.ts";
import { type BudgetLine, readBudgets } from "#lib/console/budget-list.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import { openPage, type SearchParams } from "../../../../request.ts";

export const metadata: Metadata = { title: "Teams" };

const SIZE = 25;
const MOST_BUDGETS = 1000;
const { path } = PAGES.teams;

export default async function TeamsPage({ searchParams }: { searchParams: SearchParams }) {
  const { deps, nowMs, ownUserId, session, timezone } = await openPage("teams");
  const params = await searchParams;
  const query = readQuery(params);
  const search = query.text("q");
  const sort = query.word("sort", TEAM_SORTS) ?? "spend";
  const order = query.word("order", ["asc", "desc"]) ?? (sort === "name" ? "asc" : "desc");
  const number = query.whole("page", 1, 1, 100_000);
  await deps.ledger.flush();
  const asked = {
    month: { fromMs: monthStartMs(nowMs, timezone), toMs: null },
    ...(search ? { search } : {}),
    ...(ownUserId === null ? {} : { userId: ownUserId }),
  };
  const { rows, total } = await listTeamRows(deps.sql, asked, sort, order, number, SIZE);
  // A member who is no owner is told no figures of the team's budget: the same as in a refusal.
  const lines = await readBudgets(
    deps,
    { kind: "team", most: MOST_BUDGETS, ...(ownUserId === null ? {} : { userId: ownUserId }) },
    nowMs,
  );
  const budgets = new Map(lines.filter((line) => line.part === "main").map((line) => [line.subjectId, line]));
  const create = mayChange(session.role) && (
    <NewTeam
      choices={{
        models: deps.policy().groups.all.map((group) => group.name),
        users: (await ownerChoices(deps.sql)).users,
      }}
    />
  );
  return (
    <>
      <PageHeader
        title="Teams"
        note={ownUserId === null ? "People and keys that share a budget." : "The teams that you belong to."}
        actions={create}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar fields={[{ name: "q", label: "Search teams", placeholder: "Name" }]} />
      <DataTable
        caption="Teams"
        columns={columnsOf(budgets, ownUserId === null)}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path, params, sort: { by: sort, order }, page: number, size: SIZE, total }}
        rowClass={(row) => (row.blocked ? "text-faint" : "")}
        empty={
          search ? (
            <NothingMatches what="teams" filters={1} clearHref={path} />
          ) : (
            <NothingYet icon={UsersRound} title={ownUserId === null ? "No teams yet" : "You are in no team"}>
              <p>
                {ownUserId === null
                  ? "A team's keys share one budget, whoever made them."
                  : "An admin or a team's owner can add you."}
              </p>
              {create}
            </NothingYet>
          )
        }
      />
    </>
  );
}

function columnsOf(budgets: ReadonlyMap<string, BudgetLine>, all: boolean): Column<TeamListRow>[] {
  const columns: Column<TeamListRow>[] = [
    {
      id: "name",
      header: "Name",
      sort: "name",
      className: "min-w-40",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex items-center gap-1.5">
            <Link
              href={`${path}/${encodeURIComponent(row.id)}`}
              prefetch={false}
              dir="auto"
              className="truncate text-left font-medium text-ink hover:underline"
            >
              {row.alias ?? row.id}
            </Link>
            {row.blocked && <Badge tone="bad">Blocked</Badge>}
          </span>
          <span className="truncate text-faint text-xs">
            {row.owners.length === 0 ? "No owner" : `Owned by ${row.owners.join(", ")}`}
          </span>
        </span>
      ),
    },
    {
      id: "members",
      header: "Members",
      sort: "members",
      align: "right",
      from: "sm",
      cell: (row) => integer(row.members),
    },
    {
      id: "keys",
      header: "Keys",
      sort: "keys",
      align: "right",
      from: "sm",
      cell: (row) => integer(row.keys),
    },
    {
      id: "models",
      header: "Models",
      from: "xl",
      cell: (row) => <ModelChips models={row.models} most={2} />,
    },
    {
      id: "budget",
      header: "Budget",
      className: "w-52",
      cell: (row) => {
        const line = budgets.get(row.id);
        if (!line)
          return (
            <span className="text-faint">
              {all || row.max_budget_nano_usd === null ? "None" : "Set; its owners see it"}
            </span>
          );
        return (
          <BudgetBar
            spent={line.spentNanoUsd}
            limit={line.limitNanoUsd ?? line.softNanoUsd}
            soft={line.limitNanoUsd === null ? null : line.softNanoUsd}
          />
        );
      },
    },
  ];
  if (all)
    columns.push({
      id: "spend",
      header: "This month",
      sort: "spend",
      align: "right",
      cell: (row) => <span title={exactMoney(BigInt(row.spend))}>{money(BigInt(row.spend))}</span>,
    });
  return columns;
}
