/** Requests and tokens by day, of all models together or of each: LiteLLM's dashboard charts. */
import { type SpendSums, spendBy } from "#db/queries/spend.ts";
import { dailyBy } from "#db/queries/spend-daily.ts";
import type { Day } from "#lib/spend/calendar.ts";
import { queryNumber } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";
import { askedDays, rangeOf, startsOf } from "./spend-days.ts";
import { askedSpend } from "./spend-scope.ts";

type Run = KeyRoute["run"];
type DailyRow = Awaited<ReturnType<typeof dailyBy>>[number];

const activity: Run = async (deps, context) => {
  await deps.ledger.flush();
  const days = askedDays(deps, context);
  const filter = await askedSpend(deps, context);
  const rows = await dailyBy(deps.sql, null, startsOf(days), rangeOf(days), filter);
  return json(200, chart(rows, days));
};

/** The models with most spend first. */
const modelActivity: Run = async (deps, context) => {
  const limit = queryNumber(context, "limit", 10, 1, 100);
  await deps.ledger.flush();
  const days = askedDays(deps, context);
  const filter = await askedSpend(deps, context);
  const models = await spendBy(deps.sql, "model_group", rangeOf(days), filter, limit);
  const rows = await dailyBy(deps.sql, "model_group", startsOf(days), rangeOf(days), filter);
  const byModel = Map.groupBy(rows, (row) => row.id);
  return json(
    200,
    models.map(({ id }) => ({ model: id, ...chart(byModel.get(id) ?? [], days) })),
  );
};

/** Days with calls, oldest first, and their sums. */
function chart(rows: readonly DailyRow[], days: readonly Day[]) {
  const points = rows.map(({ day, sums }) => ({
    date: days[day]?.date ?? "",
    api_requests: sums.requests,
    total_tokens: tokens(sums),
  }));
  return {
    daily_data: points,
    sum_api_requests: points.reduce((sum, point) => sum + point.api_requests, 0),
    sum_total_tokens: points.reduce((sum, point) => sum + point.total_tokens, 0),
  };
}

function tokens(sums: SpendSums): number {
  return sums.promptTokens + sums.completionTokens;
}

export const SPEND_ACTIVITY_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/global/activity", access: "own", run: activity },
  { method: "GET", path: "/global/activity/model", access: "own", run: modelActivity },
];
