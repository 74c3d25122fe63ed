/** Alert channels, and what was sent to them. */
import { eq } from "drizzle-orm";
import type { Sql, Tx } from "../client.ts";
import { alertChannels } from "../schema/operate.ts";

export type ChannelRow = typeof alertChannels.$inferSelect;

export async function lockChannel(tx: Tx, id: string): Promise<ChannelRow | undefined> {
  const [row] = await tx.select().from(alertChannels).where(eq(alertChannels.id, id)).for("update");
  return row;
}

export interface ChannelListRow {
  id: string;
  name: string;
  kind: string;
  settings: Record<string, unknown>;
  sealed: string | null;
  events: string[];
  enabled: boolean;
  tested_at: Date | null;
  test_result: string | null;
  created_at: Date;
  /** Of the last 30 days. */
  sent: bigint;
  waiting: bigint;
  failed: bigint;
  last_error: string | null;
}

export function listChannels(sql: Sql, now: Date): Promise<ChannelListRow[]> {
  const since = new Date(now.getTime() - 30 * 86_400_000);
  return sql<ChannelListRow[]>`
    select c.id, c.name, c.kind, c.settings, c.sealed, c.events, c.enabled, c.tested_at, c.test_result, c.created_at,
      count(*) filter (where d.state = 'sent') as sent,
      count(*) filter (where d.state in ('waiting', 'sending')) as waiting,
      count(*) filter (where d.state = 'failed') as failed,
      (array_agg(d.error order by d.at desc) filter (where d.state = 'failed'))[1] as last_error
    from alert_channels c left join alert_deliveries d on d.channel_id = c.id and d.at > ${since}
    group by c.id order by c.created_at, c.id`;
}

export async function noteTest(sql: Sql, id: string, now: Date, result: string): Promise<void> {
  await sql`update alert_channels set tested_at = ${now}, test_result = ${result} where id = ${id}`;
}

/** Queues every alert that a channel has not had yet: those raised since the channel was made, of the last day. */
export async function queueDeliveries(sql: Sql, now: Date): Promise<void> {
  await sql`
    insert into alert_deliveries (alert_id, channel_id, state, at)
    select a.id, c.id, 'waiting', ${now} from alert_channels c join alerts a on a.at >= c.created_at
    where c.enabled and a.at > ${new Date(now.getTime() - 86_400_000)}
      and (cardinality(c.events) = 0 or a.kind = any(c.events))
      and array_position(array['info', 'warning', 'critical'], a.severity)
        >= array_position(array['info', 'warning', 'critical'], coalesce(c.settings ->> 'minSeverity', 'info'))
    on conflict do nothing`;
}

export interface DueDelivery {
  alert_id: string;
  attempts: number;
  at: Date;
  kind: string;
  severity: string;
  subject_kind: string;
  subject_id: string;
  subject_name: string;
  message: string;
  data: Record<string, unknown>;
}

/**
 * Takes what is due for one channel: no other instance takes it as well. What an instance took and never ended is due
 * again after two minutes.
 * @param severities held back now: the others
 */
export function takeDeliveries(
  sql: Sql,
  channelId: string,
  now: Date,
  severities: readonly string[],
): Promise<DueDelivery[]> {
  return sql<DueDelivery[]>`
    with due as (
      select d.alert_id from alert_deliveries d join alerts a on a.id = d.alert_id
      where d.channel_id = ${channelId} and a.severity = any(${[...severities]})
        and (d.state = 'waiting' and d.at <= ${now} or d.state = 'sending' and d.at < ${new Date(now.getTime() - 120_000)})
      order by a.at limit 50 for update of d skip locked),
    taken as (
      update alert_deliveries d set state = 'sending', at = ${now}, attempts = attempts + 1
      from due where d.alert_id = due.alert_id and d.channel_id = ${channelId}
      returning d.alert_id, d.attempts)
    select a.id as alert_id, t.attempts, a.at, a.kind, a.severity, a.subject_kind, a.subject_id, a.subject_name, a.message,
      a.data
    from taken t join alerts a on a.id = t.alert_id order by a.at, a.id`;
}

/** @param retryAt when the failed ones are tried again; null: never */
export async function endDeliveries(
  sql: Sql,
  channelId: string,
  alertIds: readonly string[],
  end: { readonly at: Date; readonly error: string | null; readonly retryAt: Date | null },
): Promise<void> {
  const state = end.error === null ? "sent" : end.retryAt === null ? "failed" : "waiting";
  await sql`
    update alert_deliveries set state = ${state}, at = ${end.retryAt ?? end.at}, error = ${end.error}
    where channel_id = ${channelId} and alert_id = any(${[...alertIds]})`;
}
