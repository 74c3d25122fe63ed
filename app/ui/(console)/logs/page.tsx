/** Logs: every call, the newest first, with one of them opened beside the list. */
import { ScrollText } from "lucide-react";
import type { Metadata } from "next";
import { Suspense } from "react";
import { Chart } from "#components/charts/chart.tsx";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, type RawParams, readQuery } from "#components/data-table/query.ts";
import { SavedViews } from "#components/data-table/saved-views.tsx";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { ExportMenu } from "#components/jobs/export-menu.tsx";
import { LiveTail } from "#components/logs/live-tail.tsx";
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import { RefreshButton } from "#components/shell/refresh-button.tsx";
import { Snippets } from "#components/snippets.tsx";
import { findKeyRow } from "#db/queries/console-keys.ts";
import { listCalls } from "#db/queries/console-records.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { modelsToNow } from "#lib/console/figures-to-now.ts";
import { callsOfId, findCall } from "#lib/console/find-calls.ts";
import { PAGES } from "#lib/console/roles.ts";
import { namesOf } from "#lib/exports/names.ts";
import { keyName } from "../../../key-actions.ts";
import { openPage, ownOrigin, type PageContext, type SearchParams } from "../../../request.ts";
import { viewsFor } from "../../../views.ts";
import { ContentSection } from "../content-section.tsx";
import { askedCalls, RANGES } from "./asked.ts";
import { columnsOf } from "./columns.tsx";
import { filterFields } from "./filters.ts";
import { histogram, OUTCOME_SERIES } from "./histogram.ts";
import { Peek } from "./peek.tsx";

export const metadata: Metadata = { title: "Logs" };

const SIZE = 50;
const { path } = PAGES.logs;

/** Access is decided before anything is sent, so that a refusal has its own status; what takes longer follows. */
export default async function LogsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("logs");
  const params = await searchParams;
  return (
    <Suspense fallback={<PageSkeleton title="Logs" />}>
      <Logs page={page} params={params} />
    </Suspense>
  );
}

async function Logs({ page, params }: { page: PageContext; params: RawParams }) {
  const { deps, nowMs, ownUserId, timezone } = page;
  const query = readQuery(params);
  const number = query.whole("page", 1, 1, 2000);
  const peeked = query.text("id", 64);
  await deps.ledger.flush();
  const { filter, fromMs } = askedCalls(query, ownUserId, nowMs);
  const { keyId, model, outcome, requestId, userId } = filter;
  const person = ownUserId === null && userId !== undefined ? userId : undefined;
  const filters = [outcome, model, keyId, person, requestId].filter((one) => one !== undefined).length;
  // Who looks for an id gets that call: bars of a time and models to choose from would only keep them waiting.
  const [rows, chart, models, key, opened, people, views, origin] = await Promise.all([
    requestId === undefined
      ? listCalls(deps.sql, filter, (number - 1) * SIZE, SIZE)
      : callsOfId(deps.sql, { ...filter, requestId }, SIZE),
    requestId === undefined ? histogram(deps.sql, filter, fromMs, nowMs, timezone) : null,
    requestId === undefined ? modelsToNow(deps.sql, nowMs - RANGES["30d"], nowMs) : [],
    keyId === undefined ? null : findKeyRow(deps.sql, keyId, ownUserId),
    peeked === undefined ? null : findCall(deps.sql, peeked, ownUserId),
    person === undefined ? null : namesOf(deps.sql, "user", [person]),
    viewsFor(page, "logs"),
    ownOrigin(),
  ]);
  // An empty list is told apart from an empty gateway: the one wants another filter, the other a first call.
  const everything = { ...(ownUserId === null ? {} : { userId: ownUserId }), fromMs: null, toMs: null };
  const someEver = rows.length > 0 || filters > 0 || (await listCalls(deps.sql, everything, 0, 1)).length > 0;
  return (
    <>
      <PageHeader
        title="Logs"
        note={
          deps.policy().config.contents.stored
            ? "Each call with its outcome and cost. What was said in it is kept sealed, and read by break-glass alone."
            : "Each call with its outcome and cost. What was said in it is not kept."
        }
        actions={
          <>
            <ExportMenu asked={exported(filter, nowMs)} />
            {number === 1 && requestId === undefined && (
              <LiveTail key={liveUrl(params)} url={liveUrl(params)} newest={rows[0]?.id ?? ""} />
            )}
            <RefreshButton />
          </>
        }
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        trailing={<SavedViews page="logs" views={views} />}
        fields={filterFields(filter, {
          models,
          key: key && keyName(key),
          person: person === undefined ? null : { id: person, name: people?.get(person) ?? person },
        })}
      />
      {chart && (
        <Chart
          className="mb-3"
          title="Calls by outcome"
          note={`Calls per ${chart.per} in ${timezone}`}
          unit="count"
          bucket="From"
          rows={chart.rows}
          series={OUTCOME_SERIES}
          height={112}
          empty="No calls in this time."
        />
      )}
      <DataTable
        caption="Calls, the newest first"
        columns={columnsOf(page, params)}
        rows={rows.slice(0, SIZE)}
        keyOf={(row) => row.id}
        state={{ path, params, page: number, size: SIZE, total: null, more: rows.length > SIZE }}
        rowClass={(row) => (row.id === opened?.id ? "bg-accent-wash/60" : "")}
        empty={
          someEver ? (
            <NothingMatches
              what="calls"
              filters={Math.max(1, filters)}
              clearHref={linkTo(path, {}, { range: "30d" })}
            />
          ) : (
            <NothingYet icon={ScrollText} title="No requests yet">
              <p>Send one:</p>
              <div className="w-full max-w-xl text-left">
                <Snippets
                  origin={origin}
                  secret={null}
                  model={deps.policy().groups.all[0]?.name ?? "gpt-3.5-turbo"}
                />
              </div>
            </NothingYet>
          )
        }
      />
      {peeked !== undefined && (
        <PeekSheet
          closeHref={linkTo(path, params, { id: null })}
          title={opened ? "Request" : "No such request"}
        >
          <Peek
            call={opened}
            timezone={timezone}
            origin={origin}
            nowMs={nowMs}
            said={opened && <ContentSection page={page} callId={opened.id} />}
          />
        </PeekSheet>
      )}
    </>
  );
}

/** Asks by the very filter of the list. */
function liveUrl(params: RawParams): string {
  return linkTo(`${path}/live`, params, { id: null, live: null, page: null });
}

/** The very filter of the list, up to now. */
function exported(filter: CallFilter, nowMs: number): Record<string, string> {
  const { fromMs, keyId, model, outcome, requestId, userId } = filter;
  const given = {
    start_date: fromMs === null ? undefined : new Date(fromMs).toISOString(),
    end_date: new Date(nowMs).toISOString(),
    key_id: keyId,
    user_id: userId,
    model,
    outcome,
    request_id: requestId,
  };
  const fields = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return { source: "spend_records", ...Object.fromEntries(fields) };
}
