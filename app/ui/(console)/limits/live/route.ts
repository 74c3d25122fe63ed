/** Where the limits stand, where Next alone serves the console: in the console's own process lib/node/console-live.ts answers. */
import { liveLimitsAnswer } from "#lib/console/live-answers.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../request.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const { deps } = await gatewayRuntime();
  const { body, headers, status } = await liveLimitsAnswer(
    deps,
    await currentSession(),
    new URL(request.url).searchParams,
  );
  return new Response(body, { status, headers });
}
