/** The job that clears away what jobs leave: files whose time is over, and jobs that ended a quarter of a year ago. */
import { deleteExpiredFiles } from "#db/queries/job-files.ts";
import { deleteEndedJobs } from "#db/queries/jobs.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";

const HOUR_MS = 3_600_000;
const KEPT_MS = 90 * 24 * HOUR_MS;

export const tidyJobs: JobKind<JobDeps> = {
  kind: "jobs.tidy",
  title: () => "Clearing away old jobs and files",
  attempts: 3,
  cancellable: false,
  everyMs: () => 24 * HOUR_MS,
  run: async ({ deps }) => {
    const nowMs = deps.clock.now();
    const files = await deleteExpiredFiles(deps.sql, new Date(nowMs));
    const jobs = await deleteEndedJobs(deps.sql, new Date(nowMs - KEPT_MS));
    return { files, jobs };
  },
};
