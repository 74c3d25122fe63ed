/** Audit: who changed what, the newest first, with one event opened beside the list. */
import { ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import { ExportMenu } from "#components/audit/export-menu.tsx";
import { actionWord, actorWord, kindWord } from "#components/audit/words.ts";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { integer } from "#components/format.ts";
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { RefreshButton } from "#components/shell/refresh-button.tsx";
import type { AuditRow } from "#db/queries/console-audit.ts";
import { readAudit, readChoices, readEvent } from "#lib/audit/read.ts";
import { PAGES } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../request.ts";
import { type AskedAudit, OUTCOME_OPTIONS, RANGE_OPTIONS, readAsked, readCursor } from "./asked.ts";
import { columnsOf } from "./columns.tsx";
import { EventDetail } from "./detail.tsx";

export const metadata: Metadata = { title: "Audit" };

const SIZE = 50;
/** The filters offer what so many of the latest events hold. */
const LOOKED_AT = 20_000;
const { path } = PAGES.audit;

export default async function AuditPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("audit");
  const { deps, nowMs, timezone } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const asked = readAsked(query, nowMs);
  const cursor = readCursor(query);
  const opened = query.whole("id", 0, 1, Number.MAX_SAFE_INTEGER);
  const upwards = cursor !== null && "newer" in cursor;
  const found = await readAudit(deps, asked.filter, cursor, SIZE + 1);
  const beyond = found.length > SIZE;
  const rows = beyond ? (upwards ? found.slice(1) : found.slice(0, SIZE)) : found;
  const choices = await readChoices(deps, LOOKED_AT);
  const event = opened === 0 ? null : await readEvent(deps, BigInt(opened));
  const [first, last] = [rows[0], rows.at(-1)];
  const to = (at: string) => linkTo(path, params, { page: at, id: null });
  return (
    <>
      <PageHeader
        title="Audit"
        note="Every change, and who made it. An event is written together with its change, or neither happens."
        actions={
          <>
            <ExportMenu query={exportQuery(params)} />
            <RefreshButton />
          </>
        }
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          { name: "q", label: "Search events", placeholder: "Name, id, address, request id" },
          { name: "range", label: "Time", any: "Last 30 days", options: RANGE_OPTIONS },
          {
            name: "actor",
            label: "Actor",
            any: "Any actor",
            options: actorOptions(choices.actors, asked, rows),
          },
          {
            name: "action",
            label: "Action",
            any: "Any action",
            options: choices.actions.map((value) => ({ value, label: actionWord(value) })),
          },
          {
            name: "object",
            label: "Object",
            any: "Any object",
            options: objectOptions(choices.targets, asked, rows),
          },
          { name: "outcome", label: "Outcome", any: "Any outcome", options: OUTCOME_OPTIONS },
        ]}
      />
      <DataTable
        caption="Audit events, the newest first"
        columns={columnsOf(timezone, nowMs, params)}
        rows={rows}
        keyOf={(row) => String(row.seq)}
        state={{
          path,
          params,
          page: 1,
          size: SIZE,
          total: null,
          keyset: {
            newer: first && (upwards ? beyond : cursor !== null) ? to(`n${first.seq}`) : null,
            older: last && (upwards || beyond) ? to(`o${last.seq}`) : null,
            range: first && last ? `#${integer(last.seq)} to #${integer(first.seq)}` : "Nothing on this page",
          },
        }}
        rowClass={(row) => (event?.seq === row.seq ? "bg-accent-wash/60" : "")}
        empty={
          asked.filters > 0 || asked.range !== "all" ? (
            <NothingMatches
              what="events"
              filters={Math.max(1, asked.filters)}
              clearHref={linkTo(path, {}, { range: "all" })}
            />
          ) : (
            <NothingYet icon={ShieldCheck} title="No events yet">
              <p>The first one is written when somebody makes a key, a person or a team.</p>
            </NothingYet>
          )
        }
      />
      {opened !== 0 && (
        <PeekSheet
          closeHref={linkTo(path, params, { id: null })}
          title={event ? `Event #${integer(event.seq)}` : "No such event"}
        >
          <EventDetail event={event} timezone={timezone} nowMs={nowMs} role={page.session.role} />
        </PeekSheet>
      )}
    </>
  );
}

/** The page's own filters, without where in the list it stands. */
function exportQuery(params: Awaited<SearchParams>): string {
  return linkTo("", params, { page: null, id: null }).slice(1);
}

function actorOptions(
  known: readonly { kind: string; id: string; name: string | null }[],
  { actor }: AskedAudit,
  rows: readonly AuditRow[],
) {
  const options = known.map((one) => ({ value: `${one.kind}:${one.id}`, label: actorWord(one) }));
  if (actor === undefined || options.some(({ value }) => value === actor)) return options;
  const row = rows.find((one) => `${one.actor_kind}:${one.actor_id}` === actor);
  return [...options, { value: actor, label: row?.actor_name ?? actor }];
}

function objectOptions(kinds: readonly string[], { object }: AskedAudit, rows: readonly AuditRow[]) {
  const options = kinds.map((value) => ({ value, label: `Any ${kindWord(value)}` }));
  if (object === undefined || kinds.includes(object)) return options;
  const row = rows.find((one) => `${one.target_kind}:${one.target_id}` === object);
  return [...options, { value: object, label: row?.target_name ?? object }];
}
