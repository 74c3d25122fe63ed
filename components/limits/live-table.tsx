"use client";
/** The list of limits, asked anew every two seconds while somebody looks at it. */
import { Gauge, Pause, Play } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { LiveLimit, LiveLimits } from "#lib/console/live-limits-schema.ts";
import { type Column, DataTable } from "../data-table/data-table.tsx";
import { NothingYet } from "../data-table/table-states.tsx";
import { integer, plural, span } from "../format.ts";
import { Button, buttonVariants } from "../ui/button.tsx";
import { Card, CardHead } from "../ui/card.tsx";
import { cn } from "../ui/class-names.ts";
import { useLive } from "../use-live.ts";

export function LiveTable({ first, all, logs }: { first: LiveLimits; all: boolean; logs: boolean }) {
  const [paused, setPaused] = useState(false);
  const { data, fault } = useLive(`/ui/limits/live${all ? "?show=all" : ""}`, first, !paused);
  const { idle, refusals, rows } = data;
  return (
    <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="min-w-0">
        <p className="mb-2 flex min-h-7 items-center gap-2 text-soft text-xs">
          <span
            aria-hidden
            className={cn("size-2 rounded-full", fault ? "bg-bad" : paused ? "bg-line-strong" : "bg-good")}
          />
          <span role="status">{fault ?? (paused ? "Paused" : "Live, every 2 seconds")}</span>
          <Button variant="ghost" size="sm" className="ml-auto" onClick={() => setPaused(!paused)}>
            {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
            {paused ? "Go on" : "Pause"}
          </Button>
        </p>
        <DataTable
          caption="Limits that calls are counted in now, the fullest first"
          columns={COLUMNS}
          rows={rows}
          keyOf={(row) => row.id}
          state={{
            path: "/ui/limits",
            params: {},
            page: 1,
            size: Math.max(1, rows.length),
            total: rows.length,
          }}
          note={all || idle === 0 ? null : `${plural(idle, "limit")} idle`}
          empty={
            <NothingYet icon={Gauge} title={idle > 0 ? "Nothing is counted now" : "Nothing is limited"}>
              <p>
                {idle > 0
                  ? `${plural(idle, "limit")} stand idle. A call that meets one appears here at once.`
                  : "Set requests or tokens a minute on a key, a team or in config.yaml."}
              </p>
              {idle === 0 && (
                <Link href="/ui/keys" prefetch={false} className={buttonVariants({ size: "sm" })}>
                  Open Keys
                </Link>
              )}
            </NothingYet>
          }
        />
      </div>
      <Card>
        <CardHead title="Refused, last hour" note="Calls by the rule that refused" />
        {refusals.length === 0 ? (
          <p className="px-4 pb-4 text-soft text-sm">No call was refused by a limit or a budget.</p>
        ) : (
          <ul className="divide-y divide-line border-line border-t text-sm">
            {refusals.map(({ calls, rule }) => (
              <li key={rule} className="flex items-center justify-between gap-3 px-4 py-2">
                <span className="min-w-0 truncate">{ruleWords(rule)}</span>
                <span className="num font-medium">{integer(calls)}</span>
              </li>
            ))}
          </ul>
        )}
        {logs && refusals.length > 0 && (
          <Link
            href="/ui/logs?range=1h&outcome=refused"
            prefetch={false}
            className="block border-line border-t px-4 py-2 text-accent text-xs hover:underline"
          >
            See these calls in Logs
          </Link>
        )}
      </Card>
    </div>
  );
}

const KINDS: Readonly<Record<LiveLimit["kind"], string>> = {
  gateway: "Gateway",
  model: "Model",
  deployment: "Deployment",
  provider: "Provider",
  key: "Key",
  user: "Person",
  team: "Team",
  team_member: "Team member",
  end_user: "End user",
  tag: "Tag",
};
const SPANS: Readonly<Record<number, string>> = { 60000: "a minute", 3600000: "an hour", 86400000: "a day" };

const COLUMNS: readonly Column<LiveLimit>[] = [
  {
    id: "whose",
    header: "Whose",
    className: "min-w-36",
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <span className="truncate font-medium">
          {row.kind === "gateway" ? "The whole gateway" : row.name}
        </span>
        <span className="truncate text-faint text-xs">
          {KINDS[row.kind]}
          {row.model && ` · for ${row.model}`}
        </span>
        <span className="truncate text-faint text-xs sm:hidden">{whatOf(row)}</span>
      </span>
    ),
  },
  {
    id: "what",
    header: "Limit",
    from: "sm",
    cell: (row) => <span className="whitespace-nowrap text-soft">{whatOf(row)}</span>,
  },
  { id: "used", header: "Used", className: "w-52", cell: (row) => <UseBar row={row} /> },
  {
    id: "reset",
    header: "Empty in",
    from: "md",
    cell: ({ resetMs }) => (
      <span className="num whitespace-nowrap text-soft">{resetMs === null ? "–" : inWords(resetMs)}</span>
    ),
  },
  {
    id: "refused",
    header: "Refused, 1 h",
    align: "right",
    from: "sm",
    cell: ({ refused }) => (
      <span className={cn(refused > 0 && "font-medium text-bad")}>{integer(refused)}</span>
    ),
  },
  {
    id: "source",
    header: "Set in",
    from: "lg",
    cell: ({ source }) => <span className="block truncate text-faint text-xs">{source}</span>,
  },
];

function whatOf({ metric, spanMs }: LiveLimit): string {
  if (metric === "parallel") return "Calls at a time";
  return `${metric === "tokens" ? "Tokens" : "Requests"} ${spanMs === null ? "" : (SPANS[spanMs] ?? span(spanMs))}`;
}

function UseBar({ row: { ceiling, used } }: { row: LiveLimit }) {
  const share = ceiling === 0 ? 1 : Math.min(1, used / ceiling);
  return (
    <span className="flex min-w-24 flex-col gap-1">
      <span className="num flex justify-between gap-2 text-xs">
        <span className={cn(share >= 1 && "font-medium text-bad")}>{integer(used)}</span>
        <span className="text-faint">of {integer(ceiling)}</span>
      </span>
      <span aria-hidden className="gauge h-1 overflow-hidden rounded-full bg-line">
        <span
          className={cn(
            "block h-full rounded-full transition-[width] duration-500",
            share >= 1 ? "bg-bad" : share >= 0.8 ? "bg-warn" : "bg-accent",
          )}
          style={{ width: `${share * 100}%` }}
        />
      </span>
    </span>
  );
}

/** Whole seconds: finer ones would only flicker. */
function inWords(ms: number): string {
  return ms < 60_000 ? `${Math.max(1, Math.ceil(ms / 1000))} s` : span(ms);
}

/** `key_model_tpm` -> `Key, one model: tokens a minute`. */
function ruleWords(rule: string): string {
  const kind = (Object.keys(KINDS) as LiveLimit["kind"][])
    .toSorted((a, b) => b.length - a.length)
    .find((one) => rule.startsWith(`${one}_`));
  if (!kind) return rule;
  const rest = rule.slice(kind.length + 1);
  const model = rest.startsWith("model_");
  const name = model ? rest.slice("model_".length) : rest;
  return `${KINDS[kind]}${model ? ", one model" : ""}: ${RULES[name] ?? name.replaceAll("_", " ")}`;
}

const RULES: Readonly<Record<string, string>> = {
  rpm: "requests a minute",
  tpm: "tokens a minute",
  rph: "requests an hour",
  tph: "tokens an hour",
  rpd: "requests a day",
  tpd: "tokens a day",
  parallel: "calls at a time",
};

/** A hidden or paused page does not ask; one that was hidden asks as soon as it is seen again. */
