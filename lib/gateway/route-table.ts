/** Every route of the gateway. `/v1` in front of any of them is the same route. */
import { HEALTH_ROUTES } from "./health-routes.ts";
import { INFERENCE_ROUTES } from "./inference-routes.ts";
import { KEY_ROUTES } from "./key-routes.ts";
import { MODEL_ROUTES } from "./model-routes.ts";
import { PEOPLE_ROUTES } from "./people-routes.ts";
import type { Route } from "./routes.ts";
import { SPEND_ROUTES } from "./spend-routes.ts";

export const ROUTES: readonly Route[] = [
  ...INFERENCE_ROUTES,
  ...MODEL_ROUTES,
  ...HEALTH_ROUTES,
  ...KEY_ROUTES,
  ...PEOPLE_ROUTES,
  ...SPEND_ROUTES,
];
