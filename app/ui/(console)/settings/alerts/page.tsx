/** Settings, Alerts: what operators were told, the newest first. */
import { BellOff } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { Badge } from "#components/ui/badge.tsx";
import { type AlertRow, listAlerts } from "#db/queries/alerts.ts";
import { maySee, PAGES, type Role } from "#lib/console/roles.ts";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";

export const metadata: Metadata = { title: "Alerts · Settings" };

const MOST = 200;

const KINDS: Readonly<Record<string, string>> = {
  budget_soft: "Budget warning",
  counter_drift: "Counter corrected",
  authentication_failures: "Wrong keys",
  key_new_network: "New network",
  key_above_habit: "Unusual use",
  key_every_model: "Every model",
  rotation_due: "Rotation due",
  key_rotation: "Key rotation",
  limits_local: "Limits counted locally",
};

export default async function AlertSettings() {
  const { deps, session, nowMs, timezone } = await openPage("settingsAlerts");
  const rows = await listAlerts(deps.sql, MOST);
  return (
    <SettingsFrame
      section="settingsAlerts"
      role={session.role}
      note="Each is raised once for its cause, and stands in the log as a warning as well."
    >
      <DataTable
        caption="Alerts, the newest first"
        columns={columnsOf(nowMs, timezone, session.role)}
        rows={rows}
        keyOf={(row) => row.id}
        state={{ path: PAGES.settingsAlerts.path, params: {}, page: 1, size: MOST, total: rows.length }}
        note={rows.length === MOST ? `the latest ${MOST}` : undefined}
        empty={
          <NothingYet icon={BellOff} title="No alerts">
            <p>
              One is raised when spend crosses a warning level (soft_budget), when a counter of limits had to
              be put right, when a key is used oddly, and when one is due for rotation.
            </p>
          </NothingYet>
        }
      />
    </SettingsFrame>
  );
}

function columnsOf(nowMs: number, timezone: string, role: Role): Column<AlertRow>[] {
  return [
    {
      id: "time",
      header: "Raised",
      className: "whitespace-nowrap",
      cell: (row) => (
        <time dateTime={row.at.toISOString()} title={moment(row.at, timezone)} className="text-soft">
          {ago(row.at, nowMs)}
        </time>
      ),
    },
    {
      id: "kind",
      header: "Kind",
      cell: (row) => <Badge tone="warn">{KINDS[row.kind] ?? row.kind.replaceAll("_", " ")}</Badge>,
    },
    {
      id: "subject",
      header: "Of",
      from: "sm",
      cell: (row) =>
        row.subject_kind === "key" && maySee(role, "keys") ? (
          <Link href={`/ui/keys/${row.subject_id}`} prefetch={false} className="text-accent hover:underline">
            {row.subject_name}
          </Link>
        ) : (
          row.subject_name
        ),
    },
    {
      id: "message",
      header: "What",
      className: "max-w-none",
      cell: (row) => <span className="text-soft">{row.message}</span>,
    },
  ];
}
