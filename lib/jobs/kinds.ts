/** Every kind of job there is. */

import { incidentJob } from "#lib/incident/run-job.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [tidyJobs, incidentJob];
