/** Settings, Retention: how long request records are kept, what they take, and what goes next. */
import { Database } from "lucide-react";
import type { Metadata } from "next";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { bytes, integer, plural } from "#components/format.ts";
import { ValueList } from "#components/settings/value-list.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { type PartitionRow, recordPartitions } from "#db/queries/console-settings.ts";
import { PAGES } from "#lib/console/roles.ts";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";

export const metadata: Metadata = { title: "Retention · Settings" };

const DAY_MS = 86_400_000;
const MOST_SHOWN = 60;

export default async function RetentionSettings() {
  const { deps, session, nowMs } = await openPage("settingsRetention");
  const { anonymizeLogs, dataRetentionDays } = deps.policy().config;
  const partitions = await recordPartitions(deps.sql);
  const today = new Date(nowMs).toISOString().slice(0, 10);
  // Days ahead are made in advance and hold nothing.
  const past = partitions.filter(({ day }) => day === null || day <= today);
  const total = past.reduce((sum, one) => sum + one.bytes, 0n);
  const oldest = past.filter(({ day }) => day !== null).at(-1)?.day ?? null;
  return (
    <SettingsFrame
      section="settingsRetention"
      role={session.role}
      note="Request records are kept by day, so that a day is removed whole. What is kept of prompts and answers has its own days, under Privacy."
    >
      <Card>
        <CardHead title="How long" />
        <ValueList
          values={[
            {
              name: "Request records",
              value: dataRetentionDays === null ? "kept for ever" : plural(dataRetentionDays, "day"),
              setBy: "general_settings.data_retention_days",
              note: "Hourly sums stay when records go: charts and budgets do not change.",
            },
            {
              name: "Next removal",
              value: nextRemoval(oldest, dataRetentionDays, nowMs),
              note: "Looked after once a day. Days are counted in UTC.",
            },
            {
              name: "Names and addresses",
              value: anonymizeLogs ? "stored as pseudonyms" : "stored as they are",
              setBy: "general_settings.anonymize_logs",
            },
            {
              name: "In all",
              value: <span className="num">{`${bytes(total)} in ${plural(past.length, "table")}`}</span>,
            },
          ]}
        />
      </Card>
      <div>
        <h2 className="mb-2 font-semibold text-sm">Records by day</h2>
        <DataTable
          caption="Records by day"
          columns={columnsOf(dataRetentionDays, nowMs)}
          rows={past.slice(0, MOST_SHOWN)}
          keyOf={(row) => row.day ?? "rest"}
          state={{
            path: PAGES.settingsRetention.path,
            params: {},
            page: 1,
            size: MOST_SHOWN,
            total: past.length,
          }}
          empty={<NothingYet icon={Database} title="No records yet" />}
          note={past.length > MOST_SHOWN ? `the latest ${MOST_SHOWN}` : undefined}
        />
      </div>
    </SettingsFrame>
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
