/** Incident: stop calls in one press, and every incident there was. */
import { Siren } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { StartIncident } from "#components/incident/start-incident.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { type IncidentRow, listIncidents } from "#db/queries/incidents.ts";
import { mayChange, PAGES } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../request.ts";
import { IncidentBadges } from "./badges.tsx";

export const metadata: Metadata = { title: "Incident" };

const SIZE = 25;

export default async function IncidentPage({ searchParams }: { searchParams: SearchParams }) {
  const { deps, session, nowMs, timezone } = await openPage("incident");
  const params = await searchParams;
  const number = readQuery(params).whole("page", 1, 1, 100_000);
  const { rows, total } = await listIncidents(deps.sql, { limit: SIZE, offset: (number - 1) * SIZE });
  return (
    <>
      <PageHeader
        title="Incident"
        note="When a key is in the wrong hands: freeze first, which can be taken back, then decide."
      />
      <div className="flex flex-col gap-5">
        {mayChange(session.role) && (
          <Card>
            <CardHead title="Stop calls" note="In force on every instance within a second." />
            <StartIncident />
          </Card>
        )}
        <DataTable
          caption="Incidents and drills"
          columns={columnsOf(nowMs, timezone)}
          rows={rows}
          keyOf={(row) => row.id}
          state={{ path: PAGES.incident.path, params, page: number, size: SIZE, total }}
          empty={
            <NothingYet icon={Siren} title="No incidents">
              <p>Start a drill to see every step without effect, before it is needed.</p>
            </NothingYet>
          }
        />
      </div>
    </>
  );
}

function columnsOf(nowMs: number, timezone: string): Column<IncidentRow>[] {
  return [
    {
      id: "scope",
      header: "Scope",
      className: "min-w-44",
      cell: (row) => (
        <Link
          href={`${PAGES.incident.path}/${row.id}`}
          prefetch={false}
          className="font-medium hover:underline"
        >
          {row.scope.label}
        </Link>
      ),
    },
    { id: "state", header: "State", cell: (row) => <IncidentBadges incident={row} /> },
    {
      id: "reason",
      header: "Reason",
      from: "md",
      className: "max-w-none",
      cell: (row) => <span className="text-soft">{row.reason}</span>,
    },
    {
      id: "opened",
      header: "Opened",
      from: "sm",
      className: "whitespace-nowrap",
      cell: (row) => (
        <time
          dateTime={row.opened_at.toISOString()}
          title={moment(row.opened_at, timezone)}
          className="text-soft"
        >
          {ago(row.opened_at, nowMs)}
        </time>
      ),
    },
  ];
}
