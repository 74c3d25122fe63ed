/** Alerts as they were raised. */
import type { Sql } from "../client.ts";

export interface NewAlert {
  readonly id: string;
  readonly atMs: number;
  readonly kind: string;
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string };
  readonly cause: string;
  readonly message: string;
  readonly severity: string;
  readonly data: Readonly<Record<string, string | number | null>>;
}

/** @returns false when there is one of the same kind, subject and cause */
export async function insertAlert(sql: Sql, alert: NewAlert): Promise<boolean> {
  const { subject } = alert;
  const rows = await sql`
    insert into alerts (id, at, kind, subject_kind, subject_id, subject_name, cause, message, severity, data)
    values (${alert.id}, ${new Date(alert.atMs)}, ${alert.kind}, ${subject.kind}, ${subject.id}, ${subject.name},
      ${alert.cause}, ${alert.message}, ${alert.severity}, ${sql.json(alert.data)})
    on conflict (kind, subject_kind, subject_id, cause) do nothing returning id`;
  return rows.length > 0;
}

export interface AlertRow {
  id: string;
  at: Date;
  kind: string;
  subject_kind: string;
  subject_id: string;
  subject_name: string;
  message: string;
  severity: string;
  data: Record<string, unknown>;
  /** Channels that have it, and those that could not be given it. */
  sent: bigint;
  failed: bigint;
}

/** The newest first. */
export function listAlerts(sql: Sql, limit: number): Promise<AlertRow[]> {
  return sql<AlertRow[]>`
    select a.id, a.at, kind, subject_kind, subject_id, subject_name, message, severity, data,
      count(*) filter (where d.state = 'sent') as sent, count(*) filter (where d.state = 'failed') as failed
    from alerts a left join alert_deliveries d on d.alert_id = a.id
    where a.id in (select id from alerts order by at desc, id desc limit ${limit})
    group by a.id order by a.at desc, a.id desc`;
}
