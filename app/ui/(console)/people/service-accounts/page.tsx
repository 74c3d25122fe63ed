/** Service accounts: programs with keys, limits and budgets of their own, and the people who answer for them. */
import { Bot } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { ago, exactMoney, integer, moment, money } from "#components/format.ts";
import { NewServiceAccount } from "#components/people/new-service-account.tsx";
import { ROLE_WORDS } from "#components/people/target.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { ownerChoices, peopleChoices } from "#db/queries/console-keys.ts";
import { listPeople, PERSON_SORTS, type PersonRow } from "#db/queries/console-people.ts";
import { mayChange, PAGES, roleOf } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import { openPage, type PageContext, type SearchParams } from "../../../../request.ts";
import { PersonBadge, personName } from "../users/person.tsx";

export const metadata: Metadata = { title: "Service accounts" };

const SIZE = 25;
const { path } = PAGES.serviceAccounts;
const STATES = ["active", "blocked"] as const;

export default async function ServiceAccountsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("serviceAccounts");
  const { deps, nowMs, session, timezone } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const search = query.text("q");
  const state = query.word("status", STATES);
  const sort = query.word("sort", PERSON_SORTS) ?? "name";
  const order = query.word("order", ["asc", "desc"]) ?? (sort === "name" ? "asc" : "desc");
  const number = query.whole("page", 1, 1, 100_000);
  await deps.ledger.flush();
  const asked = {
    nowMs,
    kind: "service" as const,
    month: { fromMs: monthStartMs(nowMs, timezone), toMs: null },
    ...(search ? { search } : {}),
    ...(state ? { state } : {}),
  };
  const { rows, total } = await listPeople(deps.sql, asked, sort, order, number, SIZE);
  const filters = [search, state].filter((one) => one !== undefined).length;
  const create = mayChange(session.role) && (
    <NewServiceAccount
      owners={await peopleChoices(deps.sql)}
      teams={(await ownerChoices(deps.sql)).teams}
      self={session.userId}
    />
  );
  return (
    <>
      <PageHeader
        title="Service accounts"
        note="Programs that call the gateway. Nobody signs in to one, and a person answers for each."
        actions={create}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          { name: "q", label: "Search service accounts", placeholder: "Name or id" },
          {
            name: "status",
            label: "Status",
            any: "Any status",
            options: [
              { value: "active", label: "Not blocked" },
              { value: "blocked", label: "Blocked" },
            ],
          },
        ]}
      />
      <DataTable
        caption="Service accounts"
        columns={columnsOf(page)}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path, params, sort: { by: sort, order }, page: number, size: SIZE, total }}
        rowClass={(row) => (row.blocked ? "text-faint" : "")}
        empty={
          filters > 0 ? (
            <NothingMatches what="service accounts" filters={filters} clearHref={path} />
          ) : (
            <NothingYet icon={Bot} title="No service accounts yet">
              <p>Give a program one, so that its keys do not leave with the person who made them.</p>
              {create}
            </NothingYet>
          )
        }
      />
    </>
  );
}

function columnsOf({ nowMs, timezone }: PageContext): Column<PersonRow>[] {
  return [
    {
      id: "name",
      header: "Name",
      sort: "name",
      className: "min-w-44",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={`${PAGES.users.path}/${encodeURIComponent(row.id)}`}
            prefetch={false}
            className="truncate font-medium text-ink hover:underline"
          >
            {personName(row)}
          </Link>
          <span className="truncate text-faint text-xs">{row.id}</span>
        </span>
      ),
    },
    { id: "status", header: "Status", cell: (row) => <PersonBadge row={row} /> },
    {
      id: "owner",
      header: "Answers for it",
      cell: (row) =>
        row.owner_name === null ? (
          <span className="text-bad">Nobody</span>
        ) : (
          <span className="block truncate">{row.owner_name}</span>
        ),
    },
    {
      id: "role",
      header: "Role",
      from: "lg",
      cell: (row) => <span className="whitespace-nowrap">{ROLE_WORDS[roleOf(row.role)]?.name}</span>,
    },
    {
      id: "teams",
      header: "Teams",
      from: "lg",
      cell: (row) => (
        <span className="block truncate text-soft">
          {row.teams.length === 0 ? "None" : row.teams.map((team) => team.name).join(", ")}
        </span>
      ),
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
      id: "spend",
      header: "This month",
      sort: "spend",
      align: "right",
      cell: (row) => <span title={exactMoney(BigInt(row.spend))}>{money(BigInt(row.spend))}</span>,
    },
    {
      id: "seen",
      header: "Last used",
      sort: "seen",
      from: "md",
      cell: (row) => (
        <span
          className="whitespace-nowrap text-soft"
          title={row.seen_at ? moment(row.seen_at, timezone) : ""}
        >
          {row.seen_at ? ago(row.seen_at, nowMs) : "Never"}
        </span>
      ),
    },
  ];
}
