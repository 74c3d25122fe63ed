/** Service accounts: programs with keys, limits and budgets of their own, and the people who answer for them. */
import { Bot } from "lucide-react";
import type { Metadata } from "next";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { NewServiceAccount } from "#components/people/new-service-account.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { ownerChoices, peopleChoices } from "#db/queries/console-keys.ts";
import { listPeople, PERSON_SORTS } from "#db/queries/console-people.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import { openPage, type SearchParams } from "../../../../request.ts";
import { personColumns } from "../person-columns.tsx";

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
        columns={personColumns(page, "service")}
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
