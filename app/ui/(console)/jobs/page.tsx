/** Jobs: long work, how far it is, and the files it made. One's own; all of them for admins and auditors. */
import { ListChecks } from "lucide-react";
import type { Metadata } from "next";
import { DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { JOB_STATES } from "#components/jobs/job-state.ts";
import { PeekSheet } from "#components/logs/peek-sheet.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { RefreshButton } from "#components/shell/refresh-button.tsx";
import { userNames } from "#db/queries/console-keys.ts";
import { PAGES } from "#lib/console/roles.ts";
import { type JobReader, readJob, readJobs } from "#lib/jobs/list.ts";
import type { JobView } from "#lib/jobs/view.ts";
import { openPage, type SearchParams } from "../../../request.ts";
import { columnsOf } from "./columns.tsx";
import { JobPeek } from "./peek.tsx";

export const metadata: Metadata = { title: "Jobs" };

const SIZE = 25;
const STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
const { path } = PAGES.jobs;

export default async function JobsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("jobs");
  const { deps, nowMs, session } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const state = query.word("state", STATES);
  const number = query.whole("page", 1, 1, 10_000);
  const peeked = query.text("id", 64);
  const reader: JobReader = { sql: deps.sql, jobs: deps.jobs, nowMs };
  const viewer = { id: session.userId, role: session.role };
  const { jobs, more } = await readJobs(reader, viewer, state === undefined ? {} : { state }, number, SIZE);
  const opened = peeked === undefined ? null : await readJob(reader, viewer, peeked);
  const people = await userNames(deps.sql, starters(opened ? [...jobs, opened] : jobs));
  const starter = (job: JobView) => starterWord(job.started_by, people);
  return (
    <>
      <PageHeader
        title="Jobs"
        note="Work that takes longer than a request. It goes on when you leave, and after a restart of the gateway."
        actions={<RefreshButton />}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          {
            name: "state",
            label: "State",
            any: "Any state",
            options: STATES.map((value) => ({ value, label: JOB_STATES[value].name })),
          },
        ]}
      />
      <DataTable
        caption="Jobs, the newest first"
        columns={columnsOf(page, params, starter)}
        rows={jobs}
        keyOf={(job) => job.id}
        state={{ path, params, page: number, size: SIZE, total: null, more }}
        rowClass={(job) => (job.id === opened?.id ? "bg-accent-wash/60" : "")}
        empty={
          state === undefined ? (
            <NothingYet icon={ListChecks} title="No jobs yet">
              <p>An export of Usage or Logs runs as one, and its file waits here for seven days.</p>
            </NothingYet>
          ) : (
            <NothingMatches what="jobs" filters={1} clearHref={path} />
          )
        }
      />
      {peeked !== undefined && (
        <PeekSheet
          closeHref={linkTo(path, params, { id: null })}
          title={opened ? opened.title : "No such job"}
        >
          <JobPeek page={page} job={opened} starter={starter} />
        </PeekSheet>
      )}
    </>
  );
}

const OTHERS: Readonly<Record<string, string>> = {
  master_key: "Master key",
  schedule: "The schedule",
  system: "The gateway",
};

function starters(jobs: readonly JobView[]): string[] {
  return [...new Set(jobs.map((job) => job.started_by))].filter((id) => !Object.hasOwn(OTHERS, id));
}

function starterWord(id: string, people: ReadonlyMap<string, string>): string {
  return (Object.hasOwn(OTHERS, id) ? OTHERS[id] : people.get(id)) ?? id;
}
