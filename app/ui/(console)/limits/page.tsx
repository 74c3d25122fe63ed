/** Limits: the windows and slots that calls are counted in now, and what refused in the last hour. */
import type { Metadata } from "next";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { readQuery } from "#components/data-table/query.ts";
import { LiveTable } from "#components/limits/live-table.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { liveLimits } from "#lib/console/live-limits.ts";
import { maySee } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../request.ts";

export const metadata: Metadata = { title: "Limits" };

export default async function LimitsPage({ searchParams }: { searchParams: SearchParams }) {
  const { deps, nowMs, ownUserId, session } = await openPage("limits");
  const query = readQuery(await searchParams);
  const show = query.word("show", ["all"]);
  const first = await liveLimits(deps, ownUserId, show === "all", nowMs);
  return (
    <>
      <PageHeader
        title="Limits"
        note="Where windows and slots stand now. They slide: room comes back bit by bit, not at the full minute."
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          {
            name: "show",
            label: "Which",
            any: "In use",
            options: [{ value: "all", label: "All, idle ones too" }],
          },
        ]}
      />
      <LiveTable
        key={show ?? "used"}
        first={first}
        all={show === "all"}
        logs={maySee(session.role, "logs")}
      />
    </>
  );
}
