/** The columns of Audit. */
import Link from "next/link";
import { actionWord, actorKind, actorWord, kindWord } from "#components/audit/words.ts";
import type { Column } from "#components/data-table/data-table.tsx";
import { linkTo, type RawParams } from "#components/data-table/query.ts";
import { ago, clock, integer } from "#components/format.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { AuditRow } from "#db/queries/console-audit.ts";
import { PAGES } from "#lib/console/roles.ts";

export function columnsOf(timezone: string, nowMs: number, params: RawParams): Column<AuditRow>[] {
  return [
    {
      id: "seq",
      header: "#",
      align: "right",
      from: "md",
      className: "w-px text-faint",
      cell: (row) => integer(row.seq),
    },
    {
      id: "time",
      header: "Time",
      className: "whitespace-nowrap",
      cell: (row) => (
        <Link
          scroll={false}
          prefetch={false}
          href={linkTo(PAGES.audit.path, params, { id: String(row.seq) })}
          title={`${row.at.toISOString()}, ${ago(row.at, nowMs)}`}
          className="num text-ink after:absolute after:inset-0 hover:underline"
        >
          {clock(row.at, timezone)}
          {/* Several happen in one second: alone in a list of links, the time would not tell them apart. */}
          <span className="sr-only">
            {" "}
            {actionWord(row.action)}, event {row.seq}
          </span>
        </Link>
      ),
    },
    {
      id: "actor",
      header: "Actor",
      cell: (row) => {
        const actor = { kind: row.actor_kind, id: row.actor_id, name: row.actor_name };
        const kind = actorKind(row.actor_kind);
        return (
          <span className="flex min-w-0 max-w-56 items-baseline gap-1.5">
            <span className="truncate">{actorWord(actor)}</span>
            {kind === "key" && <span className="shrink-0 text-faint text-xs">{kind}</span>}
          </span>
        );
      },
    },
    {
      id: "action",
      header: "Action",
      className: "whitespace-nowrap",
      cell: (row) => (
        <span className="flex items-center gap-2">
          <span title={row.action}>{actionWord(row.action)}</span>
          {row.outcome !== "ok" && (
            <Badge tone="bad" className="sm:hidden">
              {row.outcome}
            </Badge>
          )}
        </span>
      ),
    },
    {
      id: "object",
      header: "Object",
      from: "sm",
      cell: (row) => (
        <span className="block max-w-56 truncate" title={`${kindWord(row.target_kind)} ${row.target_id}`}>
          {row.target_name ?? <code className="font-mono text-xs">{row.target_id}</code>}
        </span>
      ),
    },
    {
      id: "outcome",
      header: "Outcome",
      from: "sm",
      cell: (row) => (
        <Badge tone={row.outcome === "ok" ? "good" : "bad"} dot>
          {row.outcome === "ok" ? "done" : row.outcome}
        </Badge>
      ),
    },
    {
      id: "ip",
      header: "IP",
      from: "lg",
      cell: (row) => <span className="num text-soft">{row.ip ?? "–"}</span>,
    },
    {
      id: "request",
      header: "Request",
      from: "xl",
      cell: (row) =>
        row.request_id === null ? (
          <span className="text-faint">–</span>
        ) : (
          <code className="block max-w-40 truncate font-mono text-soft text-xs" title={row.request_id}>
            {row.request_id}
          </code>
        ),
    },
  ];
}
