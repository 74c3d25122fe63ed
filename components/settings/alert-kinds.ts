/** Kinds of alert in words, for the list and for the choice of a channel. */
import type { AlertKind } from "#lib/alerts/alerts.ts";

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
};

export function alertWords(kind: string): string {
  const known: Readonly<Record<string, string>> = ALERT_WORDS;
  return known[kind] ?? kind.replaceAll("_", " ");
}
