/** An audit event as it is exported: one shape for the record on the page, JSON lines and CSV. */
import type { AuditRow } from "#db/queries/console-audit.ts";
import { shownValues } from "#lib/audit/shown.ts";
import { csvLine } from "#lib/csv.ts";

export function exportedRecord(row: AuditRow) {
  return {
    seq: Number(row.seq),
    id: row.id,
    at: row.at.toISOString(),
    actor_kind: row.actor_kind,
    actor_id: row.actor_id,
    actor_name: row.actor_name,
    claimed_by: row.claimed_by,
    action: row.action,
    object_kind: row.target_kind,
    object_id: row.target_id,
    object_name: row.target_name,
    outcome: row.outcome,
    ip: row.ip,
    request_id: row.request_id,
    before: shownValues(row.before),
    after: shownValues(row.after),
  };
}

const COLUMNS = [
  "seq",
  "id",
  "at",
  "actor_kind",
  "actor_id",
  "actor_name",
  "claimed_by",
  "action",
  "object_kind",
  "object_id",
  "object_name",
  "outcome",
  "ip",
  "request_id",
  "before",
  "after",
] as const;

export const CSV_HEAD = csvLine(COLUMNS);

export function csvRecord(row: AuditRow): string {
  const record = exportedRecord(row);
  return csvLine(
    COLUMNS.map((name) => {
      const value = record[name];
      return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
    }),
  );
}
