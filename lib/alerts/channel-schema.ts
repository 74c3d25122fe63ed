/** An alert channel: where alerts are sent, which of them, and when they are held back. */
import { z } from "zod";
import { text } from "../api-fields.ts";

export const CHANNEL_KINDS = ["webhook", "slack", "email"] as const;
export const SEVERITIES = ["info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a channel can choose among. */
export const ALERT_KINDS = [
  "budget_soft",
  "budget_level",
  "budget_forecast",
  "counter_drift",
  "error_rate",
  "provider_down",
  "database_slow",
  "key_expiring",
  "disk_low",
  "authentication_failures",
  "key_new_network",
  "key_above_habit",
  "key_every_model",
  "rotation_due",
  "key_rotation",
  "callback_failing",
  "check_failed",
  "privacy_due",
  "privacy_overdue",
  "content_opened",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 22:00");
const address = z.string().regex(/^[^\s@,;<>"]+@[^\s@,;<>"]+$/, "must be an e-mail address");

const fields = {
  name: text(80).min(1, "must not be empty"),
  /** Where a webhook or Slack channel is called. Kept sealed: whoever knows it may post there. */
  url: z
    .url({ protocol: /^https?$/, error: "must be an address that begins with https:// or http://" })
    .max(2000, "must have at most 2000 characters")
    .optional(),
  /** Signs what a webhook gets (HMAC-SHA256). */
  secret: text(256).min(16, "must have at least 16 characters").nullish(),
  to: z.array(address, "must be a list of addresses").min(1).max(20).optional(),
  /** Kinds of alert; empty: all. */
  events: z.array(z.enum(ALERT_KINDS, "must be kinds of alert")).optional(),
  min_severity: z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(", ")}`).optional(),
  /** In `timezone`. Critical alerts come all the same. */
  quiet: z.object({ from: time, to: time }).nullish(),
  enabled: z.boolean("must be true or false").optional(),
};

export const newChannelSchema = z.object({
  ...fields,
  kind: z.enum(CHANNEL_KINDS, `must be one of ${CHANNEL_KINDS.join(", ")}`),
});
export type NewChannelBody = z.infer<typeof newChannelSchema>;

export const updateChannelSchema = z.object({
  ...fields,
  id: text(64).min(1, "must not be empty"),
  name: fields.name.optional(),
});
export type UpdateChannelBody = z.infer<typeof updateChannelSchema>;

export const oneChannelSchema = z.object({ id: text(64).min(1, "must not be empty") });

/** What stands in `alert_channels.settings`. */
export interface ChannelSettings {
  /** Host of the address: what may be seen of it. */
  readonly host?: string;
  readonly to?: readonly string[];
  readonly minSeverity: Severity;
  readonly quiet: { readonly from: string; readonly to: string } | null;
}

/** What is sealed. */
export interface ChannelSecrets {
  readonly url?: string;
  readonly secret?: string;
}

export function reaches(severity: string, least: Severity): boolean {
  return rank(severity) >= rank(least);
}

const RANKS: readonly string[] = SEVERITIES;

function rank(severity: string): number {
  return RANKS.indexOf(severity);
}

/** True between `from` and `to`, over midnight as well. @param clockTime `23:10`, in the reporting time zone */
export function isQuiet(quiet: ChannelSettings["quiet"], clockTime: string): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  return quiet.from < quiet.to
    ? clockTime >= quiet.from && clockTime < quiet.to
    : clockTime >= quiet.from || clockTime < quiet.to;
}
