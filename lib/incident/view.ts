/** Incidents, steps and freezes as the API shows them. */
import type { FreezeRow, IncidentJobRow, IncidentRow, StepRow } from "#db/queries/incidents.ts";

export function incidentView(row: IncidentRow): Record<string, unknown> {
  return {
    incident_id: row.id,
    state: row.state,
    drill: row.drill,
    reason: row.reason,
    scope: row.scope,
    impact: row.impact,
    frozen: row.frozen > 0,
    opened_by: row.opened_by,
    opened_at: row.opened_at.toISOString(),
    approved_by: row.approved_by,
    approved_at: row.approved_at?.toISOString() ?? null,
    closed_by: row.closed_by,
    closed_at: row.closed_at?.toISOString() ?? null,
  };
}

export function stepView(row: StepRow): Record<string, unknown> {
  return { ...row, at: row.at.toISOString() };
}

export function freezeView(row: FreezeRow): Record<string, unknown> {
  return {
    freeze_id: row.id,
    incident_id: row.incident_id,
    scope: { kind: row.scope_kind, id: row.scope_id },
    keys_known: row.key_ids.length,
    reason: row.reason,
    reason_shown: row.reason_shown,
    by: row.by,
    at: row.at.toISOString(),
    lifted_by: row.lifted_by,
    lifted_at: row.lifted_at?.toISOString() ?? null,
  };
}

export function jobView(row: IncidentJobRow): Record<string, unknown> {
  return {
    job_id: row.id,
    state: row.state,
    actions: row.actions,
    drill: row.drill,
    done: row.progress.done ?? 0,
    total: row.key_ids.length,
    error: row.error,
    started_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
