/** Every kind of job there is. */
import { incidentJob } from "#lib/incident/run-job.ts";
import { backupJob } from "../backup/job.ts";
import { COMPLIANCE_JOBS } from "../compliance/jobs.ts";
import { exportCalls, exportUsage } from "../exports/job.ts";
import { anonymisePastJob } from "../privacy/anonymise-past.ts";
import { eraseJob } from "../privacy/erase-job.ts";
import { privacyExport } from "../privacy/export/job.ts";
import { watchRequests } from "../privacy/requests/watch.ts";
import { purgeRetention } from "../privacy/retention/purge.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [
  tidyJobs,
  eraseJob,
  anonymisePastJob,
  backupJob,
  exportCalls,
  exportUsage,
  privacyExport,
  watchRequests,
  purgeRetention,
  ...COMPLIANCE_JOBS,
  incidentJob,
];
