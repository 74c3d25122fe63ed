/** The columns of Jobs. */
import { Download } from "lucide-react";
import Link from "next/link";
import type { Column } from "#components/data-table/data-table.tsx";
import { linkTo, type RawParams } from "#components/data-table/query.ts";
import { ago, bytes, moment } from "#components/format.ts";
import { CancelJob } from "#components/jobs/cancel-job.tsx";
import { JobProgress } from "#components/jobs/job-progress.tsx";
import { PAGES } from "#lib/console/roles.ts";
import { mayCancelJob } from "#lib/jobs/access.ts";
import type { JobView } from "#lib/jobs/view.ts";
import type { PageContext } from "../../../request.ts";
import { mayFetch } from "./rights.ts";

export function columnsOf(
  page: PageContext,
  params: RawParams,
  starter: (job: JobView) => string,
): Column<JobView>[] {
  const { nowMs, session, timezone } = page;
  const viewer = { id: session.userId, role: session.role };
  return [
    {
      id: "title",
      header: "Job",
      className: "min-w-52",
      cell: (job) => (
        <Link
          scroll={false}
          prefetch={false}
          href={linkTo(PAGES.jobs.path, params, { id: job.id })}
          className="block truncate font-medium text-ink after:absolute after:inset-0 hover:underline"
        >
          {job.title}
        </Link>
      ),
    },
    { id: "progress", header: "Progress", cell: (job) => <JobProgress key={job.id} job={job} /> },
    {
      id: "starter",
      header: "Started by",
      from: "lg",
      cell: (job) => <span className="block truncate">{starter(job)}</span>,
    },
    {
      id: "created",
      header: "Started",
      from: "md",
      cell: (job) => {
        const at = new Date(job.created_at);
        return (
          <span className="whitespace-nowrap text-soft" title={moment(at, timezone)}>
            {ago(at, nowMs)}
          </span>
        );
      },
    },
    {
      id: "file",
      header: "File",
      cell: (job) =>
        job.file === null ? (
          <span className="text-faint">–</span>
        ) : (
          <span className="flex min-w-0 flex-col">
            {mayFetch(page, job) ? (
              <a
                href={`/ui/jobs/${encodeURIComponent(job.id)}/file`}
                download
                className="relative inline-flex items-center gap-1.5 font-medium text-accent hover:underline"
              >
                <Download aria-hidden className="size-3.5 shrink-0" />
                <span className="truncate">{job.file.name}</span>
              </a>
            ) : (
              <span className="truncate">{job.file.name}</span>
            )}
            <span className="num truncate text-faint text-xs" title={`SHA-256 ${job.file.sha256}`}>
              {bytes(job.file.size_bytes)} · {job.file.sha256.slice(0, 8)}… · until{" "}
              {moment(new Date(job.file.expires_at), timezone)}
            </span>
          </span>
        ),
    },
    {
      id: "actions",
      header: "Actions",
      align: "right",
      cell: (job) =>
        job.cancellable && !job.cancelling && mayCancelJob(job, viewer) ? (
          <CancelJob id={job.id} title={job.title} />
        ) : null,
    },
  ];
}
