/** The record of processing activities as CSV. */
import { maySee } from "#lib/console/roles.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { processingRecords, recordsCsv } from "#lib/privacy/records.ts";
import { readTerms } from "#lib/privacy/retention/terms.ts";
import { currentSession } from "../../../../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "privacyRecords"))
    return refuse(403, "Your role does not include these records.");
  const { deps } = await gatewayRuntime();
  const { config } = deps.policy();
  return new Response(recordsCsv(processingRecords(config, await readTerms(deps.sql, config))), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="records-of-processing.csv"',
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}
