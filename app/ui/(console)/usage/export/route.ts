/** Usage as CSV: exactly the figures of the page with the same address, each day and group in a line. */
import { readQuery } from "#components/data-table/query.ts";
import { maySee, seesEverything } from "#lib/console/roles.ts";
import { csvLine } from "#lib/csv.ts";
import { formatUsd } from "#lib/money.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../request.ts";
import { DIMENSIONS, readUsage } from "../asked.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const session = await currentSession();
  if (!session) return refuse(401, "Sign in first.");
  if (!maySee(session.role, "usage")) return refuse(403, "Your role does not include usage.");
  const { deps } = await gatewayRuntime();
  const { timezone } = deps.policy().config;
  const page = {
    deps,
    session,
    timezone,
    nowMs: deps.clock.now(),
    ownUserId: seesEverything(session.role) ? null : session.userId,
  };
  const params = Object.fromEntries(new URL(request.url).searchParams);
  const { figures, by, names } = await readUsage(page, readQuery(params));
  const head = [
    "date",
    "timezone",
    by,
    `${by}_id`,
    "spend_usd",
    "requests",
    "denied",
    "failed",
    "tokens_in",
    "tokens_out",
  ];
  const lines = figures.cells.map(({ day, id, sums }) => [
    figures.days[day]?.date ?? "",
    timezone,
    names.get(id) ?? (id || DIMENSIONS[by].nothing),
    id,
    formatUsd(sums.costNanoUsd),
    sums.requests,
    sums.refusals,
    sums.failures,
    sums.promptTokens,
    sums.completionTokens,
  ]);
  return new Response([head, ...lines].map(csvLine).join(""), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="usage-by-${by}.csv"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status, headers: { "cache-control": "no-store" } });
}
