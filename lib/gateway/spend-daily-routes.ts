/** Activity day by day: of users and of teams. */

import type { SpendFilter } from "#db/queries/spend.ts";
import { dailySums } from "#db/queries/spend-daily.ts";
import { keyNames, teamAliases } from "#db/queries/spend-records.ts";
import { activity } from "#lib/spend/activity.ts";
import { nextHourMs } from "#lib/spend/calendar.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryList } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { askedDays, startsOf } from "./spend-days.ts";
import { askedSpend } from "./spend-scope.ts";

type Run = KeyRoute["run"];

const userActivity: Run = async (deps, context) => {
  return json(200, await report(deps, context, await askedSpend(deps, context), false));
};

const teamActivity: Run = async (deps, context) => {
  const teamIds = queryList(context, "team_ids") ?? queryList(context, "team_id");
  const filter = { ...(await askedSpend(deps, context)), ...(teamIds === undefined ? {} : { teamIds }) };
  return json(200, await report(deps, context, filter, true));
};

async function report(
  deps: GatewayDeps,
  context: AuthenticatedContext,
  filter: SpendFilter,
  byTeam: boolean,
) {
  await deps.ledger.flush();
  const days = askedDays(deps, context);
  const rows = await dailySums(
    deps.sql,
    startsOf(days),
    { fromMs: nextHourMs(days[0]?.startMs ?? 0), toMs: nextHourMs(days.at(-1)?.endMs ?? 0) },
    filter,
    byTeam,
  );
  const idsOf = (dimension: string) => [
    ...new Set(rows.flatMap((row) => (row.by?.dimension === dimension ? [row.by.id] : []))),
  ];
  const keys = await keyNames(deps.sql, idsOf("key_id"));
  const teams = byTeam ? await teamAliases(deps.sql, idsOf("team_id")) : new Map<string, string | null>();
  const names = {
    key: (id: string) => {
      const key = keys.get(id);
      return {
        name: key?.secret_hash ?? id,
        metadata: { key_id: id, key_alias: key?.alias ?? null, team_id: key?.team_id ?? null },
      };
    },
    team: (id: string) => ({ team_alias: teams.get(id) ?? null }),
  };
  return activity(
    rows,
    days.map((day) => day.date),
    names,
    byTeam,
  );
}

export const SPEND_DAILY_ROUTES: readonly KeyRoute[] = [
  { method: "GET", path: "/user/daily/activity", access: "own", run: userActivity },
  { method: "GET", path: "/team/daily/activity", access: "own", run: teamActivity },
];
