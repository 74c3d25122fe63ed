/** The columns of Privacy. */
import Link from "next/link";
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, moment } from "#components/format.ts";
import { OUTCOME_WORDS, stepName, typeName } from "#components/privacy/words.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { PrivacyRequestRow } from "#db/queries/privacy-requests.ts";
import { PAGES } from "#lib/console/roles.ts";
import type { PageContext } from "../../../request.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 7;

/** @param names of the people who work here, by id */
export function columnsOf(
  { nowMs, timezone }: PageContext,
  names: ReadonlyMap<string, string>,
): Column<PrivacyRequestRow>[] {
  return [
    {
      id: "subject",
      header: "Who",
      className: "min-w-40",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={`${PAGES.privacy.path}/${row.id}`}
            prefetch={false}
            className="truncate font-medium text-ink hover:underline"
          >
            {row.subjectId}
          </Link>
          <span className="flex items-center gap-2 text-faint text-xs">
            {row.subjectKind === "user" ? "user" : "end user"}
            {row.drill && <Badge tone="accent">Drill</Badge>}
          </span>
        </span>
      ),
    },
    { id: "type", header: "Asks for", cell: (row) => typeName(row.type) },
    { id: "step", header: "Step", cell: (row) => <RequestBadge row={row} /> },
    {
      id: "due",
      header: "Due",
      cell: (row) =>
        row.finishedAt === null ? <Due row={row} nowMs={nowMs} /> : <span className="text-faint">–</span>,
    },
    {
      id: "received",
      header: "Received",
      from: "md",
      cell: (row) => (
        <span className="whitespace-nowrap text-soft" title={moment(row.receivedAt, timezone)}>
          {ago(row.receivedAt, nowMs)}
        </span>
      ),
    },
    {
      id: "assignee",
      header: "In whose hands",
      from: "lg",
      cell: (row) => {
        const who = row.assignee ?? row.createdBy;
        return <span className="truncate text-soft">{names.get(who) ?? who}</span>;
      },
    },
  ];
}

const TONES: Readonly<Record<string, Tone>> = { fulfilled: "good", refused: "warn" };

export function RequestBadge({ row }: { row: Pick<PrivacyRequestRow, "step" | "outcome"> }) {
  if (row.outcome === null)
    return (
      <Badge tone={row.step === "approve" ? "warn" : "outline"} dot>
        {row.step === "approve" ? "Waits for approval" : stepName(row.step)}
      </Badge>
    );
  return (
    <Badge tone={TONES[row.outcome] ?? "neutral"} dot>
      {OUTCOME_WORDS[row.outcome] ?? row.outcome}
    </Badge>
  );
}

/** Days left; amber in the last week, red when late. */
export function Due({ row, nowMs }: { row: Pick<PrivacyRequestRow, "dueAt" | "drill">; nowMs: number }) {
  const days = Math.ceil((row.dueAt.getTime() - nowMs) / DAY_MS);
  const date = row.dueAt.toISOString().slice(0, 10);
  const text = days < 0 ? `${-days} d late` : days === 0 ? "today" : `in ${days} d`;
  return (
    <Badge tone={days < 0 ? "bad" : days <= SOON_DAYS ? "warn" : "neutral"} title={date}>
      {text}
    </Badge>
  );
}
