/** Who is in a team, with what each of them spent for it. */
import { UsersRound } from "lucide-react";
import Link from "next/link";
import { periodWords } from "#components/budgets/target.ts";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { exactMoney, integer, money } from "#components/format.ts";
import { AddMember, MemberActions } from "#components/people/member-dialogs.tsx";
import { Badge } from "#components/ui/badge.tsx";
import {
  addressesOutside,
  type MemberListRow,
  type TeamListRow,
  teamMembers,
} from "#db/queries/console-teams.ts";
import type { SpendRange } from "#db/queries/spend.ts";
import { maySee, PAGES } from "#lib/console/roles.ts";
import { formatUsd } from "#lib/money.ts";
import type { PageContext } from "../../../../../request.ts";

export async function Members({
  page: { deps, session, ownUserId },
  team,
  month,
  manage,
  money: withMoney,
  path,
}: {
  page: PageContext;
  team: TeamListRow;
  month: SpendRange;
  manage: boolean;
  money: boolean;
  path: string;
}) {
  const rows = await teamMembers(deps.sql, team.id, month);
  // Who else is here is for those to know who see everybody.
  const known = manage && ownUserId === null ? await addressesOutside(deps.sql, team.id) : [];
  const add = manage && <AddMember teamId={team.id} known={known} />;
  return (
    <div>
      {add && rows.length > 0 && <div className="mb-3 flex justify-end">{add}</div>}
      <DataTable
        caption="Members"
        columns={columnsOf(team.id, manage, withMoney, maySee(session.role, "users"))}
        rows={rows}
        keyOf={(row) => row.user_id}
        state={{ path, params: {}, page: 1, size: Math.max(1, rows.length), total: rows.length }}
        empty={
          <NothingYet icon={UsersRound} title="No members yet">
            <p>Members may see the team; what else they may is the team's to say.</p>
            {add}
          </NothingYet>
        }
      />
    </div>
  );
}

function columnsOf(
  teamId: string,
  manage: boolean,
  withMoney: boolean,
  links: boolean,
): Column<MemberListRow>[] {
  const columns: Column<MemberListRow>[] = [
    {
      id: "name",
      header: "Name",
      className: "min-w-40",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          {links ? (
            <Link
              href={`${PAGES.users.path}/${encodeURIComponent(row.user_id)}`}
              prefetch={false}
              className="truncate font-medium text-ink hover:underline"
            >
              {row.name}
            </Link>
          ) : (
            <span className="truncate font-medium">{row.name}</span>
          )}
          <span className="truncate text-faint text-xs">{row.email ?? row.user_id}</span>
        </span>
      ),
    },
    {
      id: "role",
      header: "Part",
      cell: (row) => (row.role === "admin" ? <Badge tone="accent">Owner</Badge> : "Member"),
    },
    { id: "keys", header: "Keys here", align: "right", from: "sm", cell: (row) => integer(row.keys) },
  ];
  if (withMoney)
    columns.push(
      {
        id: "budget",
        header: "Budget in the team",
        from: "md",
        cell: (row) =>
          row.max_budget_nano_usd === null ? (
            <span className="text-faint">Default</span>
          ) : (
            <span className="num" title={periodWords(row.budget_duration)}>
              {money(row.max_budget_nano_usd)}
            </span>
          ),
      },
      {
        id: "spend",
        header: "This month",
        align: "right",
        cell: (row) => <span title={exactMoney(BigInt(row.spend))}>{money(BigInt(row.spend))}</span>,
      },
    );
  if (manage)
    columns.push({
      id: "actions",
      header: "Actions",
      align: "right",
      className: "w-12 [th&]:text-transparent",
      cell: (row) => (
        <MemberActions
          target={{
            teamId,
            userId: row.user_id,
            name: row.name,
            role: row.role,
            max: row.max_budget_nano_usd === null ? "" : formatUsd(row.max_budget_nano_usd),
            duration: row.budget_duration === "1mo" ? "30d" : (row.budget_duration ?? ""),
            keys: row.keys,
          }}
        />
      ),
    });
  return columns;
}
