/** Every limit and budget that a call with this key meets, with whose it is and how much of it is used now. */
import { Gauge } from "lucide-react";
import { BudgetBar } from "#components/budget-bar.tsx";
import { AskMore } from "#components/budgets/ask-more.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { integer, moment } from "#components/format.ts";
import { Badge } from "#components/ui/badge.tsx";
import { type KeyLimit, keyLimits } from "#lib/console/key-limits.ts";
import { mayBudget } from "#lib/console/roles.ts";
import { keyName } from "../../../../key-actions.ts";
import type { KeyView } from "./view.ts";

export async function Limits({ page: { deps, timezone, nowMs, session }, row, path, params }: KeyView) {
  const limits = await keyLimits(deps, row.secret_hash, nowMs);
  return (
    <>
      <p className="mb-3 max-w-2xl text-soft text-sm">
        A call is let in when there is room in every one of these at once. The figures are those that the
        gateway decides by.
      </p>
      {!mayBudget(session.role) && row.max_budget_nano_usd !== null && row.deleted_at === null && (
        <p className="mb-3">
          <AskMore target={{ kind: "key", id: row.id, name: keyName(row) }} />
        </p>
      )}
      <DataTable
        caption="Limits and budgets of this key"
        columns={columnsOf(timezone)}
        rows={limits ?? []}
        keyOf={(limit) => limit.id}
        state={{ path, params, page: 1, size: 200, total: limits?.length ?? 0 }}
        empty={
          <NothingYet icon={Gauge} title={limits === null ? "This key works no more" : "Nothing is limited"}>
            <p>
              {limits === null
                ? "It is disabled, expired or revoked, so that no limit is asked."
                : "Neither the key nor its owner nor the gateway has a limit or a budget. Edit the key to set one."}
            </p>
          </NothingYet>
        }
      />
    </>
  );
}

const WHAT: Readonly<Record<KeyLimit["metric"], string>> = {
  requests: "Requests",
  tokens: "Tokens",
  parallel: "Requests at a time",
  budget: "Budget",
};
const SPANS: Readonly<Record<number, string>> = { 60000: "a minute", 3600000: "an hour", 86400000: "a day" };

function columnsOf(timezone: string): Column<KeyLimit>[] {
  return [
    {
      id: "whose",
      header: "Whose",
      cell: ({ kind, name, model }) => (
        <span className="flex min-w-0 flex-col">
          <span className="font-medium capitalize">{kind.replaceAll("_", " ")}</span>
          <span className="truncate text-faint text-xs">
            {name}
            {model && `, ${model}`}
          </span>
        </span>
      ),
    },
    {
      id: "what",
      header: "Limit",
      cell: ({ metric, spanMs, soft }) => (
        <span className="flex items-center gap-2">
          {WHAT[metric]} {spanMs === null ? "" : (SPANS[spanMs] ?? "")}
          {soft && <Badge>warns only</Badge>}
        </span>
      ),
    },
    {
      id: "used",
      header: "Used now",
      className: "w-64",
      cell: (limit) =>
        limit.metric === "budget" ? (
          <BudgetBar spent={limit.used} limit={limit.ceiling} soft={null} />
        ) : (
          <CountBar used={Number(limit.used)} ceiling={Number(limit.ceiling)} />
        ),
    },
    {
      id: "reset",
      header: "Starts anew",
      from: "sm",
      cell: ({ resetsAtMs }) => (
        <span className="whitespace-nowrap text-soft">
          {resetsAtMs === null ? "–" : moment(new Date(resetsAtMs), timezone)}
        </span>
      ),
    },
  ];
}

function CountBar({ used, ceiling }: { used: number; ceiling: number }) {
  const share = ceiling === 0 ? 1 : Math.min(1, used / ceiling);
  return (
    <span className="flex flex-col gap-1">
      <span className="num flex justify-between text-xs">
        <span>{integer(used)}</span>
        <span className="text-faint">of {integer(ceiling)}</span>
      </span>
      <span aria-hidden className="gauge h-1 overflow-hidden rounded-full bg-line">
        <span
          className={`block h-full rounded-full ${share >= 1 ? "bg-bad" : "bg-accent"}`}
          style={{ width: `${share * 100}%` }}
        />
      </span>
    </span>
  );
}
