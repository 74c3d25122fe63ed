/** The columns of people and of service accounts: the same but for what only one of them has. */
import Link from "next/link";
import type { Column } from "#components/data-table/data-table.tsx";
import { exactMoney, integer, money } from "#components/format.ts";
import { ROLE_WORDS } from "#components/people/target.ts";
import { Badge } from "#components/ui/badge.tsx";
import { When } from "#components/when.tsx";
import type { PersonRow } from "#db/queries/console-people.ts";
import { PAGES, roleOf } from "#lib/console/roles.ts";
import type { PageContext } from "../../../request.ts";
import { PersonBadge, personName } from "./users/person.tsx";

export function personColumns(
  { nowMs, session, timezone }: PageContext,
  kind: "person" | "service",
): Column<PersonRow>[] {
  const person = kind === "person";
  return [
    {
      id: "name",
      header: "Name",
      sort: "name",
      className: "min-w-44",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex min-w-0 items-center gap-1.5">
            <Link
              href={`${PAGES.users.path}/${encodeURIComponent(row.id)}`}
              prefetch={false}
              className="truncate font-medium text-ink hover:underline"
            >
              {personName(row)}
            </Link>
            {row.id === session.userId && <Badge>you</Badge>}
          </span>
          <span className="truncate text-faint text-xs">{row.alias ? (row.email ?? row.id) : row.id}</span>
        </span>
      ),
    },
    { id: "status", header: "Status", cell: (row) => <PersonBadge row={row} /> },
    ...(person ? [] : [OWNER]),
    {
      id: "role",
      header: "Role",
      from: person ? "sm" : "lg",
      cell: (row) => <span className="whitespace-nowrap">{ROLE_WORDS[roleOf(row.role)]?.name}</span>,
    },
    TEAMS,
    {
      id: "keys",
      header: "Keys",
      sort: "keys",
      align: "right",
      from: person ? "md" : "sm",
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
      header: person ? "Last seen" : "Last used",
      sort: "seen",
      from: "md",
      cell: (row) => <When at={row.seen_at} nowMs={nowMs} timezone={timezone} />,
    },
    ...(person ? [SECOND_FACTOR] : []),
  ];
}

const OWNER: Column<PersonRow> = {
  id: "owner",
  header: "Answers for it",
  cell: (row) =>
    row.owner_name === null ? (
      <span className="text-bad">Nobody</span>
    ) : (
      <span className="block truncate">{row.owner_name}</span>
    ),
};

const TEAMS: Column<PersonRow> = {
  id: "teams",
  header: "Teams",
  from: "lg",
  cell: ({ teams }) => {
    const names = teams.map((team) => team.name).join(", ");
    return (
      <span className="block truncate text-soft" title={names}>
        {names || "None"}
      </span>
    );
  },
};

const SECOND_FACTOR: Column<PersonRow> = {
  id: "mfa",
  header: "Second factor",
  from: "xl",
  cell: (row) => (
    <span className={row.has_totp ? "" : "text-faint"}>
      {row.has_totp ? "On" : row.has_access ? "Off" : "–"}
    </span>
  ),
};
