/** Where a person is signed in. */
import { MonitorSmartphone } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { Badge } from "#components/ui/badge.tsx";
import { liveSessions } from "#db/queries/console-access.ts";
import { IDLE_MS } from "#lib/console/session.ts";
import type { PageContext } from "../../../request.ts";

type Session = Awaited<ReturnType<typeof liveSessions>>[number];

export async function Sessions({ page, userId, path }: { page: PageContext; userId: string; path: string }) {
  const { deps, nowMs } = page;
  const rows = (await liveSessions(deps.db, userId, new Date(nowMs))).filter(
    (row) => nowMs - row.lastSeenAt.getTime() < IDLE_MS,
  );
  return (
    <DataTable
      caption="Sessions"
      columns={columnsOf(page)}
      rows={rows}
      keyOf={(row) => row.id}
      state={{ path, params: { view: "sessions" }, page: 1, size: 50, total: rows.length }}
      empty={
        <NothingYet icon={MonitorSmartphone} title="Not signed in">
          <p>A session ends after an hour without a click, and after twelve hours in any case.</p>
        </NothingYet>
      }
    />
  );
}

function columnsOf({ nowMs, session, timezone }: PageContext): Column<Session>[] {
  return [
    {
      id: "from",
      header: "From",
      className: "min-w-40",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex items-center gap-1.5">
            <span className="font-mono text-xs">{row.ip ?? "unknown address"}</span>
            {row.id === session.id && <Badge tone="accent">this one</Badge>}
          </span>
          <span className="truncate text-faint text-xs" title={row.userAgent ?? ""}>
            {row.userAgent ?? "unknown browser"}
          </span>
        </span>
      ),
    },
    {
      id: "seen",
      header: "Last seen",
      cell: (row) => <span className="whitespace-nowrap text-soft">{ago(row.lastSeenAt, nowMs)}</span>,
    },
    {
      id: "since",
      header: "Signed in",
      from: "sm",
      cell: (row) => <span className="whitespace-nowrap text-soft">{moment(row.createdAt, timezone)}</span>,
    },
    {
      id: "ends",
      header: "Ends",
      from: "md",
      cell: (row) => <span className="whitespace-nowrap text-soft">{ago(row.expiresAt, nowMs)}</span>,
    },
  ];
}
