/** Reports of spend, and its reset. */

import { operationsOf } from "#lib/operations.ts";
import { resetAllSpend } from "#lib/spend/reset.ts";
import { actorOf } from "./admin-context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";
import { SPEND_ACTIVITY_ROUTES } from "./spend-activity-routes.ts";
import { calculate } from "./spend-calculate.ts";
import { SPEND_DAILY_ROUTES } from "./spend-daily-routes.ts";
import { SPEND_GLOBAL_ROUTES } from "./spend-global-routes.ts";
import { SPEND_LOG_ROUTES } from "./spend-log-routes.ts";
import { ownerReport } from "./spend-owner-report.ts";
import { SPEND_REPORT_ROUTES } from "./spend-report-routes.ts";
import { SPEND_TAG_ROUTES } from "./spend-tag-routes.ts";

const reset: KeyRoute["run"] = async (deps, context) => {
  // What is on its way to the database was spent before the reset.
  await deps.ledger.flush();
  const counts = await resetAllSpend(operationsOf(deps), actorOf(context));
  return json(200, {
    message: "Spend for all API Keys, Users and Teams reset successfully",
    status: "success",
    reset: counts,
  });
};

export const SPEND_ROUTES: readonly KeyRoute[] = [
  ...SPEND_LOG_ROUTES,
  ...SPEND_REPORT_ROUTES,
  ...SPEND_DAILY_ROUTES,
  ...SPEND_GLOBAL_ROUTES,
  ...SPEND_TAG_ROUTES,
  ...SPEND_ACTIVITY_ROUTES,
  { method: "GET", path: "/global/spend/report", access: "admin", run: ownerReport },
  { method: "POST", path: "/spend/calculate", access: "info", run: calculate },
  { method: "POST", path: "/global/spend/reset", access: "master", run: reset },
];
