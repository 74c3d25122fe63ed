/** `GET /global/spend/report`: who spent what, on which model and with which key, for invoices and charge-back. */

import { keyNames, teamAliases } from "#db/queries/spend-records.ts";
import { type ReportFilter, type ReportOwner, reportRows } from "#db/queries/spend-report.ts";
import { reportByDay, reportByKey } from "#lib/spend/report.ts";
import { GatewayError } from "../errors.ts";
import { queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute } from "./routes.ts";
import { askedDays, rangeOf, startsOf } from "./spend-days.ts";
import { keyIdOf } from "./spend-scope.ts";

/** A report that is cut off would be a wrong invoice, so a larger one is refused. */
const MOST_ROWS = 50_000;

/** By day and team or customer; by key over the whole range with `group_by=api_key`, `api_key` or `internal_user_id`. */
export const ownerReport: KeyRoute["run"] = async (deps, context) => {
  const filter = await askedFilter(deps, context);
  const asked = queryWord(context, "group_by", ["team", "customer", "api_key"]) ?? "team";
  const by: ReportOwner = filter.keyId !== undefined || filter.userId !== undefined ? "api_key" : asked;
  const days = askedDays(deps, context);
  await deps.ledger.flush();
  const edges = by === "api_key" ? startsOf(days).slice(0, 1) : startsOf(days);
  const rows = await reportRows(deps.sql, by, edges, rangeOf(days), filter, MOST_ROWS + 1);
  if (rows.length > MOST_ROWS) {
    throw new GatewayError(
      "invalid_request",
      `This report has more than ${MOST_ROWS} lines. Ask for fewer days, or for one team_id, customer_id or api_key.`,
      { param: "start_date" },
    );
  }
  const keys = await keyNames(deps.sql, [...new Set(rows.map((row) => row.keyId))]);
  const keyName = (id: string) => keys.get(id)?.secret_hash ?? id;
  if (by === "api_key") return json(200, reportByKey(rows, keyName));
  if (by === "customer") {
    const owner = (id: string) => ({ customer: id === "" ? null : id });
    return json(200, reportByDay(rows, days, "customers", { key: keyName, owner }));
  }
  const teams = await teamAliases(deps.sql, [...new Set(rows.map((row) => row.owner))]);
  const owner = (id: string) => ({
    team_id: id === "" ? null : id,
    team_name: id === "" ? "Unassigned Team" : (teams.get(id) ?? id),
  });
  return json(200, reportByDay(rows, days, "teams", { key: keyName, owner }));
};

async function askedFilter(deps: GatewayDeps, context: AuthenticatedContext): Promise<ReportFilter> {
  const key = queryText(context, "api_key");
  const userId = queryText(context, "internal_user_id");
  const teamId = queryText(context, "team_id");
  const endUser = queryText(context, "customer_id");
  return {
    ...(key === undefined ? {} : { keyId: await keyIdOf(deps, context, key) }),
    ...(userId === undefined ? {} : { userId }),
    ...(teamId === undefined ? {} : { teamIds: [teamId] }),
    ...(endUser === undefined ? {} : { endUser }),
  };
}
