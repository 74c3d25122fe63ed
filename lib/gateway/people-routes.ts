/** Users and teams. */
import type { KeyRoute } from "./routes.ts";
import { TEAM_ROUTES } from "./team-routes.ts";
import { USER_ROUTES } from "./user-routes.ts";

export const PEOPLE_ROUTES: readonly KeyRoute[] = [...USER_ROUTES, ...TEAM_ROUTES];
