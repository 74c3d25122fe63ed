/** Alerts: what operators must hear of once, however often it happens. Kept in a table, told in the log. */
import type { Sql } from "#db/client.ts";
import { insertAlert } from "#db/queries/alerts.ts";
import type { Clock } from "../clock.ts";
import { newId } from "../ids.ts";
import type { Log } from "../log.ts";
import type { AlertKind, Severity } from "./channel-schema.ts";

export interface Alert {
  readonly kind: AlertKind;
  /** warning when absent */
  readonly severity?: Severity;
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string };
  /** An alert with the same kind, subject and cause is the same alert, whichever instance raises it. */
  readonly cause: string;
  readonly message: string;
  readonly data: Readonly<Record<string, string | number | null>>;
}

export interface AlertDeps {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Log;
}

/** @returns false when it was raised before */
export async function raiseAlert({ clock, log, sql }: AlertDeps, alert: Alert): Promise<boolean> {
  const nowMs = clock.now();
  const raised = await insertAlert(sql, {
    id: newId("alt", nowMs),
    atMs: nowMs,
    severity: "warning",
    ...alert,
  });
  if (raised) log.warn({ alert: alert.kind, subject: alert.subject, ...alert.data }, alert.message);
  return raised;
}
