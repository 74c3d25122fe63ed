/** The columns of Logs, also used for the calls of one key. */
import Link from "next/link";
import type { Column } from "#components/data-table/data-table.tsx";
import { linkTo, type RawParams } from "#components/data-table/query.ts";
import { clock, compact, exactMoney, integer, money, span } from "#components/format.ts";
import { OutcomeBadge, reasonOf } from "#components/logs/outcome.tsx";
import type { CallRow } from "#db/queries/console-records.ts";

export function columnsOf(
  { timezone }: { timezone: string },
  params: RawParams,
  path = "/ui/logs",
): Column<CallRow>[] {
  return [
    {
      id: "time",
      header: "Time",
      className: "whitespace-nowrap",
      cell: (row) => (
        <Link
          scroll={false}
          prefetch={false}
          href={linkTo(path, params, { id: row.id })}
          title={row.started_at.toISOString()}
          className="num text-ink after:absolute after:inset-0 hover:underline"
        >
          {clock(row.started_at, timezone)}
          <span className="block max-w-36 truncate font-mono text-faint text-xs sm:hidden">{row.model}</span>
        </Link>
      ),
    },
    {
      id: "outcome",
      header: "Outcome",
      cell: (row) => {
        const reason = row.outcome === "ok" ? null : reasonOf({ rule: row.rule, code: row.error_code });
        return (
          <span className="flex min-w-0 items-center gap-2">
            <OutcomeBadge outcome={row.outcome} status={row.status_code} />
            {reason && <span className="hidden truncate text-soft text-xs lg:inline">{reason}</span>}
          </span>
        );
      },
    },
    {
      id: "model",
      header: "Model",
      from: "sm",
      cell: (row) => (
        <span
          className="block truncate font-mono text-xs"
          title={row.upstream_model ? `${row.provider}/${row.upstream_model}` : row.model}
        >
          {row.model}
        </span>
      ),
    },
    {
      id: "key",
      header: "Key",
      from: "md",
      cell: (row) => <span className="block max-w-44 truncate">{keyOf(row)}</span>,
    },
    {
      id: "owner",
      header: "Owner",
      from: "xl",
      cell: (row) => (
        <span className="block max-w-40 truncate text-soft">
          {row.team_alias || row.team_id || row.user_name || row.user_id || "–"}
        </span>
      ),
    },
    {
      id: "tokens",
      header: "Tokens",
      align: "right",
      from: "sm",
      cell: (row) => (
        <span title={`${integer(row.prompt_tokens)} in, ${integer(row.completion_tokens)} out`}>
          {compact(Number(row.prompt_tokens))} <span className="text-faint">→</span>{" "}
          {compact(Number(row.completion_tokens))}
        </span>
      ),
    },
    {
      id: "cost",
      header: "Cost",
      align: "right",
      cell: (row) => <span title={exactMoney(row.cost_nano_usd)}>{money(row.cost_nano_usd)}</span>,
    },
    {
      id: "duration",
      header: "Time taken",
      align: "right",
      from: "sm",
      className: "whitespace-nowrap",
      cell: (row) => span(row.duration_ms),
    },
  ];
}

export function keyOf(row: CallRow): string {
  if (row.key_alias) return row.key_alias;
  if (row.key_id === "master") return "master key";
  return row.key_start ? `${row.key_start}…${row.key_last4}` : row.key_id;
}
