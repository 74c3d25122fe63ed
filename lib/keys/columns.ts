/** From the fields of a body to the columns of a key: only what was sent, so that an update changes nothing else. */
import { ownerColumns } from "#lib/admission/owner-columns.ts";
import { addDuration, readDuration } from "#lib/config/duration.ts";
import type { KeyFields } from "./schema.ts";
import type { KeyRow } from "./view.ts";

/** LiteLLM's `key_type` -> `allowed_routes`. */
export const ROUTES_OF_TYPE = {
  default: [],
  llm_api: ["llm_api_routes"],
  management: ["management_routes"],
  read_only: ["info_routes"],
};

/**
 * @param timezone the budget's calendar
 * @param before the key as it is now; null for a new one
 * @throws GatewayError invalid_request for a raise without its end
 */
export function keyColumns(
  body: Partial<KeyFields>,
  nowMs: number,
  timezone: string,
  before: KeyRow | null,
): Partial<KeyRow> {
  const columns: Partial<KeyRow> = ownerColumns(body, before, nowMs, timezone);
  const alias = body.key_alias ?? body.key_name;
  if (alias !== undefined) columns.alias = alias;
  if (body.user_id !== undefined) columns.userId = body.user_id;
  if (body.team_id !== undefined) columns.teamId = body.team_id;
  if (body.budget_id !== undefined) columns.budgetId = body.budget_id;
  if (body.organization_id !== undefined) columns.organizationId = body.organization_id;
  if (body.aliases !== undefined) columns.aliases = body.aliases ?? {};
  if (body.permissions !== undefined) columns.permissions = body.permissions ?? {};
  if (body.tags !== undefined) columns.tags = body.tags ?? [];
  if (body.allowed_routes) columns.allowedRoutes = body.allowed_routes;
  else if (body.key_type) columns.allowedRoutes = ROUTES_OF_TYPE[body.key_type];
  if (body.duration !== undefined) {
    const span = body.duration === null ? null : readDuration(body.duration);
    columns.duration = body.duration;
    columns.expiresAt = span && addDuration(new Date(nowMs), span);
  }
  return { ...columns, ...rotationColumns(body, nowMs, before) };
}

const DEFAULT_INTERVAL = "90d";

/** The day of the next rotation counts from now, whenever one of the two is said; without auto_rotate there is none. */
function rotationColumns(body: Partial<KeyFields>, nowMs: number, before: KeyRow | null): Partial<KeyRow> {
  if (body.auto_rotate === undefined && body.rotation_interval === undefined) return {};
  const autoRotate = body.auto_rotate ?? before?.autoRotate ?? false;
  const given = body.rotation_interval === undefined ? before?.rotationInterval : body.rotation_interval;
  const rotationInterval = given ?? (autoRotate ? DEFAULT_INTERVAL : null);
  return {
    autoRotate,
    rotationInterval,
    rotateAt: autoRotate ? nextRotation(rotationInterval, nowMs) : null,
    ...(autoRotate ? {} : { collectBy: null }),
  };
}

/** When a key whose secret is new now is due. @param interval as stored */
export function nextRotation(interval: string | null, nowMs: number): Date {
  const span = readDuration(interval ?? DEFAULT_INTERVAL) ?? readDuration(DEFAULT_INTERVAL);
  return span === null ? new Date(nowMs) : addDuration(new Date(nowMs), span);
}
