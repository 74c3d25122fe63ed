/** Users, teams, end users, and the tags that calls carry. */
import { CUSTOMER_ROUTES } from "./customer-routes.ts";
import type { KeyRoute } from "./routes.ts";
import { TAG_ROUTES } from "./tag-routes.ts";
import { TEAM_ROUTES } from "./team-routes.ts";
import { USER_ROUTES } from "./user-routes.ts";

export const PEOPLE_ROUTES: readonly KeyRoute[] = [
  ...USER_ROUTES,
  ...TEAM_ROUTES,
  ...CUSTOMER_ROUTES,
  ...TAG_ROUTES,
];
