/** The columns of Privacy, Holds. */
import Link from "next/link";
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, moment } from "#components/format.ts";
import { OnePress } from "#components/incident/one-press.tsx";
import { HOLD_WORDS } from "#components/privacy/words.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { HoldRow } from "#db/queries/holds.ts";
import { liftWaitsUntil } from "#lib/privacy/holds.ts";
import type { PageContext } from "../../../../request.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
/** What stands where the master key acted. */
const MASTER = new Set(["default_user_id", "master_key"]);

const wordsOf = (kind: string) => HOLD_WORDS[kind === "restriction" ? "restriction" : "hold"];

/** @param names of the people who work here, by id. @param change whoever looks may lift them */
export function columnsOf(
  { nowMs, session, timezone }: PageContext,
  names: ReadonlyMap<string, string>,
  state: "running" | "lifted",
  change: boolean,
): Column<HoldRow>[] {
  const who = (id: string | null) =>
    id === null ? "" : MASTER.has(id) ? "the master key" : (names.get(id) ?? id);
  const lift = (row: HoldRow) => {
    const asker = liftWaitsUntil(row, nowMs) ? row.endAskedBy : null;
    if (asker !== null && asker === session.userId)
      return <span className="text-faint text-xs">Waits for a second person</span>;
    return <Lift row={row} asker={asker === null ? null : who(asker)} />;
  };
  return [
    {
      id: "subject",
      header: "On whom",
      className: "max-w-36 sm:max-w-56",
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={`/ui/audit?object=${encodeURIComponent(`${row.subjectKind}:${row.subjectId}`)}`}
            prefetch={false}
            className="truncate font-medium text-ink hover:underline"
          >
            {row.subjectId}
          </Link>
          <span className="truncate text-faint text-xs" title={wordsOf(row.kind).what}>
            {wordsOf(row.kind).name}, {row.subjectKind === "user" ? "user" : "end user"}
          </span>
        </span>
      ),
    },
    {
      id: "reason",
      header: "Reason",
      from: "md",
      className: "max-w-56",
      cell: (row) => (
        <span className="block truncate text-soft" title={row.reason}>
          {row.reason || "–"}
        </span>
      ),
    },
    state === "running"
      ? { id: "until", header: "Until", cell: (row) => <Until row={row} nowMs={nowMs} /> }
      : {
          id: "lifted",
          header: "Lifted",
          cell: (row) => (
            <span className="text-soft">
              {row.endedAt ? moment(row.endedAt, timezone) : ""} {who(row.endedBy)}
            </span>
          ),
        },
    {
      id: "placed",
      header: "Placed by",
      from: "xl",
      className: "max-w-36",
      cell: (row) => (
        <span className="flex min-w-0 flex-col" title={moment(row.createdAt, timezone)}>
          <span className="truncate text-soft">{who(row.createdBy)}</span>
          <span className="text-faint text-xs">{ago(row.createdAt, nowMs)}</span>
        </span>
      ),
    },
    ...(change && state === "running"
      ? [{ id: "lift", header: "", align: "right", cell: (row: HoldRow) => lift(row) } as const]
      : []),
  ];
}

/** The day of review; amber in the last two weeks, red when it is past: the hold is in force all the same. */
function Until({ nowMs, row: { kind, reviewAt } }: { row: HoldRow; nowMs: number }) {
  if (kind === "restriction") return <span className="text-faint">it is lifted</span>;
  if (reviewAt === null) return <Badge tone="bad">No day of review</Badge>;
  const days = Math.ceil((reviewAt.getTime() - nowMs) / DAY_MS);
  return (
    <Badge tone={days < 0 ? "bad" : days <= SOON_DAYS ? "warn" : "neutral"}>
      {reviewAt.toISOString().slice(0, 10)}
      {days < 0 ? ", review is late" : ""}
    </Badge>
  );
}

/** @param asker who has asked for it; null: nobody has, and a legal hold then waits for a second person */
function Lift({ row, asker }: { row: HoldRow; asker: string | null }) {
  const { name } = wordsOf(row.kind);
  const subject = row.subjectId;
  const consequence =
    row.kind === "restriction"
      ? `Calls for ${subject} go on at once, on every instance.`
      : `What is held about ${subject} may be erased again, and what is past its days goes with the next purge. That cannot be taken back.`;
  const asks = row.kind === "hold" && asker === null;
  return (
    <OnePress
      label={asks ? "Ask to lift" : asker === null ? "Lift" : "Confirm lift"}
      title={asks ? `Ask to lift: ${name}` : `Lift: ${name}`}
      description={
        asks
          ? `A second person has to confirm within a week. ${consequence}`
          : asker === null
            ? consequence
            : `${asker} has asked for it. ${consequence}`
      }
      path="/privacy/holds/end"
      body={{ kind: row.kind, subject, subject_kind: row.subjectKind }}
      reasonField="reason"
      done={asks ? "Asked: somebody else has to confirm" : `${name} lifted`}
    />
  );
}
