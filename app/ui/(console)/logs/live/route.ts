/** The newest call of a list, for the page that asks every two seconds. */
import { readQuery } from "#components/data-table/query.ts";
import { answered, askerOf } from "#lib/console/live-answers.ts";
import { newestCall } from "#lib/console/newest-call.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../request.ts";
import { askedCalls } from "../asked.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const asker = askerOf(await currentSession(), "logs");
  if ("status" in asker) return new Response(asker.body, asker);
  const { deps } = await gatewayRuntime();
  const nowMs = deps.clock.now();
  const query = readQuery(Object.fromEntries(new URL(request.url).searchParams));
  const { filter } = askedCalls(query, asker.ownUserId, nowMs);
  const answer = answered(JSON.stringify({ newest: await newestCall(deps.sql, filter, nowMs) }));
  return new Response(answer.body, answer);
}
