/** Usage as CSV: exactly the figures of the page with the same address, each day and group in a line. */
import { readQuery } from "#components/data-table/query.ts";
import { maySee, seesEverything } from "#lib/console/roles.ts";
import { type CsvValue, csvLine } from "#lib/csv.ts";
import { usageRow } from "#lib/exports/rows.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession } from "../../../../request.ts";
import { readUsage } from "../asked.ts";

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
  const rows = figures.cells.map(({ day, id, sums }) =>
    usageRow({ date: figures.days[day]?.date ?? "", timezone }, by, { id, name: names.get(id) }, sums),
  );
  const head = rows[0] === undefined ? [] : [Object.keys(rows[0])];
  return new Response([...head, ...rows.map(Object.values<CsvValue>)].map(csvLine).join(""), {
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
