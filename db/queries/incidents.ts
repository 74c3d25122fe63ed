/** Freezes, incidents and their steps. */
import type { Sql } from "../client.ts";

/** As JSON has them: instants are text. */
export interface SafeguardRows {
  readonly freezes: readonly {
    id: string;
    incident_id: string | null;
    scope_kind: string;
    scope_id: string;
    key_ids: string[];
    reason: string;
    reason_shown: boolean;
    at: string;
  }[];
  readonly masterKeys: readonly { hash: string; valid_until: string | null; alone: boolean }[];
}

/** What is in force, in one round trip: every instance asks each second. */
export async function loadSafeguards(sql: Sql): Promise<SafeguardRows> {
  const [row] = await sql<{ freezes: SafeguardRows["freezes"]; keys: SafeguardRows["masterKeys"] }[]>`
    select
      (select coalesce(json_agg(f order by f.at, f.id), '[]') from (select id, incident_id, scope_kind, scope_id, key_ids,
        reason, reason_shown, at from freezes where lifted_at is null) f) as freezes,
      (select coalesce(json_agg(m), '[]') from (select hash, valid_until, alone from master_keys) m) as keys`;
  return { freezes: row?.freezes ?? [], masterKeys: row?.keys ?? [] };
}

export interface IncidentRow {
  id: string;
  state: string;
  drill: boolean;
  reason: string;
  scope: { kind: string; id: string; label: string };
  impact: Record<string, unknown> | null;
  opened_by: string;
  opened_at: Date;
  approved_by: string | null;
  approved_at: Date | null;
  closed_by: string | null;
  closed_at: Date | null;
  evidence: Record<string, unknown> | null;
  /** Freezes of it that are in force. */
  frozen: number;
}

const columns = (sql: Sql) => sql`
  i.id, i.state, i.drill, i.reason, i.scope, i.impact, i.opened_by, i.opened_at, i.approved_by, i.approved_at,
  i.closed_by, i.closed_at, i.evidence,
  (select count(*)::int from freezes f where f.incident_id = i.id and f.lifted_at is null) as frozen`;

export async function findIncident(sql: Sql, id: string): Promise<IncidentRow | null> {
  const [row] = await sql<IncidentRow[]>`select ${columns(sql)} from incidents i where i.id = ${id}`;
  return row ?? null;
}

/** The newest first, open ones before closed ones. */
export async function listIncidents(
  sql: Sql,
  page: { readonly limit: number; readonly offset: number; readonly state?: string },
): Promise<{ rows: IncidentRow[]; total: number }> {
  const of = page.state === undefined ? sql`` : sql`where i.state = ${page.state}`;
  const rows = await sql<IncidentRow[]>`
    select ${columns(sql)} from incidents i ${of}
    order by (i.state = 'open') desc, i.opened_at desc, i.id desc limit ${page.limit} offset ${page.offset}`;
  const [counted] = await sql<{ total: number }[]>`select count(*)::int as total from incidents i ${of}`;
  return { rows, total: counted?.total ?? 0 };
}

export interface StepRow {
  number: number;
  at: Date;
  by: string;
  action: string;
  outcome: string;
  detail: Record<string, unknown>;
}

export function incidentSteps(sql: Sql, incidentId: string): Promise<StepRow[]> {
  return sql<StepRow[]>`
    select number, at, by, action, outcome, detail from incident_steps
    where incident_id = ${incidentId} order by number`;
}

export interface FreezeRow {
  id: string;
  incident_id: string | null;
  scope_kind: string;
  scope_id: string;
  key_ids: string[];
  reason: string;
  reason_shown: boolean;
  by: string;
  at: Date;
  lifted_by: string | null;
  lifted_at: Date | null;
}

/** The newest first. @param incidentId null: those in force, of any incident */
export function listFreezes(sql: Sql, incidentId: string | null): Promise<FreezeRow[]> {
  return sql<FreezeRow[]>`
    select id, incident_id, scope_kind, scope_id, key_ids, reason, reason_shown, by, at, lifted_by, lifted_at
    from freezes where ${incidentId === null ? sql`lifted_at is null` : sql`incident_id = ${incidentId}`}
    order by at desc, id desc`;
}

export interface IncidentJobRow {
  id: string;
  state: string;
  progress: { done?: number; total?: number | null; note?: string };
  error: string | null;
  /** What it revokes. */
  key_ids: string[];
  drill: boolean;
  actions: string[];
  created_at: Date;
  finished_at: Date | null;
}

/** The runs of an incident's actions, the newest first. */
export function jobsOfIncident(sql: Sql, incidentId: string): Promise<IncidentJobRow[]> {
  return sql<IncidentJobRow[]>`
    select id, state, progress, error, input->'keyIds' as key_ids, (input->>'drill')::boolean as drill,
      input->'actions' as actions, created_at, finished_at
    from jobs where kind = 'incident.run' and input->>'incidentId' = ${incidentId} order by created_at desc`;
}
