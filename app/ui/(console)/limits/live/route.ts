/** Where the limits stand, for the page that asks every two seconds. */
import { liveLimits } from "#lib/console/live-limits.ts";
import { maySee, seesEverything } from "#lib/console/roles.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "limits")) return refuse(403, "Your role does not include limits.");
  const { deps } = await gatewayRuntime();
  const own = seesEverything(session.role) ? null : session.userId;
  const idle = new URL(request.url).searchParams.get("show") === "all";
  const body = await liveLimits(deps, own, idle, deps.clock.now());
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}
