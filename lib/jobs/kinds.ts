/** Every kind of job there is. */
import { anonymisePastJob } from "#lib/privacy/anonymise-past.ts";
import { eraseJob } from "#lib/privacy/erase-job.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [tidyJobs, eraseJob, anonymisePastJob];
