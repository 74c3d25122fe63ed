/** Columns of the alert channels. */
import type { Column } from "#components/data-table/data-table.tsx";
import { ago } from "#components/format.ts";
import { alertWords } from "#components/settings/alert-kinds.ts";
import { ChannelActions } from "#components/settings/channel-actions.tsx";
import { Badge } from "#components/ui/badge.tsx";
import type { ChannelListRow } from "#db/queries/alert-channels.ts";
import { readSettings } from "#lib/alerts/channel-operations.ts";

const KINDS: Readonly<Record<string, string>> = { webhook: "Webhook", slack: "Slack", email: "E-mail" };

export function channelColumns({
  nowMs,
  timezone,
  mail,
  canChange,
}: {
  nowMs: number;
  timezone: string;
  mail: boolean;
  canChange: boolean;
}): Column<ChannelListRow>[] {
  const columns: Column<ChannelListRow>[] = [
    {
      id: "name",
      header: "Channel",
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-2">
          {row.name}
          {!row.enabled && <Badge>Paused</Badge>}
        </span>
      ),
    },
    {
      id: "where",
      header: "Where",
      cell: ({ kind, settings }) => {
        const { host, to } = readSettings(settings);
        return (
          <span className="break-all text-soft">
            {KINDS[kind] ?? kind} · {to?.join(", ") ?? host ?? "unknown"}
          </span>
        );
      },
    },
    {
      id: "which",
      header: "Which",
      from: "md",
      cell: ({ events, settings }) => {
        const { minSeverity, quiet } = readSettings(settings);
        const which = events.length === 0 ? "all" : events.map(alertWords).join(", ");
        const least = minSeverity === "info" ? "" : `, ${minSeverity} on`;
        return (
          <span className="text-soft">
            {which}
            {least}
            {quiet && `, quiet ${quiet.from} to ${quiet.to}`}
          </span>
        );
      },
    },
    {
      id: "test",
      header: "Last test",
      from: "sm",
      className: "whitespace-nowrap",
      cell: ({ test_result: result, tested_at: at }) =>
        at === null ? (
          <span className="text-faint">never</span>
        ) : (
          <Badge tone={result === "ok" ? "good" : "bad"} title={result ?? ""}>
            {result === "ok" ? "arrived" : "failed"} {ago(at, nowMs)}
          </Badge>
        ),
    },
    {
      id: "sent",
      header: "Sent in 30 days",
      align: "right",
      from: "sm",
      cell: ({ failed, last_error: error, sent, waiting }) => (
        <span title={error ?? ""}>
          {Number(sent)}
          {waiting > 0n && <span className="text-faint"> +{Number(waiting)} waiting</span>}
          {failed > 0n && <span className="text-bad"> {Number(failed)} failed</span>}
        </span>
      ),
    },
  ];
  if (!canChange) return columns;
  return [
    ...columns,
    {
      id: "actions",
      header: "Actions",
      className: "w-12 [th&]:text-transparent",
      align: "right",
      cell: (row) => {
        const { host, minSeverity, quiet, to } = readSettings(row.settings);
        const channel = {
          id: row.id,
          kind: row.kind,
          name: row.name,
          host: host ?? null,
          to: to ?? [],
          events: row.events,
          severity: minSeverity,
          quiet,
          enabled: row.enabled,
        };
        return <ChannelActions channel={channel} timezone={timezone} mail={mail} />;
      },
    },
  ];
}
