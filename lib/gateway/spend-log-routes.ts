/** Spend records one by one, and their summary by day. */
import type { SpendFilter } from "#db/queries/spend.ts";
import { dailySums } from "#db/queries/spend-daily.ts";
import { keyNames, listRecords, type RecordFilter } from "#db/queries/spend-records.ts";
import { daysBetween } from "#lib/spend/calendar.ts";
import { logRow } from "#lib/spend/log-row.ts";
import { summaryByDay } from "#lib/spend/summary.ts";
import { GatewayError } from "../errors.ts";
import { queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { pageFields, pageHeaders, queryPage, queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { MOST_DAYS } from "./spend-days.ts";
import { askedRange, askedSpend } from "./spend-scope.ts";

type Run = KeyRoute["run"];

/** LiteLLM's bare list: rows newest first, or one entry a day when both dates are given and `summarize` is not false. */
const logs: Run = async (deps, context) => {
  await deps.ledger.flush();
  const range = askedRange(context);
  const filter = await recordFilter(deps, context);
  const wanted = queryWord(context, "summarize", ["true", "false", "True", "False"])?.toLowerCase() ?? "true";
  if (range.fromMs !== null && range.toMs !== null && wanted === "true" && filter.requestId === undefined) {
    return json(200, await summary(deps, context, filter, range.fromMs, range.toMs));
  }
  const page = queryPage(context, 50, 500);
  const { rows, total } = await listRecords(deps.sql, range, filter, page.page, page.size);
  return json(200, rows.map(logRow), pageHeaders(page, total));
};

const logsV2: Run = async (deps, context) => {
  await deps.ledger.flush();
  const page = queryPage(context, 50, 500);
  const filter = await recordFilter(deps, context);
  const { rows, total } = await listRecords(deps.sql, askedRange(context), filter, page.page, page.size);
  return json(200, { data: rows.map(logRow), ...pageFields(page, total) });
};

async function recordFilter(deps: GatewayDeps, context: AuthenticatedContext): Promise<RecordFilter> {
  const team = queryText(context, "team_id");
  const requestId = queryText(context, "request_id");
  return {
    ...(await askedSpend(deps, context)),
    ...(team === undefined ? {} : { teamIds: [team] }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** One entry for each day of the range, whose ends are kept to the instant. */
async function summary(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  filter: SpendFilter,
  fromMs: number,
  toMs: number,
) {
  const days = daysBetween(fromMs, toMs, context.policy.config.timezone, MOST_DAYS + 1);
  if (days.length > MOST_DAYS) {
    throw new GatewayError(
      "invalid_request",
      `start_date and end_date lie more than ${MOST_DAYS} days apart: ask for less, or set summarize=false`,
      {
        param: "start_date",
      },
    );
  }
  const starts = days.map((day) => day.startMs);
  const rows = await dailySums(deps.sql, starts, { fromMs, toMs }, filter, false);
  const keyIds = new Set(rows.flatMap((row) => (row.by?.dimension === "key_id" ? [row.by.id] : [])));
  const names = await keyNames(deps.sql, [...keyIds]);
  return summaryByDay(rows, days, (id) => names.get(id)?.secret_hash ?? id);
}

export const SPEND_LOG_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/spend/logs", access: "own", run: logs },
  { method: "GET", path: "/spend/logs/v2", access: "own", run: logsV2 },
  { method: "GET", path: "/spend/logs/ui", access: "own", run: logsV2 },
];
