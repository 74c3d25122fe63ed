/** The columns of Privacy, Content. */
import Link from "next/link";
import { ApproveButton } from "#components/content/break-glass.tsx";
import { mayApprove, nameOf, UnlockBadge } from "#components/content/unlocks.tsx";
import type { Column } from "#components/data-table/data-table.tsx";
import { linkTo, type RawParams } from "#components/data-table/query.ts";
import { ago, integer, moment } from "#components/format.ts";
import { mayKeepPrivacy, PAGES } from "#lib/console/roles.ts";
import type { Unlock } from "#lib/content/schema.ts";
import type { PageContext } from "../../../../request.ts";

export function columnsOf({ nowMs, session, timezone }: PageContext, params: RawParams): Column<Unlock>[] {
  const viewer = mayKeepPrivacy(session.role) ? session.userId : null;
  return [
    {
      id: "asked",
      header: "When",
      className: "whitespace-nowrap",
      cell: (row) => <span title={moment(row.askedAt, timezone)}>{ago(row.askedAt, nowMs)}</span>,
    },
    {
      id: "who",
      header: "Who and why",
      className: "min-w-40",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium text-ink">{nameOf(row)}</span>
          <span className="line-clamp-2 break-words text-soft text-xs" title={row.reason}>
            {row.reason}
          </span>
        </span>
      ),
    },
    {
      id: "call",
      header: "Call",
      from: "md",
      cell: (row) => (
        <Link
          scroll={false}
          prefetch={false}
          href={linkTo(PAGES.privacyContent.path, params, { id: row.callId })}
          className="font-mono text-ink text-xs hover:underline"
        >
          {row.callId}
        </Link>
      ),
    },
    {
      id: "state",
      header: "State",
      cell: (row) => (
        <span className="flex flex-col items-start gap-1">
          <UnlockBadge unlock={row} nowMs={nowMs} />
          {row.approvedBy !== null && (
            <span className="text-faint text-xs">approved by {row.approvedBy}</span>
          )}
          {mayApprove(row, viewer, nowMs) && <ApproveButton callId={row.callId} unlock={row.id} />}
        </span>
      ),
    },
    { id: "read", header: "Read", align: "right", from: "sm", cell: (row) => integer(row.readAt.length) },
  ];
}
