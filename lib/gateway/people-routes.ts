import type { KeyRoute } from "./routes.ts";

export const PEOPLE_ROUTES: readonly KeyRoute[] = [];
