/** Settings, Alerts: where they are sent, and what operators were told, the newest first. */
import { BellOff, BellRing, Waypoints } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { alertWords } from "#components/settings/alert-kinds.ts";
import { NewChannel } from "#components/settings/channel-actions.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { listChannels } from "#db/queries/alert-channels.ts";
import { type AlertRow, listAlerts } from "#db/queries/alerts.ts";
import { readCallbacks } from "#lib/callbacks/standing.ts";
import { mayChange, maySee, PAGES, type Role } from "#lib/console/roles.ts";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";
import { callbackColumns } from "./callback-columns.tsx";
import { channelColumns } from "./channel-columns.tsx";

export const metadata: Metadata = { title: "Alerts · Settings" };

const MOST = 200;

const TONES: Readonly<Record<string, Tone>> = { info: "neutral", warning: "warn", critical: "bad" };

export default async function AlertSettings() {
  const { deps, session, nowMs, timezone } = await openPage("settingsAlerts");
  const [rows, channels, callbacks] = await Promise.all([
    listAlerts(deps.sql, MOST),
    listChannels(deps.sql, new Date(nowMs)),
    readCallbacks(deps.sql, deps.policy().config.callbacks, nowMs),
  ]);
  const mail = deps.policy().config.console.mail !== null;
  const canChange = mayChange(session.role);
  return (
    <SettingsFrame
      section="settingsAlerts"
      role={session.role}
      note="Each is raised once for its cause, and stands in the log as a warning as well."
    >
      <div className="flex flex-col gap-6">
        <DataTable
          caption="Channels that alerts are sent to"
          columns={channelColumns({ nowMs, timezone, mail, canChange })}
          rows={channels}
          keyOf={(row) => row.id}
          state={{ path: PAGES.settingsAlerts.path, params: {}, page: 1, size: MOST, total: channels.length }}
          empty={
            <NothingYet icon={BellRing} title="Nobody is told">
              <p>
                Alerts stand in the list below. A channel sends them on: to a webhook, Slack or by e-mail.
              </p>
              {canChange && <NewChannel timezone={timezone} mail={mail} />}
            </NothingYet>
          }
        />
        {canChange && channels.length > 0 && (
          <div>
            <NewChannel timezone={timezone} mail={mail} />
          </div>
        )}
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
                One is raised when a budget fills up or is about to, when a provider fails, a key in use is
                about to expire, used oddly or due for rotation, the database is slow, or the disk is nearly
                full.
              </p>
            </NothingYet>
          }
        />
        <DataTable
          caption="Callbacks: where a record of every call is sent"
          columns={callbackColumns({ nowMs, timezone, canChange })}
          rows={callbacks}
          keyOf={(row) => row.destination}
          state={{
            path: PAGES.settingsAlerts.path,
            params: {},
            page: 1,
            size: MOST,
            total: callbacks.length,
          }}
          empty={
            <NothingYet icon={Waypoints} title="No callbacks">
              <p>
                litellm_settings.callbacks in config.yaml sends a record of every call, without prompts and
                answers, to a webhook, Langfuse, S3 or ClickHouse.
              </p>
            </NothingYet>
          }
        />
      </div>
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
      from: "sm",
      cell: (row) => <Badge tone={TONES[row.severity] ?? "warn"}>{alertWords(row.kind)}</Badge>,
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
    {
      id: "sent",
      header: "Sent to",
      align: "right",
      from: "md",
      cell: (row) =>
        row.failed > 0n ? (
          <span className="text-bad">
            {Number(row.sent)}, {Number(row.failed)} failed
          </span>
        ) : (
          Number(row.sent)
        ),
    },
  ];
}
