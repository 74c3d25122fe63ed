/** People: who may sign in and who has keys, with their roles, their spend and when they were seen. */
import { Users } from "lucide-react";
import type { Metadata } from "next";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { Invite } from "#components/people/invite.tsx";
import { ROLE_WORDS } from "#components/people/target.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { ownerChoices } from "#db/queries/console-keys.ts";
import { listPeople, PERSON_SORTS, USER_STATES } from "#db/queries/console-people.ts";
import { mayChange, PAGES, ROLES, userRolesOf } from "#lib/console/roles.ts";
import { monthStartMs } from "#lib/spend/calendar.ts";
import { openPage, type SearchParams } from "../../../../request.ts";
import { personColumns } from "../person-columns.tsx";

export const metadata: Metadata = { title: "People" };

const SIZE = 25;
const { path } = PAGES.users;
const STATES = {
  active: "Not blocked",
  invited: "Invited",
  blocked: "Blocked",
  never: "Never seen",
} as const;

export default async function UsersPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("users");
  const { deps, nowMs, session, timezone } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const search = query.text("q");
  const role = query.word("role", ROLES);
  const state = query.word("status", USER_STATES);
  const teamId = query.text("team");
  const sort = query.word("sort", PERSON_SORTS) ?? "name";
  const order = query.word("order", ["asc", "desc"]) ?? (sort === "name" ? "asc" : "desc");
  const number = query.whole("page", 1, 1, 100_000);
  await deps.ledger.flush();
  const asked = {
    nowMs,
    kind: "person" as const,
    month: { fromMs: monthStartMs(nowMs, timezone), toMs: null },
    ...(search ? { search } : {}),
    ...(role ? { roles: userRolesOf(role) } : {}),
    ...(state ? { state } : {}),
    ...(teamId ? { teamId } : {}),
  };
  const { rows, total } = await listPeople(deps.sql, asked, sort, order, number, SIZE);
  const { teams } = await ownerChoices(deps.sql);
  const filters = [search, role, state, teamId].filter((one) => one !== undefined).length;
  const invite = mayChange(session.role) && <Invite teams={teams} />;
  return (
    <>
      <PageHeader
        title="People"
        note="Who signs in here, and whose keys call the gateway."
        actions={invite}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          { name: "q", label: "Search people", placeholder: "Name or e-mail" },
          {
            name: "role",
            label: "Role",
            any: "Any role",
            options: ROLES.map((value) => ({ value, label: ROLE_WORDS[value]?.name ?? value })),
          },
          {
            name: "status",
            label: "Status",
            any: "Any status",
            options: USER_STATES.map((value) => ({ value, label: STATES[value] })),
          },
          ...(teams.length > 0
            ? [
                {
                  name: "team",
                  label: "Team",
                  any: "Any team",
                  options: teams.map(({ id, name }) => ({ value: id, label: name })),
                },
              ]
            : []),
        ]}
      />
      <DataTable
        caption="People"
        columns={personColumns(page, "person")}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path, params, sort: { by: sort, order }, page: number, size: SIZE, total }}
        rowClass={(row) => (row.blocked ? "text-faint" : "")}
        empty={
          filters > 0 ? (
            <NothingMatches what="people" filters={filters} clearHref={path} />
          ) : (
            <NothingYet icon={Users} title="Nobody here yet">
              <p>People sign in with their own password, and see what their role lets them.</p>
              {invite}
            </NothingYet>
          )
        }
      />
    </>
  );
}
