/** Columns of the destinations that get a record of every call. */
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, moment } from "#components/format.ts";
import { CallbackTest } from "#components/settings/callback-test.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { CallbackStanding } from "#lib/callbacks/standing.ts";

const WHICH = { all: "all calls", ok: "calls that went well", "not ok": "refused and failed calls" } as const;
const TONES: Readonly<Record<CallbackStanding["state"], Tone>> = {
  "in order": "good",
  failing: "bad",
  "not begun": "neutral",
};

export function callbackColumns({
  nowMs,
  timezone,
  canChange,
}: {
  nowMs: number;
  timezone: string;
  canChange: boolean;
}): Column<CallbackStanding>[] {
  const columns: Column<CallbackStanding>[] = [
    {
      id: "destination",
      header: "Callback",
      cell: (row) => (
        <span className="flex flex-col">
          {row.destination}
          <span className="break-all text-2xs text-faint">
            {row.place}, {WHICH[row.outcomes]}
          </span>
        </span>
      ),
    },
    {
      id: "state",
      header: "State",
      cell: (row) => (
        <span className="flex flex-col items-start gap-1">
          <Badge tone={TONES[row.state]}>{row.state}</Badge>
          {row.error !== null && <span className="text-2xs text-bad">{row.error}</span>}
        </span>
      ),
    },
    {
      id: "upto",
      header: "Delivered up to",
      className: "whitespace-nowrap",
      cell: ({ delivered_up_to: upTo }) =>
        upTo === null ? (
          <span className="text-faint">not begun</span>
        ) : (
          <time dateTime={upTo} title={moment(new Date(upTo), timezone)} className="text-soft">
            {ago(new Date(upTo), nowMs)}
          </time>
        ),
    },
    {
      id: "delivered",
      header: "Records",
      align: "right",
      from: "sm",
      cell: (row) => row.delivered.toLocaleString("en"),
    },
    {
      id: "failures",
      header: "Failures",
      align: "right",
      from: "md",
      cell: (row) => row.failures.toLocaleString("en"),
    },
  ];
  if (canChange)
    columns.push({
      id: "actions",
      header: "Actions",
      className: "w-12 [th&]:text-transparent",
      align: "right",
      cell: (row) => <CallbackTest destination={row.destination} />,
    });
  return columns;
}
