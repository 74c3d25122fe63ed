/** What `POST /exports` is asked for; the console's export menus send the same. */
import { z } from "zod";
import { text } from "../api-fields.ts";

export const EXPORT_SOURCES = ["spend_records", "usage"] as const;
export const EXPORT_FORMATS = ["csv", "json", "focus"] as const;
export const USAGE_DIMENSIONS = ["model", "team", "key", "user", "provider"] as const;

const name = text(256).optional();

export const exportSchema = z.object({
  source: z.enum(EXPORT_SOURCES, `must be one of ${EXPORT_SOURCES.join(", ")}`),
  format: z.enum(EXPORT_FORMATS, `must be one of ${EXPORT_FORMATS.join(", ")}`),
  /** A day of the reporting zone or an instant; both ends are included. */
  start_date: name,
  end_date: name,
  model: name,
  provider: name,
  key_id: name,
  user_id: name,
  team_id: name,
  /** Of single calls alone. */
  outcome: z.enum(["ok", "refused", "failed"], "must be one of ok, refused, failed").optional(),
  request_id: name,
  /** What the days of `usage` are split by; FOCUS has its own rows. */
  by: z.enum(USAGE_DIMENSIONS, `must be one of ${USAGE_DIMENSIONS.join(", ")}`).optional(),
});

export type ExportAsked = z.infer<typeof exportSchema>;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];
