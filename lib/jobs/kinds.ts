/** Every kind of job there is. */

import { habitJob } from "#lib/incident/habit-job.ts";
import { rotationJob } from "#lib/incident/rotation-job.ts";
import { incidentJob } from "#lib/incident/run-job.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [tidyJobs, incidentJob, rotationJob, habitJob];
