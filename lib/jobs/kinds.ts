/** Every kind of job there is. */

import { habitJob } from "#lib/incident/habit-job.ts";
import { rotationJob } from "#lib/incident/rotation-job.ts";
import { incidentJob } from "#lib/incident/run-job.ts";
import { anonymisePastJob } from "#lib/privacy/anonymise-past.ts";
import { eraseJob } from "#lib/privacy/erase-job.ts";
import { backupJob } from "../backup/job.ts";
import { CALLBACK_JOBS } from "../callbacks/jobs.ts";
import { COMPLIANCE_JOBS } from "../compliance/jobs.ts";
import { exportCalls, exportUsage } from "../exports/job.ts";
import { privacyExport } from "../privacy/export/job.ts";
import { privacyDrill } from "../privacy/requests/drill.ts";
import { watchRequests } from "../privacy/requests/watch.ts";
import { purgeRetention } from "../privacy/retention/purge.ts";
import { sumDaysJob } from "../spend/span-job.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [
  tidyJobs,
  sumDaysJob,
  eraseJob,
  anonymisePastJob,
  backupJob,
  exportCalls,
  exportUsage,
  privacyExport,
  watchRequests,
  purgeRetention,
  privacyDrill,
  ...COMPLIANCE_JOBS,
  incidentJob,
  rotationJob,
  habitJob,
  ...CALLBACK_JOBS,
];
