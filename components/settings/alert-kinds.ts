/** Kinds of alert in words, for the list and for the choice of a channel. */
import type { AlertKind } from "#lib/alerts/channel-schema.ts";

export const ALERT_WORDS: Readonly<Record<AlertKind, string>> = {
  budget_level: "Budget reached 50, 80 or 100 %",
  budget_forecast: "Budget runs out early",
  budget_soft: "Budget warning level",
  provider_down: "Provider down",
  error_rate: "Many calls fail",
  key_expiring: "Key expires soon",
  database_slow: "Slow database",
  disk_low: "Disk nearly full",
  counter_drift: "Counter corrected",
  authentication_failures: "Many failed sign-ins or wrong keys",
  key_new_network: "Key used from a new network",
  key_above_habit: "Key far above its habit",
  key_every_model: "Key for every model made",
  rotation_due: "Rotation due",
  key_rotation: "Key rotated by schedule",
  callback_failing: "Callback takes no records",
  check_failed: "Check no longer holds",
  privacy_due: "Privacy request due soon",
  privacy_overdue: "Privacy request overdue",
  content_opened: "Kept prompt opened by break-glass",
};

export function alertWords(kind: string): string {
  const known: Readonly<Record<string, string>> = ALERT_WORDS;
  return known[kind] ?? kind.replaceAll("_", " ");
}
