/** Every kind of job there is. */
import { COMPLIANCE_JOBS } from "../compliance/jobs.ts";
import type { JobDeps } from "./deps.ts";
import type { JobKind } from "./job.ts";
import { tidyJobs } from "./tidy.ts";

export const JOB_KINDS: readonly JobKind<JobDeps>[] = [tidyJobs, ...COMPLIANCE_JOBS];
