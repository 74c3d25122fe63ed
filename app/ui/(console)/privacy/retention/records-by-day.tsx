/** The request records by day: what each day takes, when it goes, and what goes next. */
import { Database } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { bytes, integer, plural } from "#components/format.ts";
import { Card } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { type PartitionRow, recordPartitions } from "#db/queries/console-settings.ts";
import { PAGES } from "#lib/console/roles.ts";
import type { PageContext } from "../../../../request.ts";

const DAY_MS = 86_400_000;
const MOST_SHOWN = 60;

/** @param days how long records are kept; null: for ever */
export async function RecordsByDay({ page, days }: { page: PageContext; days: number | null }) {
  const { deps, nowMs } = page;
  const partitions = await recordPartitions(deps.sql);
  const today = new Date(nowMs).toISOString().slice(0, 10);
  // Days ahead are made in advance and hold nothing.
  const past = partitions.filter(({ day }) => day === null || day <= today);
  const total = past.reduce((sum, one) => sum + one.bytes, 0n);
  const oldest = past.filter(({ day }) => day !== null).at(-1)?.day ?? null;
  return (
    <section className="mt-5 flex flex-col gap-2">
      <h2 className="font-semibold text-sm">Request records by day</h2>
      <Card className="overflow-hidden">
        <Facts
          facts={[
            ["Next removal", nextRemoval(oldest, days, nowMs)],
            [
              "Names and addresses",
              deps.policy().config.anonymizeLogs ? "stored as pseudonyms" : "stored as they are",
            ],
            [
              "In all",
              <span key="t" className="num">
                {`${bytes(total)} in ${plural(past.length, "table")}`}
              </span>,
            ],
          ]}
        />
      </Card>
      <DataTable
        caption="Records by day"
        columns={columnsOf(days, nowMs)}
        rows={past.slice(0, MOST_SHOWN)}
        keyOf={(row) => row.day ?? "rest"}
        state={{
          path: PAGES.privacyRetention.path,
          params: {},
          page: 1,
          size: MOST_SHOWN,
          total: past.length,
        }}
        empty={<NothingYet icon={Database} title="No records yet" />}
        note={past.length > MOST_SHOWN ? `the latest ${MOST_SHOWN}` : undefined}
      />
    </section>
  );
}

function columnsOf(days: number | null, nowMs: number): Column<PartitionRow>[] {
  return [
    { id: "day", header: "Day (UTC)", cell: ({ day }) => <span className="num">{day ?? "other days"}</span> },
    {
      id: "rows",
      header: "Records, about",
      align: "right",
      cell: ({ rows }) =>
        rows < 0 ? <span className="text-faint">not counted yet</span> : integer(Math.round(rows)),
    },
    { id: "size", header: "Size", align: "right", cell: (row) => bytes(row.bytes) },
    {
      id: "until",
      header: "Kept until",
      align: "right",
      from: "sm",
      cell: ({ day }) => (
        <span className="text-soft">{day === null || days === null ? "–" : untilText(day, days, nowMs)}</span>
      ),
    },
  ];
}

/** A day goes when it is older than `days` whole days. */
function leavesMs(day: string, days: number): number {
  return Date.parse(day) + (days + 1) * DAY_MS;
}

function untilText(day: string, days: number, nowMs: number): string {
  const leaves = leavesMs(day, days);
  return leaves <= nowMs ? "within a day" : new Date(leaves).toISOString().slice(0, 10);
}

function nextRemoval(oldest: string | null, days: number | null, nowMs: number): string {
  if (days === null) return "nothing is removed";
  if (oldest === null) return "there is nothing yet";
  return `${oldest} goes ${untilText(oldest, days, nowMs) === "within a day" ? "within a day" : `on ${untilText(oldest, days, nowMs)}`}`;
}
