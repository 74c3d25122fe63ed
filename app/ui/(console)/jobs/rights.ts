/** Whether the signed-in person may fetch a job's file: a link is shown to nobody whom it would refuse. */
import { mayFetchFile } from "#lib/jobs/access.ts";
import type { JobView } from "#lib/jobs/view.ts";
import type { PageContext } from "../../../request.ts";

export function mayFetch({ deps, session }: PageContext, job: JobView): boolean {
  return mayFetchFile(job, deps.jobs.kind(job.kind), { id: session.userId, role: session.role });
}
