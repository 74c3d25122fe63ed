/** A job's file for whoever is signed in: the browser asks for it by a link, which carries the session alone. */
import { findFile } from "#db/queries/job-files.ts";
import { findJob } from "#db/queries/jobs.ts";
import { isGatewayError } from "#lib/errors.ts";
import { mayFetchFile } from "#lib/jobs/access.ts";
import { openJobFile } from "#lib/jobs/download.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  const { deps } = await gatewayRuntime();
  const { id } = await params;
  const job = id.includes("\0") ? null : await findJob(deps.sql, id);
  const viewer = { id: session.userId, role: session.role };
  const file =
    job && mayFetchFile(job, deps.jobs.kind(job.kind), viewer)
      ? await findFile(deps.sql, id, new Date(deps.clock.now()))
      : null;
  if (!file) return refuse(404, "There is no such file: it is not written yet, somebody else's, or over.");
  const actor = { kind: "user", id: session.userId, claimedBy: null, ip: null, requestId: null } as const;
  try {
    const { body, headers } = await openJobFile(deps, actor, file);
    return new Response(toStream(body), { headers: { ...headers, "x-content-type-options": "nosniff" } });
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    return refuse(error.status, error.message);
  }
}

/** A part is read when the browser asks for it; a failure breaks the download off. */
function toStream(parts: AsyncGenerator<Buffer>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}
