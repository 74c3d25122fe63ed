/** Every kind of job there is. */

import { eraseJob } from "../privacy/erase-job.ts";
import { privacyExport } from "../privacy/export/job.ts";
import { privacyDrill } from "../privacy/requests/drill.ts";
import { watchRequests } from "../privacy/requests/watch.ts";
import { purgeRetention } from "../privacy/retention/purge.ts";
import { anonymisePastJob } from "#lib/privacy/anonymise-past.ts";
import { eraseJob } from "#lib/privacy/erase-job.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [
  tidyJobs,
  privacyExport,
  watchRequests,
  purgeRetention,
  eraseJob,
  privacyDrill,
];
export const JOB_KINDS: readonly JobKind<JobDeps>[] = [tidyJobs, eraseJob, anonymisePastJob];
