/** Every route of the gateway. `/v1` in front of any of them is the same route. */
import { AUDIT_ROUTES } from "./audit-routes.ts";
import { BUDGET_REQUEST_ROUTES } from "./budget-request-routes.ts";
import { BUDGET_ROUTES } from "./budget-routes.ts";
import { CONSOLE_PEOPLE_ROUTES } from "./console-people-routes.ts";
import { CONSOLE_ROUTES } from "./console-routes.ts";
import { EXPORT_ROUTES } from "./export-routes.ts";
import { HEALTH_ROUTES } from "./health-routes.ts";
import { INFERENCE_ROUTES } from "./inference-routes.ts";
import { JOB_ROUTES } from "./job-routes.ts";
import { KEY_ROUTES } from "./key-routes.ts";
import { METRICS_ROUTES } from "./metrics-route.ts";
import { MODEL_ADMIN_ROUTES } from "./model-admin-routes.ts";
import { MODEL_INFO_ROUTES } from "./model-info-routes.ts";
import { MODEL_ROUTES } from "./model-routes.ts";
import { openApiRoute } from "./openapi-route.ts";
import { PEOPLE_ROUTES } from "./people-routes.ts";
import { REVIEW_ROUTES } from "./review-routes.ts";
import type { Route } from "./routes.ts";
import { SPEND_ROUTES } from "./spend-routes.ts";
import { USAGE_ROUTES } from "./usage-routes.ts";

const DESCRIBED: readonly Route[] = [
  ...INFERENCE_ROUTES,
  ...MODEL_ROUTES,
  ...MODEL_INFO_ROUTES,
  ...MODEL_ADMIN_ROUTES,
  ...HEALTH_ROUTES,
  ...METRICS_ROUTES,
  ...KEY_ROUTES,
  ...PEOPLE_ROUTES,
  ...BUDGET_ROUTES,
  ...BUDGET_REQUEST_ROUTES,
  ...SPEND_ROUTES,
  ...USAGE_ROUTES,
  ...REVIEW_ROUTES,
  ...JOB_ROUTES,
  ...EXPORT_ROUTES,
  ...AUDIT_ROUTES,
  ...CONSOLE_ROUTES,
  ...CONSOLE_PEOPLE_ROUTES,
];

export const ROUTES: readonly Route[] = [...DESCRIBED, openApiRoute(DESCRIBED)];
