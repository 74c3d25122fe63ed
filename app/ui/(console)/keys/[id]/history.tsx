/** What was done to a key, from the audit events: who, when, and which values it changed. */
import { History as HistoryIcon } from "lucide-react";
import { NothingYet } from "#components/data-table/table-states.tsx";
import { ago, moment } from "#components/format.ts";
import { Card } from "#components/ui/card.tsx";
import { type HistoryRow, historyOf } from "#db/queries/console-keys.ts";
import { openedRows } from "#lib/audit/read.ts";
import type { KeyView } from "./view.ts";

const MOST = 100;
const ACTIONS: Readonly<Record<string, string>> = {
  "key.create": "created it",
  "key.update": "changed it",
  "key.block": "disabled it",
  "key.unblock": "enabled it",
  "key.rotate": "gave it a new secret",
  "key.delete": "revoked it",
  "key.reset_spend": "reset what it had spent",
};

export async function History({ page: { deps, nowMs, timezone }, row }: KeyView) {
  const events = await openedRows(deps, await historyOf(deps.sql, "key", row.id, MOST));
  if (events.length === 0)
    return (
      <Card>
        <NothingYet icon={HistoryIcon} title="Nothing on record">
          <p>Changes of this key are written down here.</p>
        </NothingYet>
      </Card>
    );
  return (
    <Card>
      <ol className="divide-y divide-line">
        {events.map((event) => (
          <li key={String(event.seq)} className="flex gap-3 px-4 py-3 text-sm">
            <span
              aria-hidden
              className="mt-1.5 size-2 shrink-0 rounded-full border-2 border-accent bg-surface"
            />
            <div className="min-w-0 flex-1">
              <p>
                <span className="font-medium">{actorOf(event)}</span> {ACTIONS[event.action] ?? event.action}
                {event.outcome !== "ok" && <span className="text-bad"> ({event.outcome})</span>}
              </p>
              <Changes event={event} />
            </div>
            <time
              dateTime={event.at.toISOString()}
              title={moment(event.at, timezone)}
              className="shrink-0 text-faint text-xs"
            >
              {ago(event.at, nowMs)}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Changes({ event: { action, before, after } }: { event: HistoryRow }) {
  if (!before || !after || action === "key.rotate") return null;
  const changed = Object.keys(after).filter(
    (name) => !QUIET.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  if (changed.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-col gap-0.5 text-soft text-xs">
      {changed.map((name) => (
        <li key={name} className="flex flex-wrap gap-x-1.5">
          <span className="text-faint">{words(name)}</span>
          <del className="break-all decoration-bad/50">{shown(before[name])}</del>
          <span aria-hidden>→</span>
          <ins className="break-all text-ink no-underline">{shown(after[name])}</ins>
        </li>
      ))}
    </ul>
  );
}

/** Told by the event itself. */
const QUIET = new Set([
  "updatedAt",
  "updatedBy",
  "deletedAt",
  "deletedBy",
  "lastUsedAt",
  "spendNanoUsd",
  "spendPeriodStartedAt",
]);

function actorOf({ actor_kind: kind, actor_id: id, actor_name: name }: HistoryRow): string {
  if (kind === "master_key") return "The master key";
  if (kind === "system") return "The gateway";
  return kind === "key" ? `Key ${name ?? id}` : (name ?? id);
}

function words(name: string): string {
  return name
    .replace(/NanoUsd$/, " (nano-dollars)")
    .replace(/([A-Z])/g, " $1")
    .toLowerCase();
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
