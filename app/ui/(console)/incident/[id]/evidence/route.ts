/** The evidence of an incident for the browser: the same archive as the admin API's, with the same event about it. */

import { findIncident } from "#db/queries/incidents.ts";
import { maySee } from "#lib/console/roles.ts";
import { evidenceZip } from "#lib/incident/evidence.ts";
import { recordEvidence } from "#lib/incident/incidents.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "incident")) return refuse(403, "Your role does not include incidents.");
  const { deps } = await gatewayRuntime();
  const { id } = await params;
  if (!(await findIncident(deps.sql, id))) return refuse(404, "There is no such incident.");
  const actor = { kind: "user", id: session.userId, claimedBy: null, ip: null, requestId: null } as const;
  await recordEvidence({ db: deps.db, nowMs: () => deps.clock.now() }, actor, id);
  await deps.auditSigner.signIfWhole();
  const { sql } = deps;
  const archive = evidenceZip({ sql, key: deps.auditSigner.key, incidentId: id, nowMs: deps.clock.now() });
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await archive.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await archive.return(undefined);
    },
  });
  return new Response(stream, {
    headers: {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${id}.zip"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}
