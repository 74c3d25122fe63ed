/** What the whole gateway has spent, by day, key, model, team and provider: the last thirty days, or the days asked for. */
import { type SpendDimension, type SpendSums, spendBy } from "#db/queries/spend.ts";
import { dailyBy } from "#db/queries/spend-daily.ts";
import { keyNames, teamAliases } from "#db/queries/spend-records.ts";
import { mask } from "#lib/keys/secret.ts";
import { teamReport } from "#lib/spend/teams.ts";
import { nanoToUsd } from "../money.ts";
import { queryNumber } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { askedDays, rangeOf, startsOf } from "./spend-days.ts";
import { globalSpend } from "./spend-global.ts";
import { askedSpend } from "./spend-scope.ts";

type Run = KeyRoute["run"];

const total: Run = async (deps, context) => {
  await deps.ledger.flush();
  return json(200, await globalSpend(deps, context));
};

/** Every day of the range, days without a call too; of one key with `api_key`. */
const days: Run = async (deps, context) => {
  await deps.ledger.flush();
  const asked = askedDays(deps, context);
  const key = queryText(context, "api_key");
  const filter = await askedSpend(deps, context);
  const rows = await dailyBy(deps.sql, null, startsOf(asked), rangeOf(asked), filter);
  const byPlace = new Map(rows.map((row) => [row.day, row.sums.costNanoUsd]));
  const named = filter.keyId === undefined ? undefined : await keyNames(deps.sql, [filter.keyId]);
  const apiKey =
    key === undefined ? {} : { api_key: named?.get(filter.keyId ?? "")?.secret_hash ?? filter.keyId };
  return json(
    200,
    asked.map(({ date }, place) => ({ ...apiKey, date, spend: nanoToUsd(byPlace.get(place) ?? 0n) })),
  );
};

/** The costliest values of a dimension. */
async function costliest(deps: GatewayDeps, context: AuthenticatedContext, dimension: SpendDimension) {
  const limit = queryNumber(context, "limit", 10, 1, 1000);
  await deps.ledger.flush();
  return spendBy(deps.sql, dimension, rangeOf(askedDays(deps, context)), {}, limit);
}

const figures = (sums: SpendSums) => ({
  total_spend: nanoToUsd(sums.costNanoUsd),
  total_tokens: sums.promptTokens + sums.completionTokens,
  api_requests: sums.requests,
});

const keys: Run = async (deps, context) => {
  const rows = await costliest(deps, context, "key_id");
  const names = await keyNames(
    deps.sql,
    rows.map((row) => row.id),
  );
  const shown = rows.map(({ id, sums }) => {
    const key = names.get(id);
    return {
      api_key: key?.secret_hash ?? id,
      key_alias: key?.alias ?? null,
      key_name: key ? mask(key.secret_last4) : null,
      ...figures(sums),
    };
  });
  return json(200, shown);
};

const models: Run = async (deps, context) => {
  const rows = await costliest(deps, context, "model_group");
  return json(
    200,
    rows.map(({ id, sums }) => ({ model: id, ...figures(sums) })),
  );
};

/** What no team was charged for stands under a null id, so that the list sums to the whole. */
const teams: Run = async (deps, context) => {
  const rows = await costliest(deps, context, "team_id");
  const teamIds = rows.map((row) => row.id);
  const asked = askedDays(deps, context);
  const daily = await dailyBy(deps.sql, "team_id", startsOf(asked), rangeOf(asked), { teamIds });
  const aliases = await teamAliases(deps.sql, teamIds);
  const totals = rows.map(({ id, sums }) => ({ id, alias: aliases.get(id) ?? null, sums }));
  return json(200, teamReport(totals, daily, asked));
};

/** A call that was refused met no provider, and cost nothing. */
const providers: Run = async (deps, context) => {
  await deps.ledger.flush();
  const rows = await spendBy(deps.sql, "provider", rangeOf(askedDays(deps, context)), {});
  return json(
    200,
    rows
      .filter((row) => row.id !== "")
      .map(({ id, sums }) => ({ provider: id, spend: nanoToUsd(sums.costNanoUsd), ...figures(sums) })),
  );
};

export const SPEND_GLOBAL_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/global/spend", access: "admin", run: total },
  { method: "GET", path: "/global/spend/logs", access: "admin", run: days },
  { method: "GET", path: "/global/spend/keys", access: "admin", run: keys },
  { method: "GET", path: "/global/spend/models", access: "admin", run: models },
  { method: "GET", path: "/global/spend/teams", access: "admin", run: teams },
  { method: "GET", path: "/global/spend/provider", access: "admin", run: providers },
];
