/** Compliance: the guide's checklists, the GDPR and SOC 2 as checks with evidence, the worst first. */
import { FileText, ShieldQuestion } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Chart } from "#components/charts/chart.tsx";
import { RunAll } from "#components/compliance/run-all.tsx";
import { STATUS_OPTIONS } from "#components/compliance/status.tsx";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Tabs } from "#components/shell/tabs.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { FRAMEWORKS, type Framework } from "#lib/compliance/catalogue.ts";
import { GUIDE_LISTS, type GuideList, listOfLine } from "#lib/compliance/guide.ts";
import { readStandings } from "#lib/compliance/run.ts";
import { inFramework, type Standing, scoreOf } from "#lib/compliance/standing.ts";
import { mayGovern, PAGES } from "#lib/console/roles.ts";
import { openPage, type SearchParams } from "../../../request.ts";
import { columnsOf } from "./columns.tsx";
import { passesByDay, RESULT_SERIES, unusedNow } from "./figures.ts";
import { ScoreFigures } from "./score.tsx";

export const metadata: Metadata = { title: "Compliance" };

const { path } = PAGES.compliance;
const NAMES: Readonly<Record<Framework, string>> = { guide: "Guide", gdpr: "GDPR", soc2: "SOC 2" };
const LISTS = Object.keys(GUIDE_LISTS) as GuideList[];
const STATUSES = STATUS_OPTIONS.map(({ value }) => value);
/** The worst first. */
const ORDER = ["failed", "expired", "unknown", "waived", "attested", "passed", "not_applicable"];

export default async function CompliancePage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("compliance");
  const { deps, nowMs, session, timezone } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const framework = query.word("framework", FRAMEWORKS) ?? "guide";
  const status = query.word("status", STATUSES);
  const list = query.word("list", LISTS);
  const text = query.text("q")?.toLowerCase();
  const own = inFramework(await readStandings(deps), framework);
  const rows = own
    .filter(
      (standing) =>
        (status === undefined || standing.status === status) &&
        (list === undefined || standing.check.guide.some((id) => listOfLine(id) === list)) &&
        (text === undefined || wordsOf(standing).includes(text)),
    )
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  const never = own.every(({ checkedAt }) => checkedAt === null);
  const filters = [status, list, text].filter((one) => one !== undefined).length;
  const acts = mayGovern(session.role);
  return (
    <>
      <PageHeader
        title="Compliance"
        note="Each line is looked at, or vouched for by a person until a day. What cannot be seen is never ticked by itself."
        actions={
          <>
            <Link href={`${path}/report`} prefetch={false} className={buttonVariants()}>
              <FileText aria-hidden /> Report
            </Link>
            {acts && <RunAll />}
          </>
        }
      />
      <DroppedNotice names={query.dropped} />
      <Tabs
        label="Frameworks"
        here={framework}
        tabs={FRAMEWORKS.map((one) => ({
          id: one,
          label: NAMES[one],
          href: one === "guide" ? path : `${path}?framework=${one}`,
        }))}
      />
      {never && (
        <Notice tone="info" className="mb-3">
          No check was run yet: the first run comes ten minutes after the start
          {acts ? ", or with “Run all checks”." : "."}
        </Notice>
      )}
      <ScoreFigures score={scoreOf(own)} />
      <Chart
        className="mb-3"
        title="Checks by day"
        note={`How they stood at the end of each day on which they were run, in ${timezone}`}
        unit="count"
        bucket="Day"
        rows={
          await passesByDay(
            page,
            own.map(({ check }) => check.id),
          )
        }
        series={RESULT_SERIES.map(({ color, name }) => ({ color, name }))}
        height={160}
        empty="No run yet."
      />
      <FilterBar
        fields={[
          { name: "q", label: "Search checks", placeholder: "Title, evidence, article, criterion" },
          { name: "status", label: "Status", any: "Any status", options: STATUS_OPTIONS },
          ...(framework === "guide"
            ? [
                {
                  name: "list",
                  label: "List",
                  any: "All lists",
                  options: LISTS.map((value) => ({ value, label: GUIDE_LISTS[value] })),
                },
              ]
            : []),
        ]}
      />
      <DataTable
        caption={`Checks of ${NAMES[framework]}, the worst first`}
        columns={columnsOf({ framework, nowMs, timezone, acts, unused: acts ? await unusedNow(deps) : 0 })}
        rows={rows}
        keyOf={({ check }) => check.id}
        state={{ path, params, page: 1, size: 200, total: rows.length }}
        empty={
          filters > 0 ? (
            <NothingMatches
              what="checks"
              filters={filters}
              clearHref={linkTo(path, params, { q: null, status: null, list: null })}
            />
          ) : (
            <NothingYet icon={ShieldQuestion} title="No checks" />
          )
        }
      />
    </>
  );
}

/** What the search looks through. */
function wordsOf({ check, line }: Standing): string {
  return [check.title, check.requirement, line, ...check.gdpr, ...check.soc2].join(" ").toLowerCase();
}
