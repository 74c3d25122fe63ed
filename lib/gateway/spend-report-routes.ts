/** Keys and users by what they have spent, and the guide's summary. */
import { spendBy, totalOf } from "#db/queries/spend.ts";
import { budgetDurations, keysBySpend, type PeriodStart, usersBySpend } from "#db/queries/spend-ranking.ts";
import { teamIdsOf } from "#db/queries/users.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { keyView } from "#lib/keys/view.ts";
import { userView } from "#lib/people/view.ts";
import { dayAt, monthStartMs } from "#lib/spend/calendar.ts";
import { nanoToUsd } from "../money.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { pageHeaders, queryPage } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { askedSpend, ownSpend } from "./spend-scope.ts";

type Run = KeyRoute["run"];

const UNBOUNDED = { fromMs: null, toMs: null };

/** `GET /spend/keys`: keys as they are, the costliest of their running period first. */
const keys: Run = async (deps, context) => {
  await deps.ledger.flush();
  const page = queryPage(context, 50, 500);
  const { rows, total } = await keysBySpend(
    deps.db,
    await periodStarts(deps, context),
    await ownerOf(deps, context),
    page.page,
    page.size,
  );
  const { timezone } = context.policy.config;
  const shown = rows.map((row) => ({ token: row.secretHash, ...keyView(row, deps.clock.now(), timezone) }));
  return json(200, shown, pageHeaders(page, total));
};

/** `GET /spend/users`: users as they are, the costliest of their running period first. */
const users: Run = async (deps, context) => {
  await deps.ledger.flush();
  const page = queryPage(context, 50, 500);
  const { keyId, userId } = await ownerOf(deps, context);
  // A key without a user is no user's: it sees none.
  const none = keyId !== undefined && userId === undefined;
  const { rows, total } = none
    ? { rows: [], total: 0 }
    : await usersBySpend(deps.db, await periodStarts(deps, context), userId, page.page, page.size);
  const teams = await teamIdsOf(
    deps.db,
    rows.map((row) => row.id),
  );
  const { timezone } = context.policy.config;
  const shown = rows.map((row) => userView(row, teams.get(row.id) ?? [], deps.clock.now(), timezone));
  return json(200, shown, pageHeaders(page, total));
};

async function ownerOf(
  deps: GatewayDeps,
  context: AuthenticatedContext,
): Promise<{ keyId?: string; userId?: string }> {
  const { keyId, userId } = await askedSpend(deps, context);
  return { ...(keyId === undefined ? {} : { keyId }), ...(userId === undefined ? {} : { userId }) };
}

async function periodStarts(deps: GatewayDeps, context: AuthenticatedContext): Promise<PeriodStart[]> {
  const nowMs = deps.clock.now();
  const durations = await budgetDurations(deps.db);
  return durations.map((duration) => ({
    duration,
    startedAt: new Date(budgetPeriod(duration, nowMs, context.policy.config.timezone).startMs),
  }));
}

/** `GET /spend/info` of the guide: dollars of all time, of today, of this month, and by model. */
const info: Run = async (deps, context) => {
  await deps.ledger.flush();
  const own = ownSpend(context);
  const { timezone } = context.policy.config;
  const nowMs = deps.clock.now();
  const today = { fromMs: dayAt(nowMs, timezone).startMs, toMs: null };
  const month = { fromMs: monthStartMs(nowMs, timezone), toMs: null };
  const models = await spendBy(deps.sql, "model_group", UNBOUNDED, own);
  return json(200, {
    total_spend: nanoToUsd(models.reduce((sum, model) => sum + model.sums.costNanoUsd, 0n)),
    daily_spend: nanoToUsd(await totalOf(deps.sql, today, own)),
    monthly_spend: nanoToUsd(await totalOf(deps.sql, month, own)),
    by_model: Object.fromEntries(models.map((model) => [model.id, nanoToUsd(model.sums.costNanoUsd)])),
  });
};

export const SPEND_REPORT_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/spend/keys", access: "own", run: keys },
  { method: "GET", path: "/spend/users", access: "own", run: users },
  { method: "GET", path: "/spend/info", access: "own", run: info },
];
