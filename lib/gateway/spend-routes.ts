import type { KeyRoute } from "./routes.ts";

export const SPEND_ROUTES: readonly KeyRoute[] = [];
