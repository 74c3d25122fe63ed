/** Every route of the gateway. `/v1` in front of any of them is the same route. */
import { ALERT_ROUTES } from "./alert-routes.ts";
import { AUDIT_ROUTES } from "./audit-routes.ts";
import { BUDGET_REQUEST_ROUTES } from "./budget-request-routes.ts";
import { BUDGET_ROUTES } from "./budget-routes.ts";
import { CALLBACK_ROUTES } from "./callback-routes.ts";
import { COMPLIANCE_ROUTES } from "./compliance-routes.ts";
import { CONSOLE_KEY_ROUTES } from "./console-key-routes.ts";
import { CONSOLE_PEOPLE_ROUTES } from "./console-people-routes.ts";
import { CONSOLE_ROUTES } from "./console-routes.ts";
import { CONSOLE_SHELL_ROUTES } from "./console-shell-routes.ts";
import { CONTENT_ROUTES } from "./content-routes.ts";
import { CRON_ROUTES } from "./cron-routes.ts";
import { EXPORT_ROUTES } from "./export-routes.ts";
import { HEALTH_ROUTES } from "./health-routes.ts";
import { HOLD_ROUTES } from "./hold-routes.ts";
import { INCIDENT_ROUTES } from "./incident-routes.ts";
import { INFERENCE_ROUTES } from "./inference-routes.ts";
import { JOB_ROUTES } from "./job-routes.ts";
import { KEY_ROUTES } from "./key-routes.ts";
import { MASTER_KEY_ROUTES } from "./master-key-routes.ts";
import { METRICS_ROUTES } from "./metrics-route.ts";
import { MODEL_ADMIN_ROUTES } from "./model-admin-routes.ts";
import { MODEL_INFO_ROUTES } from "./model-info-routes.ts";
import { MODEL_ROUTES } from "./model-routes.ts";
import { openApiRoute } from "./openapi-route.ts";
import { PEOPLE_ROUTES } from "./people-routes.ts";
import { PRIVACY_PAST_ROUTES } from "./privacy-past-routes.ts";
import { PRIVACY_ROUTES } from "./privacy-routes.ts";
import { RECORDS_ROUTES } from "./records-route.ts";
import { RETENTION_ROUTES } from "./retention-routes.ts";
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
  ...CRON_ROUTES,
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
  ...PRIVACY_PAST_ROUTES,
  ...ALERT_ROUTES,
  ...CALLBACK_ROUTES,
  ...COMPLIANCE_ROUTES,
  ...INCIDENT_ROUTES,
  ...MASTER_KEY_ROUTES,
  ...CONSOLE_ROUTES,
  ...CONSOLE_PEOPLE_ROUTES,
  ...CONSOLE_SHELL_ROUTES,
  ...CONSOLE_KEY_ROUTES,
  ...PRIVACY_ROUTES,
  ...RETENTION_ROUTES,
  ...RECORDS_ROUTES,
  ...HOLD_ROUTES,
  ...CONTENT_ROUTES,
];

export const ROUTES: readonly Route[] = [...DESCRIBED, openApiRoute(DESCRIBED)];
