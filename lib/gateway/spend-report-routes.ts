/** Spend by key, user, model and team. */
import { type SpendDimension, type SpendSums, spendBy, totalOf } from "#db/queries/spend.ts";
import { budgetDurations, keysBySpend, type PeriodStart, usersBySpend } from "#db/queries/spend-ranking.ts";
import { keyNames, teamAliases } from "#db/queries/spend-records.ts";
import { teamIdsOf } from "#db/queries/users.ts";
import { budgetPeriod } from "#lib/admission/period.ts";
import { mask } from "#lib/keys/secret.ts";
import { keyView } from "#lib/keys/view.ts";
import { userView } from "#lib/people/view.ts";
import { dayAt, daysAgoStartMs, monthStartMs } from "#lib/spend/calendar.ts";
import { nanoToUsd } from "../money.ts";
import { queryNumber } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { pageHeaders, queryPage } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { globalSpend } from "./spend-global.ts";
import { askedSpend, ownSpend } from "./spend-scope.ts";

type Run = KeyRoute["run"];

const RECENT_DAYS = 30;
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

const globalTotal: Run = async (deps, context) => {
  await deps.ledger.flush();
  return json(200, await globalSpend(deps, context));
};

/** The costliest of a dimension in the last thirty days, today included. */
async function recent(deps: GatewayDeps, context: AuthenticatedContext, dimension: SpendDimension) {
  const limit = queryNumber(context, "limit", 10, 1, 1000);
  await deps.ledger.flush();
  const { timezone } = context.policy.config;
  const range = { fromMs: daysAgoStartMs(deps.clock.now(), RECENT_DAYS, timezone), toMs: null };
  return spendBy(deps.sql, dimension, range, {}, limit);
}

const figures = (sums: SpendSums) => ({
  total_spend: nanoToUsd(sums.costNanoUsd),
  total_tokens: sums.promptTokens + sums.completionTokens,
  api_requests: sums.requests,
});

const recentKeys: Run = async (deps, context) => {
  const rows = await recent(deps, context, "key_id");
  const names = await keyNames(
    deps.sql,
    rows.map((row) => row.id),
  );
  return json(
    200,
    rows.map(({ id, sums }) => {
      const key = names.get(id);
      return {
        api_key: key?.secret_hash ?? id,
        key_alias: key?.alias ?? null,
        key_name: key ? mask(key.secret_last4) : null,
        ...figures(sums),
      };
    }),
  );
};

const recentModels: Run = async (deps, context) => {
  const rows = await recent(deps, context, "model_group");
  return json(
    200,
    rows.map(({ id, sums }) => ({ model: id, ...figures(sums) })),
  );
};

/** What no team was charged for stands under a null id, so that the list sums to the whole. */
const recentTeams: Run = async (deps, context) => {
  const rows = await recent(deps, context, "team_id");
  const names = await teamAliases(
    deps.sql,
    rows.map((row) => row.id),
  );
  return json(
    200,
    rows.map(({ id, sums }) => ({
      team_id: id === "" ? null : id,
      team_alias: names.get(id) ?? null,
      ...figures(sums),
    })),
  );
};

export const SPEND_REPORT_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/spend/keys", access: "own", run: keys },
  { method: "GET", path: "/spend/users", access: "own", run: users },
  { method: "GET", path: "/spend/info", access: "own", run: info },
  { method: "GET", path: "/global/spend", access: "admin", run: globalTotal },
  { method: "GET", path: "/global/spend/keys", access: "admin", run: recentKeys },
  { method: "GET", path: "/global/spend/models", access: "admin", run: recentModels },
  { method: "GET", path: "/global/spend/teams", access: "admin", run: recentTeams },
];
