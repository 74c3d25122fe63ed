/** The newest call of a list, for the page that asks every two seconds. */
import { readQuery } from "#components/data-table/query.ts";
import { listCalls } from "#db/queries/console-records.ts";
import { maySee, seesEverything } from "#lib/console/roles.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../request.ts";
import { askedCalls } from "../asked.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "logs")) return refuse(403, "Your role does not include logs.");
  const { deps } = await gatewayRuntime();
  const own = seesEverything(session.role) ? null : session.userId;
  const query = readQuery(Object.fromEntries(new URL(request.url).searchParams));
  const { filter } = askedCalls(query, own, deps.clock.now());
  const [newest] = await listCalls(deps.sql, filter, 0, 1);
  return Response.json({ newest: newest?.id ?? "" }, { headers: { "cache-control": "no-store" } });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}
