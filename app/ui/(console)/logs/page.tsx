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
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { PageSkeleton } from "#components/shell/page-skeleton.tsx";
import { RefreshButton } from "#components/shell/refresh-button.tsx";
import { Snippets } from "#components/snippets.tsx";
import { findKeyRow } from "#db/queries/console-keys.ts";
import { findCall, knownModels, listCalls } from "#db/queries/console-records.ts";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import { PAGES } from "#lib/console/roles.ts";
import { namesOf } from "#lib/exports/names.ts";
import { keyName } from "../../../key-actions.ts";
import { openPage, ownOrigin, type PageContext, type SearchParams } from "../../../request.ts";
import { viewsFor } from "../../../views.ts";
import { ContentSection } from "../content-section.tsx";
import { columnsOf } from "./columns.tsx";
import { histogram, OUTCOME_SERIES } from "./histogram.ts";
import { Peek } from "./peek.tsx";

export const metadata: Metadata = { title: "Logs" };

const SIZE = 50;
const DAY_MS = 86_400_000;
const RANGES = { "1h": DAY_MS / 24, "24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS } as const;
const RANGE_NAMES = Object.keys(RANGES) as (keyof typeof RANGES)[];
const OUTCOMES = ["ok", "refused", "failed"] as const;
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
  const range = query.word("range", RANGE_NAMES) ?? "24h";
  const outcome = query.word("outcome", OUTCOMES);
  const [model, keyId, requestId] = [query.text("model"), query.text("key"), query.text("q")];
  // Whoever sees only their own calls has no choice of whose.
  const userId = ownUserId ?? query.text("user");
  const number = query.whole("page", 1, 1, 2000);
  const peeked = query.text("id", 64);
  await deps.ledger.flush();
  const fromMs = nowMs - RANGES[range];
  const filter: CallFilter = {
    // A request is looked for wherever it is.
    fromMs: requestId === undefined ? fromMs : null,
    toMs: null,
    ...(outcome ? { outcome } : {}),
    ...(model ? { model } : {}),
    ...(keyId ? { keyId } : {}),
    ...(requestId ? { requestId } : {}),
    ...(userId === undefined ? {} : { userId }),
  };
  const person = ownUserId === null && userId !== undefined ? userId : undefined;
  const filters = [outcome, model, keyId, person, requestId].filter((one) => one !== undefined).length;
  const rows = await listCalls(deps.sql, filter, (number - 1) * SIZE, SIZE);
  // An empty list is told apart from an empty gateway: the one wants another filter, the other a first call.
  const everything = { ...(ownUserId === null ? {} : { userId: ownUserId }), fromMs: null, toMs: null };
  const someEver = rows.length > 0 || filters > 0 || (await listCalls(deps.sql, everything, 0, 1)).length > 0;
  const models = await knownModels(deps.sql, nowMs - RANGES["30d"]);
  const key = keyId === undefined ? null : await findKeyRow(deps.sql, keyId, ownUserId);
  const opened = peeked === undefined ? null : await findCall(deps.sql, peeked, ownUserId);
  const people = person === undefined ? null : await namesOf(deps.sql, "user", [person]);
  const [chart, origin] = [await histogram(deps.sql, filter, fromMs, nowMs, timezone), await ownOrigin()];
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
            <RefreshButton />
          </>
        }
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        trailing={<SavedViews page="logs" views={await viewsFor(page, "logs")} />}
        fields={[
          { name: "q", label: "Request id", placeholder: "Request id" },
          { name: "range", label: "Time", any: "Last 24 hours", options: RANGE_OPTIONS },
          { name: "outcome", label: "Outcome", any: "Any outcome", options: OUTCOME_OPTIONS },
          {
            name: "model",
            label: "Model",
            any: "Any model",
            options: models.map((value) => ({ value, label: value })),
          },
          ...(keyId === undefined
            ? []
            : [
                {
                  name: "key",
                  label: "Key",
                  any: "Any key",
                  options: [{ value: keyId, label: key ? keyName(key) : keyId }],
                },
              ]),
          ...(person === undefined
            ? []
            : [
                {
                  name: "user",
                  label: "User",
                  any: "Anybody",
                  options: [{ value: person, label: people?.get(person) ?? person }],
                },
              ]),
        ]}
      />
      {requestId === undefined && (
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

const RANGE_OPTIONS = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
];
const OUTCOME_OPTIONS = [
  { value: "ok", label: "Answered" },
  { value: "refused", label: "Denied" },
  { value: "failed", label: "Failed" },
];
