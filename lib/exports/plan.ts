/** What an export will hold, decided when it is asked for: whose calls, from when to when. The job keeps to it however late it runs. */
import { z } from "zod";
import type { CallFilter } from "#db/queries/guided-calls.ts";
import type { SpendFilter } from "#db/queries/spend.ts";
import { GatewayError } from "../errors.ts";
import { readRange } from "../spend/calendar.ts";
import { EXPORT_FORMATS, EXPORT_SOURCES, type ExportAsked, USAGE_DIMENSIONS } from "./schema.ts";

const name = z.string().optional();

/** As it stands in the job's row. */
export const planSchema = z.object({
  source: z.enum(EXPORT_SOURCES),
  format: z.enum(EXPORT_FORMATS),
  fromMs: z.number().nullable(),
  toMs: z.number(),
  by: z.enum(USAGE_DIMENSIONS),
  model: name,
  provider: name,
  keyId: name,
  userId: name,
  teamId: name,
  outcome: z.enum(["ok", "refused", "failed"]).optional(),
  requestId: name,
});

export type ExportPlan = z.infer<typeof planSchema>;

/**
 * @param own what alone the caller may see; empty: everything
 * @throws GatewayError invalid_request, not_allowed
 */
export function planExport(
  asked: ExportAsked,
  own: { readonly userId?: string; readonly keyId?: string },
  timezone: string,
  nowMs: number,
): ExportPlan {
  const { by = "model", format, model, outcome, provider, request_id: requestId, source } = asked;
  const { fromMs, toMs } = readRange(asked.start_date, asked.end_date, timezone);
  if (fromMs === null && requestId === undefined)
    throw new GatewayError("invalid_request", "start_date is needed: an export has a range", {
      param: "start_date",
    });
  if (source === "usage") refuseOfCalls({ outcome, request_id: requestId, provider });
  for (const [field, mine] of [
    ["user_id", own.userId],
    ["key_id", own.keyId],
  ] as const)
    if (mine !== undefined && asked[field] !== undefined && asked[field] !== mine)
      throw new GatewayError("not_allowed", "You may export your own calls only.", { param: field });
  return planSchema.parse({
    source,
    format,
    by,
    fromMs,
    // What comes later belongs to another export.
    toMs: Math.min(toMs ?? nowMs, nowMs),
    model,
    provider,
    outcome,
    requestId,
    teamId: asked.team_id,
    userId: own.userId ?? asked.user_id,
    keyId: own.keyId ?? asked.key_id,
  });
}

function refuseOfCalls(fields: Readonly<Record<string, string | undefined>>): void {
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined)
      throw new GatewayError("invalid_request", `${field} names single calls: use source "spend_records"`, {
        param: field,
      });
}

export function callFilterOf(plan: ExportPlan): CallFilter {
  const { fromMs, keyId, model, outcome, provider, requestId, teamId, toMs, userId } = plan;
  return {
    fromMs,
    toMs,
    ...(outcome === undefined ? {} : { outcome }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(userId === undefined ? {} : { userId }),
    ...(teamId === undefined ? {} : { teamId }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

export function spendFilterOf({ keyId, model, teamId, userId }: ExportPlan): SpendFilter {
  return {
    ...(model === undefined ? {} : { model }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(userId === undefined ? {} : { userId }),
    ...(teamId === undefined ? {} : { teamIds: [teamId] }),
  };
}
